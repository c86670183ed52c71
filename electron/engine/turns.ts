/**
 * Work on very many items gives the event loop its turn now and then, so that requests are answered in between. One
 * turn has one length, whatever works in it: a stage that begins where another has used the turn up gives way soon.
 */
import { setImmediate as onNextTurn } from 'node:timers';
import { setImmediate } from 'node:timers/promises';

export interface Turns {
  /** The turn took long enough. */
  isOver: () => boolean;
  /** Resolves in a later turn of the event loop that has time left. */
  next: () => Promise<void>;
}

/** How long one turn may take, in milliseconds. */
const TURN_MS = 5;
/** Items between two looks at the clock. */
const STRIDE = 64;

/** Of the turn under way; undefined while nothing has asked. */
let endMs: number | undefined;

function isOver(): boolean {
  const nowMs = performance.now();
  if (endMs !== undefined) return nowMs >= endMs;
  endMs = nowMs + TURN_MS;
  onNextTurn(() => (endMs = undefined));
  return false;
}

async function next(): Promise<void> {
  do await setImmediate();
  while (isOver());
}

export function createTurns(): Turns {
  isOver(); // the turn counts from here
  return { isOver, next };
}

/** Work that stops wherever it may be interrupted, and comes to a `T`. */
export type Steps<T> = Generator<undefined, T>;

export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export async function runInTurns<T>(steps: Steps<T>): Promise<T> {
  const turns = createTurns();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (turns.isOver()) await turns.next();
  }
}

/**
 * Calls `act` for each item, then `done`; the first turn is now, so a few items are through when this returns. Stops
 * silently once `isWanted` says no; it is asked before each later turn.
 */
export function inSlices<T>(
  items: Iterable<T>,
  act: (item: T) => void,
  isWanted: () => boolean,
  done?: () => void,
): void {
  const iterator = items[Symbol.iterator]();
  const turn = (): void => {
    do {
      for (let i = 0; i < STRIDE; i++) {
        const next = iterator.next();
        if (next.done === true) return done?.();
        act(next.value);
      }
    } while (!isOver());
    onNextTurn(() => {
      if (isWanted()) turn();
    }).unref();
  };
  turn();
}
