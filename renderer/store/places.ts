/** Where sites, pools and backends stand in the config file, read from the paths the engine gives. */
import { isPool } from '../../shared/state.ts';
import { valueAt } from '../../shared/value-at.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { BackendState, PoolState, RouteState, SiteState } from '../../shared/state.ts';
import { backendsOf } from './live-state.ts';

/** The commands of backends speak of the pool of the site itself; any other pool is edited by path. */
export function isInTopPool(site: SiteState, backend: BackendState): boolean {
  const top = site.routes.find((route) => route.path === '/');
  return top?.pool?.members.some((member) => !isPool(member) && member.id === backend.id) ?? false;
}

/** The list of a pool in the file; undefined when its one backend is written as a plain `url`. */
export function balancePath(pool: PoolState): ConfigPath | undefined {
  const first = backendsOf(pool)[0];
  if (!first) return undefined;
  const at = first.path.indexOf('balance');
  return at === -1 ? undefined : first.path.slice(0, at + 1);
}

/** The route in the file that owns the pool. */
export function routePath(route: RouteState): ConfigPath | undefined {
  const first = route.pool && backendsOf(route.pool)[0];
  const at = first ? first.path.indexOf('routes') : -1;
  return first && at !== -1 ? first.path.slice(0, at + 2) : undefined;
}

/** Where a member of a pool stands in its list; `depth` counts the pools around it. Undefined for one written in short. */
export function memberPath(member: BackendState | PoolState, depth: number): ConfigPath | undefined {
  const path = isPool(member) ? backendsOf(member)[0]?.path : member.path;
  const first = path?.indexOf('balance') ?? -1;
  return first === -1 ? undefined : path?.slice(0, first + 2 * (depth + 1));
}

/** The entry of a site as it is written, by its name. */
export function siteEntry(document: unknown, name: string): { index: number; value: unknown } | undefined {
  const server = valueAt(document, ['server']);
  if (!Array.isArray(server)) return undefined;
  const index = server.findIndex((entry: unknown) => valueAt(entry, ['name']) === name);
  return index === -1 ? undefined : { index, value: server[index] as unknown };
}

/** The share of new requests each member gets now, from 0 to 1, by its position in the pool. */
export function sharesOf(members: PoolState['members']): number[] {
  const serving = members.map((member) =>
    isPool(member) ? backendsOf(member).some(takesRequests) : takesRequests(member),
  );
  const first = members.map((member, index) => serving[index]! && (isPool(member) || !member.backup));
  const active = first.some(Boolean) ? first : serving;
  const weights = members.map((member, index) => (active[index] ? member.weight : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total === 0 ? 0 : weight / total));
}

const takesRequests = (backend: BackendState): boolean =>
  !backend.disabled && !backend.drain && backend.health !== 'down';
