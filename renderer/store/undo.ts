/** The changes of this window in a row: taken back one by one, and made again. */
import { bridge } from '../bridge.ts';
import { liveStore, noteRevision } from './live.ts';
import { showProblems, showToast } from './toasts.ts';

interface Trail {
  /** The revision before the first change, and the one after each. */
  revisions: readonly number[];
  /** Which of them has the text in force. */
  at: number;
  /** The number of that text now: what is taken back becomes a revision of its own. */
  current: number;
}

/** The history itself keeps more. */
const MAX_CHANGES = 100;

let trail: Trail | undefined;
let underWay: Promise<void> = Promise.resolve();
/** Steps that were asked for and are not made yet. */
let waiting = 0;

/** Another base than the last change left means that somebody else has changed the config: a new trail begins. */
export function recordChange(before: number | undefined, after: number): void {
  if (before === undefined || before < 1 || before === after) return;
  const kept = trail?.current === before ? trail.revisions.slice(0, trail.at + 1) : [before];
  const revisions = [...kept, after].slice(-MAX_CHANGES - 1);
  trail = { revisions, at: revisions.length - 1, current: after };
}

/** While a step is under way nobody knows what comes after it: the next one finds out when it is its turn. */
export const canUndo = (): boolean => waiting > 0 || targetOf(-1) !== undefined;
export const canRedo = (): boolean => waiting > 0 || targetOf(1) !== undefined;

/** Nothing while the text in force is somebody else's: it would be taken back with ours. */
function targetOf(by: 1 | -1): number | undefined {
  const inForce = liveStore.getState().snapshot?.revision;
  return trail !== undefined && trail.current === inForce ? trail.revisions[trail.at + by] : undefined;
}

export const undo = (): Promise<void> => step(-1);
export const redo = (): Promise<void> => step(1);

/** One after the other, also when the keys are held. */
function step(by: 1 | -1): Promise<void> {
  const next = (): Promise<void> => go(by).finally(() => (waiting -= 1));
  waiting += 1;
  underWay = underWay.then(next, next);
  return underWay;
}

async function go(by: 1 | -1): Promise<void> {
  const to = targetOf(by);
  if (trail === undefined || to === undefined) return tellNothing(by);
  const answer = await bridge.call('config.rollback', { id: to, baseRevision: trail.current });
  if (!answer.ok) return showProblems(answer.problems);
  trail = { ...trail, at: trail.at + by, current: answer.value.revision };
  noteRevision(answer.value.revision);
  // The note takes the place of another note alone, so the one of the change is closed by whoever undid it.
  if (by < 0) showToast({ kind: 'note', message: 'Undone.', action: { label: 'Redo', run: () => void redo() } });
  else showToast({ kind: 'note', message: 'Done again.', action: { label: 'Undo', run: () => void undo() } });
}

function tellNothing(by: 1 | -1): void {
  const isOurs = trail !== undefined && trail.current === liveStore.getState().snapshot?.revision;
  const step = by < 0 ? 'undo' : 'redo';
  showToast({
    kind: 'note',
    message: isOurs
      ? `There is nothing more to ${step}.`
      : `The config has changed since, so there is nothing to ${step}.`,
    fix: 'Config has the history to go back in.',
  });
}
