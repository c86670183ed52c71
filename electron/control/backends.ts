/** The backends of a site, those in pools among backends included. */
import { isPool } from '../../shared/state.ts';
import type { BackendState, PoolState, SiteState } from '../../shared/state.ts';

export function collectBackends(site: SiteState): BackendState[] {
  return site.routes.flatMap((route) => (route.pool ? membersOf(route.pool) : []));
}

function membersOf(pool: PoolState): BackendState[] {
  return pool.members.flatMap((member) => (isPool(member) ? membersOf(member) : [member]));
}
