/** What the map shows: its search, its filter, how many sites, and what is looked at. */
import { persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';

/** More sites than anyone follows by eye; the search finds the others. */
export const SITES_AT_ONCE = 50;
/** As many as the window draws without a stutter. */
export const SITES_MAX = 200;

export interface MapViewState {
  search: string;
  onlyBroken: boolean;
  limit: number;
  /** Id of the item whose details are beside the map. */
  inspected: string | undefined;
}

export const mapViewStore = createStore<MapViewState>()(
  persist((): MapViewState => ({ search: '', onlyBroken: false, limit: SITES_AT_ONCE, inspected: undefined }), {
    name: 'map',
    partialize: ({ search, onlyBroken }) => ({ search, onlyBroken }),
  }),
);

export function setMapView(patch: Partial<MapViewState>): void {
  mapViewStore.setState(patch);
}
