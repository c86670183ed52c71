/** The screens there are, in the order of the rail; each is loaded when it is first shown. */
import { lazy } from 'react';
import {
  Activity,
  BadgeCheck,
  Database,
  FileCode,
  Globe,
  Network,
  ScrollText,
  Settings,
  Signpost,
  Stethoscope,
} from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import type { LucideIcon } from 'lucide-react';
import type { ScreenName } from '../store/view.ts';

export interface ScreenSpec {
  name: ScreenName;
  label: string;
  icon: LucideIcon;
  Screen: ComponentType;
}

const screen = <K extends string>(load: () => Promise<Record<K, () => ReactNode>>, name: K): ComponentType =>
  lazy(async (): Promise<{ default: ComponentType }> => ({ default: (await load())[name] }));

export const SCREENS: readonly ScreenSpec[] = [
  { name: 'map', label: 'Map', icon: Network, Screen: screen(() => import('./map/map-screen.tsx'), 'MapScreen') },
  {
    name: 'sites',
    label: 'Sites',
    icon: Globe,
    Screen: screen(() => import('./sites/sites-screen.tsx'), 'SitesScreen'),
  },
  {
    name: 'traffic',
    label: 'Traffic',
    icon: Activity,
    Screen: screen(() => import('./traffic/traffic-screen.tsx'), 'TrafficScreen'),
  },
  {
    name: 'events',
    label: 'Events',
    icon: ScrollText,
    Screen: screen(() => import('./events/events-screen.tsx'), 'EventsScreen'),
  },
  {
    name: 'names',
    label: 'Names',
    icon: Signpost,
    Screen: screen(() => import('./names/names-screen.tsx'), 'NamesScreen'),
  },
  {
    name: 'certificates',
    label: 'Trust',
    icon: BadgeCheck,
    Screen: screen(() => import('./certificates/certificates-screen.tsx'), 'CertificatesScreen'),
  },
  {
    name: 'services',
    label: 'Services',
    icon: Database,
    Screen: screen(() => import('./services/services-screen.tsx'), 'ServicesScreen'),
  },
  {
    name: 'config',
    label: 'Config',
    icon: FileCode,
    Screen: screen(() => import('./config/config-screen.tsx'), 'ConfigScreen'),
  },
  {
    name: 'doctor',
    label: 'Doctor',
    icon: Stethoscope,
    Screen: screen(() => import('./doctor/doctor-screen.tsx'), 'DoctorScreen'),
  },
  {
    name: 'settings',
    label: 'Settings',
    icon: Settings,
    Screen: screen(() => import('./settings/settings-screen.tsx'), 'SettingsScreen'),
  },
];
