/** Back-off of failed orders: growing, bounded, with jitter, and kept. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  attemptAt,
  backoffMs,
  fingerprint,
  nextRetry,
  openRetries,
  type Retry,
} from '../../../electron/engine/tls/acme-retries.ts';
import { problem } from '../../../shared/problem.ts';
import { tempHome } from '../../kit/temp-home.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const cause = problem('ACME_ORDER_REFUSED', 'No.');
const now = 1_000_000;

it('the wait doubles from ten minutes to twelve hours, give or take a fifth', () => {
  expect([1, 2, 3, 7, 8, 100].map((failures) => backoffMs(failures, 0.5) / MINUTE_MS)).toEqual([
    10, 20, 40, 640, 720, 720,
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const middle = backoffMs(failures, 0.5);
      const waitMs = backoffMs(failures, random);
      return waitMs >= middle * 0.8 - 1 && waitMs <= middle * 1.2 + 1;
    }),
  );
});

it('a Retry-After makes it longer, never shorter, and is bounded', () => {
  const after = (retryAfterMs: number | undefined) =>
    nextRetry(undefined, { problem: cause, retryAfterMs, settings: 's', now }).nextAttemptAt - now;
  expect(after(3 * HOUR_MS)).toBe(3 * HOUR_MS);
  expect(after(1_000)).toBeGreaterThanOrEqual(8 * MINUTE_MS);
  expect(after(1e15)).toBe(7 * 24 * HOUR_MS);
});

it('a rate limit that names no time holds for an hour, for any settings', () => {
  const limited = problem('ACME_RATE_LIMITED', 'Too many.');
  const retry = nextRetry(undefined, { problem: limited, retryAfterMs: undefined, settings: 'old', now });
  expect(attemptAt(retry, 'new', now) - now).toBe(HOUR_MS);
});

it('other settings try at once, the same ones wait, a time set by a wrong clock does not count', () => {
  const retry = nextRetry(undefined, { problem: cause, retryAfterMs: undefined, settings: 'old', now });
  expect(attemptAt(retry, 'new', now)).toBe(0);
  expect(attemptAt(retry, 'old', now)).toBe(retry.nextAttemptAt);
  expect(attemptAt(retry, 'old', now - 365 * 24 * HOUR_MS)).toBe(0);
  expect(attemptAt(undefined, 'old', now)).toBe(0);
});

it('failures are counted over restarts, and gone after a success', async () => {
  const file = join(tempHome(), 'retries.json');
  const retries = await openRetries(file);
  const first = nextRetry(undefined, { problem: cause, retryAfterMs: undefined, settings: 's', now });
  await retries.set('shop.example.com', first);
  const again = await openRetries(file);
  expect(again.get('shop.example.com')).toEqual(first);
  expect(nextRetry(first, { problem: cause, retryAfterMs: undefined, settings: 's', now }).failures).toBe(2);
  await again.clear('shop.example.com');
  expect((await openRetries(file)).get('shop.example.com')).toBeUndefined();
});

it('a broken file starts anew, and one host name is only a key', async () => {
  const file = join(tempHome(), 'retries.json');
  writeFileSync(file, '{"a": {"nextAttemptAt": 1');
  const retries = await openRetries(file);
  await retries.set('__proto__', { nextAttemptAt: 5 } as Retry);
  expect(retries.get('constructor')).toBeUndefined();
});

it('keeps no more than 500 names', async () => {
  const retries = await openRetries(join(tempHome(), 'retries.json'));
  const retry = nextRetry(undefined, { problem: cause, retryAfterMs: undefined, settings: 's', now });
  await Promise.all(Array.from({ length: 510 }, (_one, index) => retries.set(`h${index}`, retry)));
  expect([retries.get('h9'), retries.get('h10')?.failures]).toEqual([undefined, 1]);
});

it('the fingerprint of settings tells no token', () => {
  const settings = {
    directory: 'letsencrypt',
    dns: { provider: 'cloudflare' as const, token: 'secret', propagation_timeout: 1 },
  };
  expect(fingerprint(settings)).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint({ ...settings, email: 'me@example.com' })).not.toBe(fingerprint(settings));
});
