/** Waits for a condition instead of for an amount of time. */

export interface UntilOptions {
  /** How long to keep asking, in milliseconds; a minute unless told, since machines are shared and slow. */
  timeoutMs?: number;
  /** Pause between two checks, in milliseconds; 10 unless told. */
  intervalMs?: number;
  /** What was waited for; it opens the error of a wait that ran out. */
  message?: string;
}

/**
 * Polls `check` until it gives something truthy, and gives that. A check that throws counts as "not yet"; when time runs
 * out, the error carries the message and the last thing thrown.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 60_000, intervalMs = 10, message = 'the condition' }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${message}`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
