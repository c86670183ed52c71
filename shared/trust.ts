/** Where the local CA is trusted, and where not: what the window and the CLI show of it. */
import type { Problem } from './problem.ts';
import type { SystemStep } from './system-change.ts';

/** `otherRoot`: a former root of ours is trusted, the present one is not. */
export type TrustState = 'trusted' | 'notTrusted' | 'otherRoot' | 'unavailable';

export interface TrustStoreState {
  id: string;
  /** As in `Debian system store` and `Firefox (default-release)`. */
  name: string;
  state: TrustState;
  /** One sentence: who reads it, or why it is not at hand. */
  detail: string;
  /** What makes it available. */
  fix?: string;
}

/** A line to copy for a program with a store of its own. */
export interface ReadyLine {
  name: string;
  line: string;
  note?: string;
}

export interface TrustReport {
  stores: TrustStoreState[];
  lines: ReadyLine[];
}

export type TrustAction = 'install' | 'remove';

/** What would be done to one store: nothing where all is as wanted. */
export interface TrustPlan {
  id: string;
  name: string;
  steps: SystemStep[];
  problem?: Problem;
}

/** What was done to one store. */
export interface TrustResult {
  id: string;
  name: string;
  ok: boolean;
  problem?: Problem;
  /** The system's own client has shaken hands with us and believed it. */
  isVerified?: boolean;
}

export interface TrustEvents {
  'trust.installed': { stores: string[] };
  'trust.removed': { stores: string[] };
  'trust.failed': { store: string; problem: Problem };
}
