/** Work on very many items gives the event loop its turn now and then, so that requests are answered in between. */
import { setImmediate } from 'node:timers/promises';

export interface Turns {
  /** The turn took long enough. */
  isOver: () => boolean;
  /** Resolves in the next turn of the event loop. */
  next: () => Promise<void>;
}

/** How long one turn may take, in milliseconds. */
const TURN_MS = 10;

export function createTurns(): Turns {
  let endMs = performance.now() + TURN_MS;
  return {
    isOver: () => performance.now() >= endMs,
    async next() {
      await setImmediate();
      endMs = performance.now() + TURN_MS;
    },
  };
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
