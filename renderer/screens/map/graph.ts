/** The map as a tree: clients, sites, routes, pools, backends; from what the engine says, and nothing drawn yet. */
import { isPool } from '../../../shared/state.ts';
import { backendsOf } from '../../store/live-state.ts';
import { isBroken } from '../../store/site-filter.ts';
import type { BackendState, PoolState, RouteState, SiteState } from '../../../shared/state.ts';

/** Of one pool; the rest is counted in one node, with the broken ones shown first of all. */
const MEMBERS_SHOWN = 12;

export type Thing =
  | { kind: 'clients' }
  | { kind: 'site'; site: SiteState }
  | { kind: 'route'; site: SiteState; route: RouteState }
  | { kind: 'pool'; site: SiteState; route: RouteState; pool: PoolState }
  /** What a route without backends leads to: a folder, or another address. */
  | { kind: 'end'; site: SiteState; route: RouteState }
  | { kind: 'backend'; site: SiteState; route: RouteState; pool: PoolState; backend: BackendState }
  | { kind: 'more'; site: SiteState; count: number };

export interface MapItem {
  id: string;
  /** Stands before its children; only `clients` has none. */
  parent: string | undefined;
  /** 0 for the clients, 1 sites, 2 routes, from 3 pools; the backends have the last. */
  column: number;
  thing: Thing;
}

export interface MapTree {
  /** Depth first: each parent before its children, in the order of the file. */
  items: readonly MapItem[];
  columns: number;
}

export const CLIENTS = 'clients';
const FIRST_POOL = 3;

export function buildTree(sites: readonly SiteState[]): MapTree {
  const depth = Math.max(1, ...sites.flatMap(({ routes }) => routes.map(({ pool }) => (pool ? depthOf(pool) : 0))));
  const last = FIRST_POOL + depth;
  const items: MapItem[] = [{ id: CLIENTS, parent: undefined, column: 0, thing: { kind: 'clients' } }];
  for (const site of sites) addSite(items, site, last);
  return { items, columns: last + 1 };
}

const depthOf = (pool: PoolState): number =>
  1 + Math.max(0, ...pool.members.map((member) => (isPool(member) ? depthOf(member) : 0)));

function addSite(items: MapItem[], site: SiteState, last: number): void {
  const id = `site ${site.name}`;
  items.push({ id, parent: CLIENTS, column: 1, thing: { kind: 'site', site } });
  for (const route of site.routes) {
    const routeId = `route ${site.name} ${route.path}`;
    items.push({ id: routeId, parent: id, column: 2, thing: { kind: 'route', site, route } });
    const at: Place = { site, route, parent: routeId, column: FIRST_POOL, last };
    if (route.pool) addPool(items, route.pool, at);
    else if (route.kind !== 'proxy')
      items.push({ id: `end ${routeId}`, parent: routeId, column: FIRST_POOL, thing: { kind: 'end', site, route } });
  }
}

interface Place {
  site: SiteState;
  route: RouteState;
  parent: string;
  column: number;
  /** Column of the backends. */
  last: number;
}

function addPool(items: MapItem[], pool: PoolState, at: Place): void {
  const { site, route, parent, column, last } = at;
  const id = `pool ${parent} ${pool.name}`;
  items.push({ id, parent, column, thing: { kind: 'pool', site, route, pool } });
  const shown = membersShown(pool);
  for (const member of shown) {
    if (isPool(member)) addPool(items, member, { ...at, parent: id, column: column + 1 });
    else {
      const thing: Thing = { kind: 'backend', site, route, pool, backend: member };
      items.push({ id: `backend ${member.id}`, parent: id, column: last, thing });
    }
  }
  const count = pool.members.length - shown.length;
  if (count > 0) items.push({ id: `more ${id}`, parent: id, column: last, thing: { kind: 'more', site, count } });
}

function membersShown(pool: PoolState): PoolState['members'] {
  if (pool.members.length <= MEMBERS_SHOWN) return pool.members;
  return firstOf(pool.members, MEMBERS_SHOWN, (member) =>
    isPool(member) ? backendsOf(member).some(isBad) : isBad(member),
  );
}

export const isBad = (backend: BackendState): boolean =>
  !backend.disabled && (backend.health === 'down' || backend.health === 'degraded');

/** The sites on the map: all that are wanted as long as they fit, else the broken ones and then the first; in the order of the file. */
export const sitesShown = (found: readonly SiteState[], limit: number): readonly SiteState[] =>
  found.length <= limit ? found : firstOf(found, limit, isBroken);

/** At most `limit`: those that come first by `before`, then the others; each keeps its place among them. */
function firstOf<T>(all: readonly T[], limit: number, before: (item: T) => boolean): T[] {
  const chosen = new Set<T>();
  for (const item of all) if (chosen.size < limit && before(item)) chosen.add(item);
  for (const item of all) {
    if (chosen.size >= limit) break;
    chosen.add(item);
  }
  return all.filter((item) => chosen.has(item));
}
