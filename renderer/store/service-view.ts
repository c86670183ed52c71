/** Where the person was on the Services screen, kept for the next run. */
import { persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';

export const SERVICE_TABS = ['connect', 'log', 'inspect'] as const;
export type ServiceTab = (typeof SERVICE_TABS)[number];

export interface ServiceView {
  /** Name of the service whose detail is shown. */
  chosen: string | undefined;
  search: string;
  tab: ServiceTab;
}

const FIRST: ServiceView = { chosen: undefined, search: '', tab: 'connect' };

export const serviceView = createStore<ServiceView>()(
  persist((): ServiceView => FIRST, {
    name: 'service-view',
    merge: (kept, first): ServiceView => ({ ...first, ...parseKept(kept) }),
  }),
);

function parseKept(kept: unknown): Partial<ServiceView> {
  if (typeof kept !== 'object' || kept === null) return {};
  const { chosen, search, tab } = kept as Partial<ServiceView>;
  return {
    ...(typeof chosen === 'string' ? { chosen } : {}),
    ...(typeof search === 'string' ? { search } : {}),
    ...(tab !== undefined && SERVICE_TABS.includes(tab) ? { tab } : {}),
  };
}

export function chooseService(chosen: string): void {
  serviceView.setState({ chosen });
}
