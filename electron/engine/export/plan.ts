/** What the config of another proxy can be written from: flat pools, plain paths, and what got lost on the way. */
import type { Strategy } from '../../../shared/config.ts';
import type { Generation, ListenAddress, Pool, Route, Site } from '../generation.ts';

/** Something the target cannot say, or says in another way. */
export interface Loss {
  /** Site, and route where it has several. */
  where: string;
  what: string;
}

export interface ExportServer {
  protocol: 'http' | 'https' | 'h2c';
  /** `localhost` is written as 127.0.0.1: the others do not try both families. */
  host: string;
  port: number;
  weight: number;
  backup: boolean;
  maxConnections: number;
  /** Whether it is sent no new client. */
  drain: boolean;
}

export interface ExportPool {
  /** Letters, digits and underscores; unique. */
  id: string;
  strategy: Strategy;
  stickyCookie: string | undefined;
  servers: ExportServer[];
  /** Path of the probe; undefined for none. */
  healthPath: string | undefined;
  intervalMs: number;
  timeoutMs: number;
  /** Put before the path; empty or `/base`. */
  basePath: string;
  /** Of the first server: what `host_header: backend` sends. */
  authority: string;
}

export interface ExportRoute {
  kind: Route['kind'];
  /** `/`, `/exact`, or `/prefix/` for a prefix. */
  path: string;
  isPrefix: boolean;
  stripPrefix: string;
  pool: ExportPool | undefined;
  folder: string | undefined;
  redirect: { to: string; status: number } | undefined;
  /** `original`, or what is sent. */
  hostHeader: string;
  timeoutMs: number;
}

export interface ExportSite {
  name: string;
  hosts: readonly string[];
  tls: Site['tls'];
  forceTls: boolean;
  /** Longest path first. */
  routes: ExportRoute[];
}

export interface ExportPlan {
  sites: ExportSite[];
  pools: ExportPool[];
  http: ListenAddress[];
  https: ListenAddress[];
  losses: Loss[];
}

export function planExport({ sites }: Pick<Generation, 'sites'>, listeners: readonly ListenAddress[]): ExportPlan {
  const losses: Loss[] = [];
  const pools: ExportPool[] = [];
  const planned = sites
    .filter(({ disabled }) => !disabled)
    .map((site) => planSite(site, pools, (what, route) => losses.push({ where: placeOf(site, route), what })));
  return {
    sites: planned,
    pools,
    http: listeners.filter(({ kind }) => kind === 'http'),
    https: listeners.filter(({ kind }) => kind === 'https'),
    losses,
  };
}

type Lose = (what: string, route?: Route) => void;

const placeOf = (site: Site, route: Route | undefined): string =>
  route === undefined || route.pattern === '/' ? site.name : `${site.name} ${route.pattern}`;

function planSite(site: Site, pools: ExportPool[], lose: Lose): ExportSite {
  const told = new Set<string>();
  const routes = site.routes.map((route) => {
    for (const { name } of route.middlewares) {
      if (told.has(name)) continue;
      told.add(name);
      lose(`the middleware ${name} is not carried over`, route);
    }
    return planRoute(route, pools, (what) => lose(what, route));
  });
  return { name: site.name, hosts: site.hosts, tls: site.tls, forceTls: site.forceTls, routes };
}

function planRoute(route: Route, pools: ExportPool[], lose: (what: string) => void): ExportRoute {
  const isPrefix = route.pattern === '/' || route.pattern.endsWith('*');
  const pool = route.pool && planPool(route.pool, `pool_${pools.length + 1}`, lose);
  if (pool !== undefined) pools.push(pool);
  return {
    kind: route.kind,
    path: route.pattern.endsWith('*') ? route.pattern.slice(0, -1) : route.pattern,
    isPrefix,
    // What a static route has matched is not part of the file's path.
    stripPrefix:
      route.stripPrefix === '' && route.kind === 'static' && route.pattern.endsWith('/*')
        ? route.pattern.slice(0, -2)
        : route.stripPrefix,
    pool,
    folder: route.staticRoot,
    redirect: route.redirect,
    hostHeader: route.hostHeader === 'backend' ? (pool?.authority ?? 'original') : route.hostHeader,
    timeoutMs: route.responseTimeoutMs,
  };
}

function planPool(pool: Pool, id: string, lose: (what: string) => void): ExportPool {
  const flat = flatten(pool, lose);
  const first = flat[0]?.backend;
  const origins = new Set(flat.map(({ backend }) => backend.origin.basePath));
  const authorities = new Set(flat.map(({ backend }) => backend.origin.authority));
  const protocols = new Set(flat.map(({ backend }) => backend.origin.protocol));
  if (origins.size > 1) lose('the backends have different base paths; that of the first is used for all');
  if (authorities.size > 1) lose('each backend gets its own Host here; elsewhere all get that of the first');
  if (protocols.size > 1) lose('the backends speak different protocols; that of the first is used for all');
  if (flat.some(({ backend }) => backend.origin.hostname === 'localhost'))
    lose('localhost is written as 127.0.0.1; a dev server that listens on ::1 alone has to be written as [::1]');
  return {
    id,
    strategy: pool.strategy,
    stickyCookie: pool.stickyCookie,
    servers: flat.map(({ backend, weight, backup }) => ({
      protocol: backend.origin.protocol,
      host: backend.origin.hostname === 'localhost' ? '127.0.0.1' : backend.origin.hostname,
      port: backend.origin.port,
      weight,
      backup,
      maxConnections: backend.maxConnections,
      drain: backend.drain,
    })),
    healthPath: first?.health.enabled === true ? first.health.path : undefined,
    intervalMs: first?.health.intervalMs ?? 0,
    timeoutMs: first?.health.timeoutMs ?? 0,
    basePath: first?.origin.basePath ?? '',
    authority: first?.origin.authority ?? '',
  };
}

type Flat = { backend: Extract<Pool['members'][number], { kind: 'backend' }>; weight: number; backup: boolean }[];

/** Pools among backends become their backends; their weights multiply, which keeps each one's share only roughly. */
function flatten(pool: Pool, lose: (what: string) => void): Flat {
  return pool.members.flatMap((member): Flat => {
    if (member.disabled) return [];
    if (member.kind === 'backend') return [{ backend: member, weight: member.weight, backup: member.backup }];
    lose(`the pool ${member.name} stands among backends; its backends are written in its place`);
    return flatten(member, lose).map(({ backend, weight, backup }) => ({
      backend,
      weight: weight * member.weight,
      backup: backup || member.backup,
    }));
  });
}

/** `host:port`, an IPv6 address in brackets (RFC 3986 section 3.2.2). */
export const hostPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

export const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1_000));

/** What a config text gets for each backend protocol. */
export const schemeOf = (pool: ExportPool): 'http' | 'https' | 'h2c' => pool.servers[0]?.protocol ?? 'http';
