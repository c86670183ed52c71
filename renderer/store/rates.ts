/** Requests and errors a second of sites and backends, from the differences of their counts once a second. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import { isPool } from '../../shared/state.ts';
import { liveStore } from './live.ts';
import type { LiveState } from './live-state.ts';
import type { Exchange, PoolState, SiteState } from '../../shared/state.ts';

export interface Rate {
  perSecond: number;
  /** Attempts that failed, and answers of 500 and above. */
  errorsPerSecond: number;
}

export interface Rates {
  /** Grows with each sample; what pulses, pulses once for each. */
  tick: number;
  sites: ReadonlyMap<string, Rate>;
  /** By id. */
  backends: ReadonlyMap<string, Rate>;
}

export const NO_RATE: Rate = { perSecond: 0, errorsPerSecond: 0 };
const NO_RATES: Rates = { tick: 0, sites: new Map(), backends: new Map() };

/** Counts so far, at one moment. */
export interface Counts {
  atMs: number;
  sites: Map<string, number>;
  backends: Map<string, { site: string; requests: number; errors: number }>;
}

/** After more silence than this a count has grown in the last second alone: there is a sample every second of traffic. */
const SILENCE_MS = 2_500;

export const ratesStore = createStore<Rates>(() => NO_RATES);

/** `answeredErrors` by site, route and name of the backend. */
export function countsOf(
  sites: readonly SiteState[],
  atMs: number,
  answeredErrors: ReadonlyMap<string, number> = new Map(),
): Counts {
  const counts: Counts = { atMs, sites: new Map(), backends: new Map() };
  for (const site of sites) {
    counts.sites.set(site.name, site.requests);
    for (const { path, pool } of site.routes) if (pool) addBackends(counts, site.name, path, pool, answeredErrors);
  }
  return counts;
}

function addBackends(
  counts: Counts,
  site: string,
  route: string,
  pool: PoolState,
  answered: ReadonlyMap<string, number>,
): void {
  for (const member of pool.members) {
    if (isPool(member)) addBackends(counts, site, route, member, answered);
    else {
      const errors = member.failures + (answered.get(keyOf(site, route, member.name)) ?? 0);
      counts.backends.set(member.id, { site, requests: member.requests, errors });
    }
  }
}

export const keyOf = (site: string, route: string, backend: string): string => JSON.stringify([site, route, backend]);

/** What was not counted before has no rate yet; a count that fell (the engine started anew) has none either. */
export function ratesBetween(before: Counts, after: Counts, tick: number): Rates {
  const gapMs = after.atMs - before.atMs;
  const seconds = gapMs <= 0 || gapMs > SILENCE_MS ? 1 : gapMs / 1_000;
  const perSecond = (now: number, then: number | undefined): number =>
    then === undefined || now <= then ? 0 : (now - then) / seconds;
  const backends = new Map<string, Rate>();
  const siteErrors = new Map<string, number>();
  for (const [id, { site, requests, errors }] of after.backends) {
    const then = before.backends.get(id);
    const errorsPerSecond = perSecond(errors, then?.errors);
    siteErrors.set(site, (siteErrors.get(site) ?? 0) + errorsPerSecond);
    backends.set(id, { perSecond: perSecond(requests, then?.requests), errorsPerSecond });
  }
  const sites = new Map<string, Rate>();
  for (const [name, requests] of after.sites) {
    const errorsPerSecond = siteErrors.get(name) ?? 0;
    sites.set(name, { perSecond: perSecond(requests, before.sites.get(name)), errorsPerSecond });
  }
  return { tick, sites, backends };
}

/** Keeps the rates of the sites with these names until the returned call; `shown` is asked at each sample. */
export function followRates(shown: () => ReadonlySet<string>): () => void {
  const answered = new Map<string, number>();
  const count = ({ snapshot }: LiveState): Counts => {
    const names = shown();
    const sites = snapshot?.sites.filter(({ name }) => names.has(name)) ?? [];
    return countsOf(sites, snapshot?.traffic.at ?? 0, answered);
  };
  let before = count(liveStore.getState());
  const offPush = bridge.onPush((push) => {
    if (push.name === 'exchanges.recorded') for (const exchange of push.data) countError(answered, exchange);
  });
  const offLive = liveStore.subscribe((state) => {
    if ((state.snapshot?.traffic.at ?? 0) === before.atMs) return;
    const after = count(state);
    ratesStore.setState(ratesBetween(before, after, ratesStore.getState().tick + 1), true);
    before = after;
  });
  return () => {
    offPush();
    offLive();
    ratesStore.setState(NO_RATES, true);
  };
}

function countError(answered: Map<string, number>, { site, route, backend, status }: Exchange): void {
  if (status < 500 || backend === undefined) return;
  const key = keyOf(site, route, backend);
  answered.set(key, (answered.get(key) ?? 0) + 1);
}
