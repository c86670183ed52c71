/** What the Config screen shows; kept for the next run. */
import { persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';

export interface ConfigView {
  tab: 'text' | 'history';
  /** Two texts beside each other, or one with what was taken out above what was put in. */
  layout: 'split' | 'unified';
  /** What a revision is compared with: the one before it, or what is in force. */
  against: 'before' | 'now';
}

const FIRST: ConfigView = { tab: 'text', layout: 'split', against: 'before' };

export const configView = createStore<ConfigView>()(
  persist((): ConfigView => FIRST, {
    name: 'config-view',
    merge: (kept, first) => ({ ...first, ...parseKept(kept) }),
  }),
);

function parseKept(kept: unknown): Partial<ConfigView> {
  if (typeof kept !== 'object' || kept === null) return {};
  const { tab, layout, against } = kept as Partial<ConfigView>;
  return {
    tab: tab === 'history' ? 'history' : 'text',
    layout: layout === 'unified' ? 'unified' : 'split',
    against: against === 'now' ? 'now' : 'before',
  };
}
