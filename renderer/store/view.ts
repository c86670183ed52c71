/** What the window shows: screen, selection, filters, theme. Nothing here is known to the engine. */
import { createStore } from 'zustand/vanilla';
import type { LogLevel } from '../../shared/state.ts';
import type { Theme } from '../../shared/window-api.ts';

export type ScreenName = 'sites' | 'events';

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

export const viewStore = createStore<ViewState>(() => ({
  screen: 'sites',
  site: undefined,
  siteSearch: '',
  onlyBroken: false,
  eventSearch: '',
  eventLevel: 'info',
  following: true,
  event: undefined,
  problemsShown: undefined,
  theme: 'system',
}));

export const setView = (patch: Partial<ViewState>): void => viewStore.setState(patch);

export const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
