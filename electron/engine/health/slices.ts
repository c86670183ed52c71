/** Goes through very many items in turns of the event loop, so that requests are answered in between. */
import { setImmediate } from 'node:timers';

/** How long one turn may take, in milliseconds. */
const TURN_MS = 5;
/** Items between two looks at the clock. */
const STRIDE = 64;

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
    const endMs = performance.now() + TURN_MS;
    do {
      for (let i = 0; i < STRIDE; i++) {
        const next = iterator.next();
        if (next.done === true) return done?.();
        act(next.value);
      }
    } while (performance.now() < endMs);
    setImmediate(() => {
      if (isWanted()) turn();
    }).unref();
  };
  turn();
}
