/** What the window shows: screen, selection, filters, theme. Nothing here is known to the engine. */
import { persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';
import type { LogLevel } from '../../shared/state.ts';
import type { Theme } from '../../shared/window-api.ts';

export const SCREEN_NAMES = [
  'map',
  'sites',
  'traffic',
  'events',
  'names',
  'certificates',
  'services',
  'config',
  'doctor',
  'settings',
] as const;
export type ScreenName = (typeof SCREEN_NAMES)[number];

export interface ViewState {
  screen: ScreenName;
  /** Name of the site whose detail is shown. */
  site: string | undefined;
  siteSearch: string;
  /** Only sites that are degraded or down. */
  onlyBroken: boolean;
  eventSearch: string;
  /** Entries below this level are hidden. */
  eventLevel: LogLevel;
  /** The list stays at the newest entry. */
  following: boolean;
  /** Id of the entry shown in full. */
  event: number | undefined;
  /** The problems banner was opened from the status bar, or closed by hand. */
  problemsShown: boolean | undefined;
  theme: Theme;
}

const FIRST: ViewState = {
  screen: 'map',
  site: undefined,
  siteSearch: '',
  onlyBroken: false,
  eventSearch: '',
  eventLevel: 'info',
  following: true,
  event: undefined,
  problemsShown: undefined,
  theme: 'system',
};

/** Where the person was, kept for the next run; what concerns the moment (a chosen event, a banner) is not. */
export const viewStore = createStore<ViewState>()(
  persist((): ViewState => FIRST, {
    name: 'view',
    partialize: ({ screen, site, siteSearch, onlyBroken, eventSearch, eventLevel }): Partial<ViewState> => {
      return { screen, site, siteSearch, onlyBroken, eventSearch, eventLevel };
    },
    merge: (kept, first) => ({ ...first, ...parseKept(kept) }),
  }),
);

/** A name that a later version no longer has, or a damaged store, opens the first screen. */
function parseKept(kept: unknown): Partial<ViewState> {
  if (typeof kept !== 'object' || kept === null) return {};
  const { screen, ...rest } = kept as Partial<ViewState>;
  return SCREEN_NAMES.some((name) => name === screen) ? { ...rest, screen: screen! } : rest;
}

export function setView(patch: Partial<ViewState>): void {
  viewStore.setState(patch);
}

export const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
