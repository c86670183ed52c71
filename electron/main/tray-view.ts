/** What the tray shows for a state of the engine, as plain data. */
import type { EngineStatus, HealthStatus, ListenerState, SiteState } from '../../shared/state.ts';
import { summarise } from '../../shared/state.ts';

export type TrayIcon = 'running' | 'stopped' | 'degraded' | 'down';

export interface TraySite {
  label: string;
  url: string;
}

export interface TrayView {
  icon: TrayIcon;
  /** One line: what is on, and what is broken. */
  line: string;
  canStart: boolean;
  canStop: boolean;
  sites: TraySite[];
  /** What the doctor found to mend. */
  findings: number;
  /** Sites the menu has no room for. */
  more: number;
}

/** A menu taller than this no longer fits small screens. */
const SITE_LIMIT = 15;

/** The same five shapes as in the window. */
const SHAPE: Record<HealthStatus, string> = { healthy: '●', unknown: '○', degraded: '▲', down: '■', draining: '◷' };

export interface TrayInput {
  status: EngineStatus;
  sites: readonly SiteState[];
  listeners: readonly ListenerState[];
}

export function trayView({ status, sites, listeners }: TrayInput, findings = 0): TrayView {
  const active = sites.filter((site) => !site.disabled);
  const isOn = status === 'running';
  return {
    icon: isOn ? runningIcon(active, listeners) : 'stopped',
    line: isOn ? runningLine(active, listeners) : STATUS_LINE[status],
    canStart: status === 'stopped',
    canStop: isOn,
    findings,
    sites: active.slice(0, SITE_LIMIT).map((site) => ({ label: siteLabel(site, isOn), url: site.url })),
    more: Math.max(0, active.length - SITE_LIMIT),
  };
}

const STATUS_LINE: Record<EngineStatus, string> = {
  stopped: 'Routing is off',
  starting: 'Routing is starting',
  stopping: 'Routing is stopping',
  running: 'Routing is on',
};

function runningIcon(sites: readonly SiteState[], listeners: readonly ListenerState[]): TrayIcon {
  if (listeners.length > 0 && listeners.every((listener) => listener.problem !== undefined)) return 'down';
  const health = summarise(sites.map((site) => site.health));
  if (health === 'down') return 'down';
  return health === 'degraded' || listeners.some((listener) => listener.problem !== undefined) ? 'degraded' : 'running';
}

function runningLine(sites: readonly SiteState[], listeners: readonly ListenerState[]): string {
  const failed = listeners.find((listener) => listener.problem !== undefined);
  if (failed !== undefined) return `Port ${failed.port} is not open`;
  const down = sites.filter((site) => site.health === 'down');
  if (down.length > 0) return named(down, 'is down', 'sites are down');
  const degraded = sites.filter((site) => site.health === 'degraded');
  if (degraded.length > 0) return named(degraded, 'has a backend down', 'sites have backends down');
  return sites.length === 1 ? 'Routing 1 site' : `Routing ${sites.length} sites`;
}

const named = (sites: readonly SiteState[], one: string, many: string): string =>
  sites.length === 1 ? `${sites[0]?.name ?? ''} ${one}` : `${sites.length} ${many}`;

const siteLabel = (site: SiteState, isOn: boolean): string => (isOn ? `${SHAPE[site.health]} ${site.name}` : site.name);
