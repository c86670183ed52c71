/** From a checked config to its running form. Pure but for what the caller passes in. */
import { createHash } from 'node:crypto';
import { isAbsolute, resolve } from 'node:path';
import type { Config, MiddlewareConfig, RouteConfig, SiteConfig } from '../../shared/config.ts';
import { createAddressMatcher } from '../../shared/cidr.ts';
import { buildHostTable, normalisePattern } from '../../shared/host.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type {
  Backend,
  BackendLive,
  Generation,
  HealthPolicy,
  Middleware,
  Pool,
  Route,
  Site,
  SiteTls,
} from './generation.ts';
import { createTurns } from './turns.ts';
import { compilePool, type PoolMemo, type PoolScope } from './compile-pool.ts';

/** A backend that has not begun to answer by then has failed; dev servers may compile that long. */
export const DEFAULT_RESPONSE_TIMEOUT_MS = 120_000;

export interface CompileDeps {
  revision: number;
  /** Folder of the config file; static folders are relative to it. */
  folder: string;
  liveFor: (id: string, origin: string, policy: HealthPolicy) => BackendLive;
  counterFor: (site: string) => { requests: number };
  /** Made before: compile only places them. Keyed by `middlewareKey`. */
  middlewareFor: (key: string) => Middleware;
  comparePatterns: (a: string, b: string) => number;
  /** In force: sites whose config is the very same object go on as they are. */
  former?: { config: Config; generation: Generation } | undefined;
  /** Of a site that is not written in the config. */
  containerOf?: (site: string) => string | undefined;
}

/** Same key, same instance: an apply that leaves a middleware alone keeps what it counted. */
export const middlewareKey = (
  site: string,
  pattern: string,
  index: number,
  { name, config }: MiddlewareConfig,
): string => JSON.stringify([site, pattern, index, name, config ?? null]);

export interface ListedMiddleware {
  key: string;
  site: string;
  /** Pattern of its route and its number in the list. */
  place: string;
  spec: MiddlewareConfig;
  path: ConfigPath;
}

/** Every middleware of a config with its key and the site it works for. */
export function listMiddlewares(config: Config): ListedMiddleware[] {
  const listed: ListedMiddleware[] = [];
  const add = (site: string, pattern: string, specs: MiddlewareConfig[], path: ConfigPath): void =>
    specs.forEach((spec, i) => {
      const key = middlewareKey(site, pattern, i, spec);
      listed.push({ key, site, place: `${pattern} ${i}`, spec, path: [...path, 'middlewares', i] });
    });
  config.server.forEach(({ name, middlewares, routes }, at) => {
    if (middlewares !== undefined) add(name, '/', middlewares, ['server', at]);
    routes?.forEach((route, r) => add(name, route.path, route.middlewares ?? [], ['server', at, 'routes', r]));
  });
  return listed;
}

/** Very many sites are compiled over several turns of the event loop. */
export async function compile(config: Config, deps: CompileDeps): Promise<Generation> {
  const backends: Backend[] = [];
  const middlewares = new Set<Middleware>();
  const sites: Site[] = [];
  const byHost = buildHostTable<Site>();
  const memo: PoolMemo = { origins: new Map(), policies: new Map() };
  const turns = createTurns();
  for (let i = 0; i < config.server.length; i++) {
    const site =
      unchangedSite(config, i, deps.former) ??
      compileSite(config, config.server[i]!, ['server', i], deps, memo, middlewares);
    sites.push(site);
    for (const backend of site.backends) backends.push(backend);
    for (const pattern of site.hosts) byHost.add(pattern, site);
    if (turns.isOver()) await turns.next();
  }
  return {
    revision: deps.revision,
    sites,
    findSite: byHost.finish(),
    isTrustedProxy: config.trusted_proxies.length === 0 ? () => false : createAddressMatcher(config.trusted_proxies),
    backends,
    middlewares: [...middlewares],
  };
}

