/** What the map changes: one backend checked, a dev server put into a pool. */
import { bridge } from '../bridge.ts';
import { labelFor, type DevServer } from '../../shared/discovery.ts';
import { valueAt } from '../../shared/value-at.ts';
import { isPool } from '../../shared/state.ts';
import { applyChange, type Change } from './changes.ts';
import { backendsOf } from './live-state.ts';
import { liveStore } from './live.ts';
import { isSingle, listEdits, singleOf } from './single.ts';
import { showProblems, showToast } from './toasts.ts';
import type { BackendState, PoolState, RouteState, SiteState } from '../../shared/state.ts';

/** Probes one backend now; its state arrives as a push. */
export async function checkBackend(site: SiteState, backend: BackendState): Promise<void> {
  const answer = await bridge.call('health.check', { site: site.name, backend: backend.name });
  if (!answer.ok) return showProblems(answer.problems);
  const [failed] = answer.value.fail;
  const message = failed
    ? `${backend.name} failed the check: ${failed.error ?? 'no answer'}.`
    : `${backend.name} passed the check.`;
  showToast({ kind: 'note', message });
}

/** A name that every browser leads to this machine, without a change to the system; with the port where it is given away. */
export function hostFor(server: DevServer, taken: ReadonlySet<string> = hostsInUse()): string {
  const name = `${labelFor(server)}.localhost`;
  return taken.has(name) ? `${labelFor(server)}-${server.port}.localhost` : name;
}

/** A name for each, no two alike. */
export function hostsFor(servers: readonly DevServer[]): string[] {
  const taken = hostsInUse();
  return servers.map((server) => {
    const name = hostFor(server, taken);
    taken.add(name);
    return name;
  });
}

const hostsInUse = (): Set<string> =>
  new Set(liveStore.getState().snapshot?.sites.flatMap(({ name, hosts }) => [name, ...hosts]));

/** A site of its own for a dev server, named after its folder. */
export async function addAsSite(server: DevServer): Promise<void> {
  const name = hostFor(server);
  const result = await applyChange(
    { name: 'sites.add', request: { site: { name, url: server.url } } },
    `${name} added.`,
  );
  if (!result.ok) showProblems(result.problems);
}

/** Where a pool stands. */
export interface PoolPlace {
  site: SiteState;
  route: RouteState;
  pool: PoolState;
}

/** Adds a backend of this address to the pool, whatever way the pool is written in the file. */
export async function addToPool(place: PoolPlace, url: string): Promise<void> {
  const change = await changeFor(place, url);
  if (!change) return;
  const result = await applyChange(change, `${url} added to ${place.site.name}.`);
  if (!result.ok) showProblems(result.problems);
}

async function changeFor({ site, route, pool }: PoolPlace, url: string): Promise<Change | undefined> {
  const isTop = pool.name === '' && (route.path === '/' || site.routes.length === 1);
  if (isTop && !isOfRoute(pool)) return { name: 'backends.add', request: { site: site.name, backend: { url } } };
  const path = poolPath(pool);
  if (!path) return undefined;
  if (!isSingle(path)) return { name: 'config.edit', request: { edits: [{ op: 'insert', path, value: { url } }] } };
  const answer = await bridge.call('config.get', {});
  if (answer.ok)
    return {
      name: 'config.edit',
      request: { edits: listEdits(path, singleOf(valueAt(answer.value.value, path)), {}, [{ url }]) },
    };
  showProblems(answer.problems);
  return undefined;
}

const isOfRoute = (pool: PoolState): boolean => backendsOf(pool)[0]?.path.includes('routes') ?? false;

/** The end of its list in the file, or the entry that writes its one backend itself. */
export function poolPath(pool: PoolState): (string | number)[] | undefined {
  const own = pool.members.find((member): member is BackendState => !isPool(member));
  if (own) return isSingle(own.path) ? [...own.path] : [...own.path.slice(0, -1), pool.members.length];
  const below = pool.members[0];
  const path = below && isPool(below) ? poolPath(below) : undefined;
  // A pool among the members stands in their list: `…, 'balance', 2, 'balance', 5`.
  return path && [...path.slice(0, -3), pool.members.length];
}
