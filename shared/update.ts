/** The update of the installed app, as the window shows it. */
import type { Problem } from './problem.ts';

/**
 * `off`: this build looks nowhere, or cannot replace itself. `current`: asked, and there is nothing newer. `ready`:
 * downloaded and checked; installed when the person says so.
 */
export type UpdatePhase = 'off' | 'idle' | 'checking' | 'current' | 'available' | 'downloading' | 'ready';

export interface UpdateState {
  phase: UpdatePhase;
  /** The newer one, from `available` on. */
  version?: string | undefined;
  /** 0 to 100 while it downloads. */
  percent?: number | undefined;
  /** Why the last step came to nothing. */
  problem?: Problem | undefined;
}

export const UPDATE_STEPS = ['check', 'download', 'cancel', 'install'] as const;
export type UpdateStep = (typeof UPDATE_STEPS)[number];
