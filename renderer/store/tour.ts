/** How far the guided start is: kept for the next run, skipped or done for good, started again at will. */
import { persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';

export const TOUR_STEPS = ['welcome', 'map', 'names', 'trust', 'done'] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

export interface TourState {
  /** `waiting`: nothing is known yet; it begins by itself in a home that has the sample alone. */
  phase: 'waiting' | 'open' | 'closed';
  step: TourStep;
  /** The site that was made on the way. */
  site: string | undefined;
  /** The CA was left untrusted, so https would begin with a warning. */
  isTrustSkipped: boolean;
}

const FIRST: TourState = { phase: 'waiting', step: 'welcome', site: undefined, isTrustSkipped: false };

export const tourStore = createStore<TourState>()(
  persist((): TourState => FIRST, {
    name: 'tour',
    merge: (kept, first) => ({ ...first, ...parseKept(kept) }),
  }),
);

/** A damaged store begins anew. */
function parseKept(kept: unknown): Partial<TourState> {
  if (typeof kept !== 'object' || kept === null) return {};
  const { phase, step, site, isTrustSkipped } = kept as Partial<TourState>;
  const isKnown = TOUR_STEPS.some((name) => name === step) && (phase === 'open' || phase === 'closed');
  if (!isKnown) return {};
  return {
    phase,
    step: step!,
    site: typeof site === 'string' ? site : undefined,
    isTrustSkipped: isTrustSkipped === true,
  };
}

export const startTour = (): void => void tourStore.setState({ ...FIRST, phase: 'open' });
export const closeTour = (): void => void tourStore.setState({ phase: 'closed' });
export const goToStep = (step: TourStep): void => void tourStore.setState({ step });
export const noteTrust = (isTrustSkipped: boolean): void => void tourStore.setState({ isTrustSkipped });
export const noteTourSite = (site: string): void => void tourStore.setState({ site });

/** Once, when the first snapshot is there: a home with the sample alone is a first run. */
export function offerTour(isFirstRun: boolean): void {
  if (tourStore.getState().phase === 'waiting') tourStore.setState({ phase: isFirstRun ? 'open' : 'closed' });
}

export function nextStep(step: TourStep): TourStep {
  return TOUR_STEPS[Math.min(TOUR_STEPS.indexOf(step) + 1, TOUR_STEPS.length - 1)]!;
}
