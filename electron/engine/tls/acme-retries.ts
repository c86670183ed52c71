/** When a failed order is tried again: exponential back-off with jitter, kept over restarts. */
import { createHash } from 'node:crypto';
import type { AcmeConfig } from '../../../shared/acme-config.ts';
import type { Problem } from '../../../shared/problem.ts';
import { readJson, writeSecretJson } from './acme-files.ts';

export interface Retry {
  failures: number;
  nextAttemptAt: number;
  problem: Problem;
  /** Of the acme settings it failed with; other settings may try at once. */
  settings: string;
  /** The authority named the time: it holds for any settings. */
  binding: boolean;
}

/** Public authorities allow some five failed validations an hour for a name. */
const FIRST_WAIT_MS = 10 * 60_000;
const LAST_WAIT_MS = 12 * 3_600_000;
/** So that many machines that failed together do not come back together. */
const JITTER = 0.2;
/** A Retry-After beyond this is a mistake, or an attack. */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000;
/** Of a rate limit that names no time. */
const RATE_LIMIT_WAIT_MS = 3_600_000;
/** Of names that are wanted no more, kept in case they come back. */
const KEPT_RETRIES = 500;

/** `failures` from 1; `random` from 0 up to 1. */
export function backoffMs(failures: number, random: number): number {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LAST_WAIT_MS);
  return Math.round(waitMs * (1 + JITTER * (2 * random - 1)));
}

/** What comes after a failure: the back-off, or later when the authority asked for it. */
export function nextRetry(
  before: Retry | undefined,
  failed: { problem: Problem; retryAfterMs: number | undefined; settings: string; now: number },
): Retry {
  const { problem, settings, now } = failed;
  const failures = (before?.failures ?? 0) + 1;
  const limited = problem.code === 'ACME_RATE_LIMITED' ? RATE_LIMIT_WAIT_MS : undefined;
  const askedMs = Math.min(failed.retryAfterMs ?? limited ?? 0, LONGEST_WAIT_MS);
  const waitMs = Math.max(backoffMs(failures, Math.random()), askedMs);
  return { failures, nextAttemptAt: now + waitMs, problem, settings, binding: askedMs > 0 };
}

/** Not before this; 0 for now. A time too far ahead was set by a clock that was wrong. */
export function attemptAt(retry: Retry | undefined, settings: string, now: number): number {
  if (retry === undefined || (!retry.binding && retry.settings !== settings)) return 0;
  return retry.nextAttemptAt - now > LONGEST_WAIT_MS ? 0 : retry.nextAttemptAt;
}

/** Short and one-way: the settings may hold a token. */
export function fingerprint(config: AcmeConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
}

export interface Retries {
  get: (key: string) => Retry | undefined;
  /** In memory at once; rejects when the disk refuses. */
  set: (key: string, retry: Retry) => Promise<void>;
  clear: (key: string) => Promise<void>;
}

/** By the names of an order; a file that cannot be read starts anew. */
export async function openRetries(file: string): Promise<Retries> {
  const read = (await readJson(file).catch(() => undefined)) as Record<string, Retry> | undefined; // a broken one is replaced
  const kept = new Map(Object.entries(read ?? {}).filter(([, retry]) => Number.isFinite(retry?.nextAttemptAt)));
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  /** Changes made while one write is under way share the next. */
  const save = (): Promise<void> =>
    (queued ??= writing =
      writing
        .catch(() => undefined) // told to its own caller
        .then(() => {
          queued = undefined;
          return writeSecretJson(file, Object.fromEntries(kept));
        }));
  return {
    get: (key) => kept.get(key),
    set(key, retry) {
      kept.delete(key);
      kept.set(key, retry);
      for (const oldest of kept.keys()) if (kept.size > KEPT_RETRIES) kept.delete(oldest);
      return save();
    },
    clear: (key) => (kept.delete(key) ? save() : Promise.resolve()),
  };
}
