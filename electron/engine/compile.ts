/** From a checked config to its running form. Pure but for what the caller passes in. */
import { createHash } from 'node:crypto';
import { isAbsolute, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { BackendConfig, Config, HealthCheckConfig, MiddlewareConfig, PassiveHealthConfig, RouteConfig, SiteConfig, Strategy } from '../../shared/config.ts';
import { createAddressMatcher } from '../../shared/cidr.ts';
import { healthCheckSchema, passiveHealthSchema } from '../../shared/config.ts';
import { createHostTable, normalisePattern } from '../../shared/host.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { Backend, BackendLive, Generation, HealthPolicy, Middleware, Pool, Route, Site } from './generation.ts';
import { parseOrigin } from './origin.ts';

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
}

/** Same key, same instance: an apply that leaves a middleware alone keeps what it counted. */
export const middlewareKey = (site: string, pattern: string, index: number, { name, config }: MiddlewareConfig): string =>
  JSON.stringify([site, pattern, index, name, config ?? null]);

/** Every middleware of a config with its key and the site it works for. */
export function listMiddlewares(config: Config): { key: string; site: string; spec: MiddlewareConfig; path: ConfigPath }[] {
  return config.server.flatMap((site, at) => [
    ...(site.middlewares ?? []).map((spec, i) => ({ key: middlewareKey(site.name, '/', i, spec), site: site.name, spec, path: ['server', at, 'middlewares', i] })),
    ...(site.routes ?? []).flatMap((route, r) =>
      (route.middlewares ?? []).map((spec, i) => ({ key: middlewareKey(site.name, route.path, i, spec), site: site.name, spec, path: ['server', at, 'routes', r, 'middlewares', i] })),
    ),
  ]);
}

/** Other work of the process gets its turn this often. */
const SLICE_MS = 15;

/** Very many sites are compiled over several turns of the event loop. */
export async function compile(config: Config, deps: CompileDeps): Promise<Generation> {
  const backends: Backend[] = [];
  const middlewares = new Set<Middleware>();
  const sites: Site[] = [];
  const entries: { pattern: string; value: Site }[] = [];
  let sliceEnd = performance.now() + SLICE_MS;
  for (const [i, written] of config.server.entries()) {
    const site = compileSite(config, written, ['server', i], deps, backends, middlewares);
    sites.push(site);
    for (const pattern of site.hosts) entries.push({ pattern, value: site });
    if (performance.now() < sliceEnd) continue;
    await setImmediate();
    sliceEnd = performance.now() + SLICE_MS;
  }
  return {
    revision: deps.revision,
    sites,
    findSite: createHostTable(entries),
    isTrustedProxy: config.trusted_proxies.length === 0 ? () => false : createAddressMatcher(config.trusted_proxies),
    backends,
    middlewares: [...middlewares],
  };
}

function compileSite(config: Config, site: SiteConfig, path: ConfigPath, deps: CompileDeps, backends: Backend[], used: Set<Middleware>): Site {
  const hosts = (site.hosts ?? [site.name]).map((host) => normalisePattern(host) ?? host);
  const routes: Route[] = [];
  const compiled: Site = {
    name: site.name,
    hosts,
    routes,
    disabled: site.disabled,
    forceTls: site.force_tls,
    viaToken: createHash('sha256').update(site.name).digest('hex').slice(0, 8),
    counter: deps.counterFor(site.name),
  };
  const add = (list: MiddlewareConfig[] | undefined, pattern: string): Middleware[] =>
    (list ?? []).map((spec, i) => deps.middlewareFor(middlewareKey(site.name, pattern, i, spec)));
  const outer = add(site.middlewares, '/');
  const scope: PoolScope = { config, site, backends, deps };
  for (const [i, route] of (site.routes ?? []).entries()) {
    routes.push(compileRoute(scope, compiled, route, [...path, 'routes', i], [...outer, ...add(route.middlewares, route.path)]));
  }
  routes.sort((a, b) => deps.comparePatterns(a.pattern, b.pattern));
  const pool = compilePool(scope, site, site.name, path, site.health_check, site.passive_health);
  if (pool !== undefined) routes.push(makeRoute(compiled, '/', outer, { pool, hostHeader: site.host_header, timeout: site.response_timeout }));
  for (const route of routes) for (const item of route.middlewares) used.add(item);
  return compiled;
}

