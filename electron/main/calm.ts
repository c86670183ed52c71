/** Of many calls in a row the first and the newest, never two closer than a gap unless the later one is urgent. */

export interface Calm<T> {
  /** At once where the gap is over or `isUrgent`, else when it is over, unless a newer one comes. */
  call: (value: T, isUrgent: boolean) => void;
  close: () => void;
}

export function calm<T>(run: (value: T) => void, gapMs: number): Calm<T> {
  let timer: NodeJS.Timeout | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  const now = (value: T): void => {
    clearTimeout(timer);
    timer = undefined;
    lastAt = performance.now();
    run(value);
  };
  return {
    call(value, isUrgent) {
      const leftMs = lastAt + gapMs - performance.now();
      if (isUrgent || leftMs <= 0) return now(value);
      clearTimeout(timer);
      timer = setTimeout(now, leftMs, value);
    },
    close: () => clearTimeout(timer),
  };
}
