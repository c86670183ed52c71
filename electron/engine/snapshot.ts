/** What the running generation looks like from outside. */
import type { BackendState, ListenerState, PoolState, RouteState, SiteState } from '../../shared/state.ts';
import { summarise } from '../../shared/state.ts';
import type { Backend, Generation, Pool, Route, Site } from './generation.ts';

export function backendState(backend: Backend): BackendState {
  const { live } = backend;
  const state: BackendState = {
    id: backend.id,
    name: backend.name,
    url:
      (backend.origin.protocol === 'h2c' ? backend.origin.origin.replace('http:', 'h2c:') : backend.origin.origin) +
      backend.origin.basePath,
    weight: backend.weight,
    backup: backend.backup,
    disabled: backend.disabled,
    drain: backend.drain,
    health: backend.drain && live.health !== 'down' ? 'draining' : live.health,
    active: live.active,
    requests: live.requests,
    failures: live.failures,
    path: backend.path,
  };
  if (live.lastFailure !== undefined) state.lastFailure = live.lastFailure;
  if (live.checkedAt !== undefined) state.checkedAt = live.checkedAt;
  return state;
}

function poolState(pool: Pool): PoolState {
  return {
    name: pool.name,
    weight: pool.weight,
    strategy: pool.strategy,
    members: pool.members.map((member) => (member.kind === 'pool' ? poolState(member) : backendState(member))),
  };
}

function routeState(route: Route): RouteState {
  const state: RouteState = {
    path: route.pattern,
    kind: route.kind,
    middlewares: route.middlewares.map(({ name }) => name),
  };
  const target = route.staticRoot ?? route.redirect?.to;
  if (target !== undefined) state.target = target;
  if (route.pool !== undefined) state.pool = poolState(route.pool);
  return state;
}

/** Of those that take requests. */
function statesOf(pool: Pool | undefined): BackendState[] {
  return (pool?.members ?? []).flatMap((member) =>
    member.kind === 'pool' ? statesOf(member) : member.off ? [] : [backendState(member)],
  );
}

export function siteState(site: Site, listeners: readonly ListenerState[]): SiteState {
  const states = site.routes.flatMap((route) => statesOf(route.pool));
  return {
    name: site.name,
    hosts: [...site.hosts],
    disabled: site.disabled,
    ...siteUrls(site, listeners),
    routes: site.routes.map(routeState),
    health:
      states.length === 0 && !site.disabled && site.routes.some((route) => route.kind !== 'proxy')
        ? 'healthy'
        : summarise(states.map((state) => state.health)),
    requests: site.counter.requests,
    ...(site.container === undefined ? {} : { container: site.container }),
  };
}

/** By the first host that a browser can open; a pattern is shown as one of its names. */
function siteUrls(site: Site, listeners: readonly ListenerState[]): Pick<SiteState, 'url' | 'secureUrl'> {
  const exact = site.hosts.find((host) => !host.startsWith('*'));
  const suffix = site.hosts.find((host) => host.startsWith('*.'));
  const host = exact ?? (suffix === undefined ? 'localhost' : `any.${suffix.slice(2)}`);
  const portOf = (kind: ListenerState['kind']): number | undefined =>
    listeners.find((listener) => listener.kind === kind && listener.problem === undefined)?.port;
  const httpsPort = site.tls.kind === 'off' ? undefined : portOf('https');
  const secureUrl = httpsPort === undefined ? undefined : `https://${host}${httpsPort === 443 ? '' : `:${httpsPort}`}/`;
  const port = portOf('http') ?? 80;
  const url = `http://${host}${port === 80 ? '' : `:${port}`}/`;
  if (secureUrl === undefined) return { url };
  return { url: site.forceTls ? secureUrl : url, secureUrl };
}

export const siteStates = (generation: Generation, listeners: readonly ListenerState[]): SiteState[] =>
  generation.sites.map((site) => siteState(site, listeners));
