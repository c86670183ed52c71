/** The mirror of the engine as a value, and the pure steps that bring it up to date. */
import { isPool, summarise } from '../../shared/state.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Push, Pushes } from '../../shared/protocol.ts';
import type { BackendState, LogEntry, PoolState, SiteState, Snapshot } from '../../shared/state.ts';

/** A day of a busy log is more than anyone scrolls; older lines stay in the log file. */
export const LOG_KEEP = 5_000;

export type Phase = 'connecting' | 'ready' | 'failed';

export interface LiveState {
  phase: Phase;
  /** Why the engine could not be asked; only while `failed`. */
  problem: Problem | undefined;
  snapshot: Snapshot | undefined;
  /** Oldest first. */
  log: readonly LogEntry[];
}

export const EMPTY_LIVE: LiveState = { phase: 'connecting', problem: undefined, snapshot: undefined, log: [] };

/** A batch in order: what could be applied, and whether a number was missing. */
export interface Reduced {
  state: LiveState;
  gap: boolean;
}

/** Applies the pushes that follow the snapshot; stops at the first gap. Numbers already included are passed over. */
export function applyPushes(state: LiveState, pushes: readonly Push[]): Reduced {
  let current = state;
  for (const push of pushes) {
    if (!current.snapshot) return { state: current, gap: true };
    if (push.seq <= current.snapshot.seq) continue;
    if (push.seq !== current.snapshot.seq + 1) return { state: current, gap: true };
    const next = applyPush(current, current.snapshot, push);
    current = { ...next, snapshot: { ...(next.snapshot ?? current.snapshot), seq: push.seq } };
  }
  return { state: current, gap: false };
}

function applyPush(state: LiveState, snapshot: Snapshot, push: Push): LiveState {
  switch (push.name) {
    case 'engine.statusChanged':
      return { ...state, snapshot: { ...snapshot, status: push.data.status } };
    case 'state.replaced': {
      // The answer to a change of ours may have said a newer one already: revisions only count up.
      const revision = Math.max(snapshot.revision, push.data.revision);
      return { ...state, snapshot: { ...snapshot, ...push.data, revision } };
    }
    case 'health.changed':
      return { ...state, snapshot: { ...snapshot, sites: withHealth(snapshot.sites, push.data) } };
    case 'rehearsals.changed':
      return { ...state, snapshot: { ...snapshot, rehearsals: push.data } };
    case 'traffic.sampled':
      return { ...state, snapshot: withTraffic(snapshot, push.data) };
    case 'log.written':
      return { ...state, log: appendLog(state.log, push.data) };
    case 'config.refused':
      return { ...state, snapshot: { ...snapshot, problems: push.data.problems } };
    case 'exchanges.recorded':
    case 'services.changed':
      return state;
  }
}

/** Adds the entries that are newer than the last one, and keeps the newest `LOG_KEEP`. */
export function appendLog(log: readonly LogEntry[], entries: readonly LogEntry[]): readonly LogEntry[] {
  const last = log.length > 0 ? log[log.length - 1]!.id : 0;
  const fresh = entries.filter((entry) => entry.id > last);
  return fresh.length === 0 ? log : [...log, ...fresh].slice(-LOG_KEEP);
}

function withHealth(sites: SiteState[], changes: Pushes['health.changed']): SiteState[] {
  const backends = new Map(changes.map((change) => [change.backend.id, change.backend]));
  const touched = new Set(changes.map((change) => change.site));
  const next = sites.map((site) => {
    if (!touched.has(site.name)) return site;
    const changed = mapBackends(site, (backend) => backends.get(backend.id) ?? backend);
    return { ...changed, health: siteHealth(changed) };
  });
  return placedLike(next, sites);
}