interface PoolScope {
  config: Config;
  site: SiteConfig;
  backends: Backend[];
  deps: CompileDeps;
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

function compileRoute(scope: PoolScope, site: Site, route: RouteConfig, path: ConfigPath, middlewares: Middleware[]): Route {
  const { folder } = scope.deps;
  return makeRoute(site, route.path, middlewares, {
    pool: compilePool(scope, route, `${site.name} ${route.path}`, path, route.health_check ?? scope.site.health_check, route.passive_health ?? scope.site.passive_health),
    hostHeader: route.host_header ?? scope.site.host_header,
    timeout: route.response_timeout ?? scope.site.response_timeout,
    stripPrefix: route.strip_prefix,
    staticRoot: route.static === undefined ? undefined : isAbsolute(route.static) ? route.static : resolve(folder, route.static),
    redirect: route.redirect === undefined ? undefined : { to: route.redirect, status: route.status ?? 308 },
  });
}

type PoolSource = Pick<SiteConfig, 'url' | 'protocol' | 'host' | 'port' | 'balance' | 'strategy' | 'sticky'> & { is_healthy?: boolean | undefined };

/** The pool of a site or route: its `balance`, or the one backend that its url names; undefined when it has neither. */
function compilePool(scope: PoolScope, source: PoolSource, id: string, path: ConfigPath, check: HealthCheckConfig | undefined, passive: PassiveHealthConfig | undefined): Pool | undefined {
  const single = source.url !== undefined || source.host !== undefined || source.port !== undefined;
  if (source.balance === undefined && !single) return undefined;
  const health = healthPolicy(scope.config, check, passive);
  const { url, protocol, host, port } = source;
  const one: BackendConfig = { url, protocol, host, port, weight: 1, backup: false, disabled: false, drain: false, is_healthy: source.is_healthy };
  const members = source.balance
    ? source.balance.map((member, i) => compileMember(scope, member, id, [...path, 'balance', i], health, source.strategy))
    : [compileBackend(scope, one, id, path, health)];
  return makePool('', source, members, source.strategy ?? 'round_robin');
}

function makePool(name: string, source: { sticky?: { cookie: string } | undefined; weight?: number; backup?: boolean; disabled?: boolean }, members: (Backend | Pool)[], strategy: Strategy): Pool {
  const pool: Pool = {
    kind: 'pool',
    name,
    weight: source.weight ?? 1,
    backup: source.backup ?? false,
    disabled: source.disabled ?? false,
    strategy,
    members,
    rotation: members.map(() => 0),
  };
  return source.sticky === undefined ? pool : { ...pool, stickyCookie: source.sticky.cookie };
}

function compileMember(scope: PoolScope, member: BackendConfig, parent: string, path: ConfigPath, health: HealthPolicy, inherited: Strategy | undefined): Backend | Pool {
  if (member.balance === undefined) return compileBackend(scope, member, parent, path, health);
  const name = member.name ?? `pool-${String(path.at(-1))}`;
  const strategy = member.strategy ?? inherited;
  const members = member.balance.map((inner, i) => compileMember(scope, inner, `${parent}/${name}`, [...path, 'balance', i], health, strategy));
  return makePool(name, member, members, strategy ?? 'round_robin');
}

function compileBackend(scope: PoolScope, config: BackendConfig, parent: string, path: ConfigPath, health: HealthPolicy): Backend {
  const parsed = parseOrigin(config);
  if (!parsed.ok) throw new Error(`a checked config has a bad origin: ${parsed.problems[0]!.message}`);
  const origin = parsed.value;
  const name = config.name ?? origin.authority;
  const id = `${parent}/${name}`;
  const policy: HealthPolicy = config.is_healthy === undefined ? health : { ...health, initial: config.is_healthy ? 'healthy' : 'down' };
  const backend: Backend = {
    kind: 'backend',
    id,
    site: scope.site.name,
    name,
    origin,
    weight: config.weight,
    backup: config.backup,
    disabled: config.disabled,
    drain: config.drain,
    maxConnections: config.max_connections ?? Infinity,
    health: policy,
    live: scope.deps.liveFor(id, `${origin.protocol} ${origin.origin}`, policy),
    path,
  };
  scope.backends.push(backend);
  return backend;
}

const DEFAULT_CHECK = healthCheckSchema.parse({});
const DEFAULT_PASSIVE = passiveHealthSchema.parse({});

function healthPolicy(config: Config, check: HealthCheckConfig | undefined, passive: PassiveHealthConfig | undefined): HealthPolicy {
  const active = check ?? DEFAULT_CHECK;
  const real = passive ?? DEFAULT_PASSIVE;
  return {
    enabled: active.enabled,
    path: active.path,
    intervalMs: active.interval ?? config.health_check_interval,
    intervalWhenDownMs: active.interval_when_down,
    timeoutMs: active.timeout,
    expect: parseExpect(active.expect),
    healthyAfter: active.healthy_after,
    unhealthyAfter: active.unhealthy_after,
    maxFails: real.max_fails,
    windowMs: real.window,
    cooldownMs: real.cooldown,
    initial: 'unknown',
  };
}

/** `"200-399,401"` to inclusive ranges. */
function parseExpect(text: string): (readonly [number, number])[] {
  return text.split(',').map((part) => {
    const [from, to] = part.trim().split('-').map(Number);
    return [from!, to ?? from!] as const;
  });
}
