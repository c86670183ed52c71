/** Begins and ends rehearsals; what is on comes with the snapshot, so that every window knows. */
import { bridge } from '../bridge.ts';
import { showProblems } from './toasts.ts';
import type { Rehearsal, RehearsalKind } from '../../shared/rehearsal.ts';
import type { BackendState, SiteState } from '../../shared/state.ts';

export interface RehearsalChoice {
  kind: RehearsalKind;
  durationMs: number;
  delayMs: number;
  status: number;
}

/** What begins is seen at once, on the map and beside it, with the way to stop it. */
export async function startRehearsal(site: SiteState, backend: BackendState, choice: RehearsalChoice): Promise<void> {
  const answer = await bridge.call('rehearse.start', { site: site.name, backend: backend.id, ...choice });
  if (!answer.ok) showProblems(answer.problems);
}

export async function stopRehearsal(id: number): Promise<void> {
  const answer = await bridge.call('rehearse.stop', { id });
  if (!answer.ok) showProblems(answer.problems);
}

export const REHEARSAL_WORDS: Record<RehearsalKind, string> = {
  kill: 'refuses connections',
  slow: 'answers late',
  fail: 'answers errors',
};

/** `0:24`, of what is left. */
export function timeLeft({ endsAt }: Pick<Rehearsal, 'endsAt'>, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((endsAt - nowMs) / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