function withTraffic(snapshot: Snapshot, data: Pushes['traffic.sampled']): Snapshot {
  const { sites: siteCounts, backends: backendCounts, ...traffic } = data;
  const requests = new Map(siteCounts.map((count) => [count.name, count.requests]));
  const counts = new Map(backendCounts.map((count) => [count.id, count]));
  const places = placesOf(snapshot.sites);
  const touched = new Set([
    ...siteCounts.map(({ name }) => places.sites.get(name)),
    ...backendCounts.map(({ id }) => places.backends.get(id)),
  ]);
  const sites = [...snapshot.sites];
  for (const index of touched) {
    const site = index === undefined ? undefined : sites[index];
    if (index === undefined || !site) continue;
    const next = mapBackends(site, (backend) => withCounts(backend, counts.get(backend.id)));
    const total = requests.get(site.name) ?? site.requests;
    sites[index] = total === next.requests ? next : { ...next, requests: total };
  }
  const isSame = sites.every((site, index) => site === snapshot.sites[index]);
  return { ...snapshot, traffic, sites: isSame ? snapshot.sites : placedLike(sites, snapshot.sites) };
}

interface Places {
  /** Index of a site, by its name. */
  sites: ReadonlyMap<string, number>;
  /** Index of the site of a backend, by its id. */
  backends: ReadonlyMap<string, number>;
}

/** Worked out once for each config: of ten thousand sites a sample speaks of a few. */
const knownPlaces = new WeakMap<readonly SiteState[], Places>();

function placesOf(sites: readonly SiteState[]): Places {
  const known = knownPlaces.get(sites);
  if (known) return known;
  const ofSites = new Map<string, number>();
  const ofBackends = new Map<string, number>();
  for (const [index, site] of sites.entries()) {
    ofSites.set(site.name, index);
    for (const { id } of backendsOfSite(site)) ofBackends.set(id, index);
  }
  const places = { sites: ofSites, backends: ofBackends };
  knownPlaces.set(sites, places);
  return places;
}

/** The same sites at the same places, though some are new objects. */
function placedLike(sites: SiteState[], before: readonly SiteState[]): SiteState[] {
  const known = knownPlaces.get(before);
  if (known) knownPlaces.set(sites, known);
  return sites;
}

function withCounts(
  backend: BackendState,
  count: Pushes['traffic.sampled']['backends'][number] | undefined,
): BackendState {
  if (!count) return backend;
  const same =
    count.active === backend.active && count.requests === backend.requests && count.failures === backend.failures;
  return same ? backend : { ...backend, active: count.active, requests: count.requests, failures: count.failures };
}

/** Same object when no backend changed, so that a row that shows it does not render again. */
export function mapBackends(site: SiteState, change: (backend: BackendState) => BackendState): SiteState {
  let touched = false;
  const routes = site.routes.map((route) => {
    if (!route.pool) return route;
    const pool = mapPool(route.pool, change);
    if (pool === route.pool) return route;
    touched = true;
    return { ...route, pool };
  });
  return touched ? { ...site, routes } : site;
}

function mapPool(pool: PoolState, change: (backend: BackendState) => BackendState): PoolState {
  let touched = false;
  const members = pool.members.map((member) => {
    const next = isPool(member) ? mapPool(member, change) : change(member);
    if (next !== member) touched = true;
    return next;
  });
  return touched ? { ...pool, members } : pool;
}

/** Every backend of a pool, those of nested pools too, in the order of the file. */
export function backendsOf(pool: PoolState): BackendState[] {
  return gather(pool, []);
}

/** Into one list: ten thousand sites are gone through at a time. */
function gather(pool: PoolState, found: BackendState[]): BackendState[] {
  for (const member of pool.members) {
    if (isPool(member)) gather(member, found);
    else found.push(member);
  }
  return found;
}

/** Every backend of a site, over all its routes. */
export function backendsOfSite(site: SiteState): BackendState[] {
  const found: BackendState[] = [];
  for (const { pool } of site.routes) if (pool) gather(pool, found);
  return found;
}

/** Of those that are enabled, how many are up: one that is degraded or drains still answers. */
export function upOf(backends: readonly BackendState[]): { up: number; of: number } {
  const enabled = backends.filter(({ disabled }) => !disabled);
  return { up: enabled.filter(({ health }) => health !== 'down').length, of: enabled.length };
}

function siteHealth(site: SiteState): SiteState['health'] {
  const serving = backendsOfSite(site).filter((backend) => !backend.disabled);
  return summarise(serving.map((backend) => backend.health));
}
