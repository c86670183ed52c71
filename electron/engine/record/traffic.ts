/** One second of traffic as five numbers: a histogram that costs an increment a request and never sorts. */
import type { TrafficSample } from '../../../shared/state.ts';

/** Buckets a doubling of the duration: a percentile is right within 9%. */
const BUCKETS_PER_DOUBLING = 8;
/** From 1/64 ms up to 2^18 ms (four minutes); what is outside counts in the first or the last. */
const LOWEST_EXPONENT = -6;
const HIGHEST_EXPONENT = 18;
const BUCKETS = (HIGHEST_EXPONENT - LOWEST_EXPONENT) * BUCKETS_PER_DOUBLING + 1;
/** A reader that asks more often than this is given the sample of before. */
const SHORTEST_SAMPLE_MS = 250;

export interface TrafficMeter {
  /** Milliseconds; `isError` for what we or the backend failed (5xx, no answer). */
  observe: (durationMs: number, status: number, isError: boolean) => void;
  /** Sums up since the last call and starts anew; asked oftener than four times a second it repeats itself. */
  sample: (active: number) => TrafficSample;
}

export interface TrafficClock {
  /** Milliseconds, monotonic. */
  now: () => number;
  /** Milliseconds since 1970. */
  date: () => number;
}

const systemClock: TrafficClock = { now: () => performance.now(), date: () => Date.now() };

export function createTrafficMeter(clock: TrafficClock = systemClock): TrafficMeter {
  const counts = new Uint32Array(BUCKETS);
  let requests = 0;
  let errors = 0;
  let since = clock.now();
  let last: TrafficSample = {
    at: clock.date(),
    requestsPerSecond: 0,
    errorsPerSecond: 0,
    p50Ms: 0,
    p99Ms: 0,
    active: 0,
  };

  return {
    observe(durationMs, status, isError) {
      const bucket = bucketOf(durationMs);
      counts[bucket] = counts[bucket]! + 1;
      requests += 1;
      if (isError || status >= 500) errors += 1;
    },
    sample(active) {
      const now = clock.now();
      const elapsedMs = now - since;
      if (elapsedMs < SHORTEST_SAMPLE_MS) return { ...last, active };
      const perSecond = 1_000 / elapsedMs;
      last = {
        at: clock.date(),
        requestsPerSecond: round(requests * perSecond),
        errorsPerSecond: round(errors * perSecond),
        p50Ms: percentile(counts, requests, 0.5),
        p99Ms: percentile(counts, requests, 0.99),
        active,
      };
      counts.fill(0);
      requests = 0;
      errors = 0;
      since = now;
      return last;
    },
  };
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > 0)) return 0;
  const bucket = Math.round((Math.log2(durationMs) - LOWEST_EXPONENT) * BUCKETS_PER_DOUBLING);
  return bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket;
}

function percentile(counts: Uint32Array, total: number, share: number): number {
  if (total === 0) return 0;
  const rank = Math.ceil(total * share);
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    seen += counts[bucket]!;
    if (seen >= rank) return round(2 ** (bucket / BUCKETS_PER_DOUBLING + LOWEST_EXPONENT));
  }
  return 0;
}

const round = (value: number): number => Math.round(value * 100) / 100;