/** Also its place is the same, which problems are told by; what has middlewares is compiled to take those of this config. */
function unchangedSite(config: Config, index: number, former: CompileDeps['former']): Site | undefined {
  const site = former?.config.server[index];
  if (site === undefined || site !== config.server[index]) return undefined;
  if (site.middlewares !== undefined || site.routes !== undefined) return undefined;
  if (former?.config.health_check_interval !== config.health_check_interval) return undefined;
  return former.generation.sites[index];
}

function compileSite(
  config: Config,
  site: SiteConfig,
  path: ConfigPath,
  deps: CompileDeps,
  memo: PoolMemo,
  used: Set<Middleware>,
): Site {
  const backends: Backend[] = [];
  const hosts = (site.hosts ?? [site.name]).map((host) => normalisePattern(host) ?? host);
  const routes: Route[] = [];
  const compiled: Site = {
    name: site.name,
    hosts,
    routes,
    backends,
    disabled: site.disabled,
    forceTls: site.force_tls,
    tls: compileTls(site.tls, deps.folder),
    path,
    container: deps.containerOf?.(site.name),
    viaToken: createHash('sha256').update(site.name).digest('hex').slice(0, 8),
    counter: deps.counterFor(site.name),
  };
  const add = (list: MiddlewareConfig[] | undefined, pattern: string): Middleware[] =>
    (list ?? []).map((spec, i) => deps.middlewareFor(middlewareKey(site.name, pattern, i, spec)));
  const outer = add(site.middlewares, '/');
  const scope: PoolScope = { config, site, backends, off: site.disabled, deps, memo };
  for (const [i, route] of (site.routes ?? []).entries()) {
    routes.push(
      compileRoute(scope, compiled, route, [...path, 'routes', i], [...outer, ...add(route.middlewares, route.path)]),
    );
  }
  routes.sort((a, b) => deps.comparePatterns(a.pattern, b.pattern));
  const pool = compilePool(scope, site, site.name, path, site.health_check, site.passive_health);
  if (pool !== undefined)
    routes.push(
      makeRoute(compiled, '/', outer, { pool, hostHeader: site.host_header, timeout: site.response_timeout }),
    );
  for (const route of routes) for (const item of route.middlewares) used.add(item);
  return compiled;
}

/** Local unless told: a name of this machine gets its certificate from this machine. */
function compileTls(tls: SiteConfig['tls'] = 'local', folder: string): SiteTls {
  if (typeof tls === 'string') return { kind: tls };
  return { kind: 'files', cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) };
}

interface RouteParts {
  pool?: Pool | undefined;
  hostHeader?: string | undefined;
  timeout?: number | undefined;
  stripPrefix?: string | undefined;
  staticRoot?: string | undefined;
  redirect?: Route['redirect'];
}

function makeRoute(site: Site, pattern: string, middlewares: Middleware[], parts: RouteParts): Route {
  return {
    id: `${site.name} ${pattern}`,
    site,
    pattern,
    kind: parts.redirect !== undefined ? 'redirect' : parts.staticRoot !== undefined ? 'static' : 'proxy',
    stripPrefix: parts.stripPrefix ?? '',
    pool: parts.pool,
    staticRoot: parts.staticRoot,
    redirect: parts.redirect,
    middlewares,
    hostHeader: parts.hostHeader ?? 'backend',
    responseTimeoutMs: parts.timeout ?? DEFAULT_RESPONSE_TIMEOUT_MS,
  };
}

function compileRoute(
  scope: PoolScope,
  site: Site,
  route: RouteConfig,
  path: ConfigPath,
  middlewares: Middleware[],
): Route {
  const { folder } = scope.deps;
  return makeRoute(site, route.path, middlewares, {
    pool: compilePool(
      scope,
      route,
      `${site.name} ${route.path}`,
      path,
      route.health_check ?? scope.site.health_check,
      route.passive_health ?? scope.site.passive_health,
    ),
    hostHeader: route.host_header ?? scope.site.host_header,
    timeout: route.response_timeout ?? scope.site.response_timeout,
    stripPrefix: route.strip_prefix,
    staticRoot:
      route.static === undefined ? undefined : isAbsolute(route.static) ? route.static : resolve(folder, route.static),
    redirect: route.redirect === undefined ? undefined : { to: route.redirect, status: route.status ?? 308 },
  });
}
