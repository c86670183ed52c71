/** What a site must hold to beyond the types of its keys. */
import type { BackendConfig, MiddlewareConfig, RouteConfig, SiteConfig } from '../../../shared/config.ts';
import { isHostPattern, whyTooLong } from '../../../shared/host.ts';
import { problem, warning } from '../../../shared/problem.ts';
import type { ConfigPath, Problem } from '../../../shared/problem.ts';
import { checkOrigin, hasOrigin } from './origin-rules.ts';
import type { OriginKeys } from './origin-rules.ts';

/** `isPartial`: keys with errors were taken out of it, so that nothing may be said to be missing. */
export function checkSite(site: SiteConfig, path: ConfigPath, isPartial: boolean): Problem[] {
  const problems = [
    ...checkHosts(site, path),
    ...checkPool(site, path, isPartial),
    ...checkRoutes(site.routes ?? [], [...path, 'routes'], isPartial),
  ];
  if (!isPartial && !hasOrigin(site) && site.port === undefined && (site.routes ?? []).length === 0) {
    const fix = 'Give it url, host and port, a balance list, or routes.';
    problems.push(problem('CONFIG_POOL_EMPTY', `The site "${site.name}" has no backend.`, { path, fix }));
  }
  return problems;
}

/** Hosts a site answers for, each with where it is written. */
export const hostsOf = (
  site: { name: string; hosts?: string[] | undefined },
  path: ConfigPath,
): { host: string; path: ConfigPath }[] =>
  site.hosts?.map((host, index) => ({ host, path: [...path, 'hosts', index] })) ?? [
    { host: site.name, path: [...path, 'name'] },
  ];

function checkHosts(site: SiteConfig, path: ConfigPath): Problem[] {
  return hostsOf(site, path)
    .filter(({ host }) => !isHostPattern(host))
    .map(({ host, path: place }) => {
      const usual = site.hosts
        ? 'Use a name such as shop.local, *.shop.local, or *.'
        : 'Use a host such as shop.local for the name, or list the hosts under "hosts".';
      const why = whyTooLong(host);
      return problem('CONFIG_HOST_INVALID', `"${host}" is not a host or a host pattern${why ? `: ${why}` : ''}.`, {
        path: place,
        fix: why ? 'Shorten it.' : usual,
      });
    });
}

interface PoolKeys extends OriginKeys {
  balance?: BackendConfig[] | undefined;
}

function checkPool(pool: PoolKeys, path: ConfigPath, isPartial: boolean): Problem[] {
  const problems = checkOrigin(pool, path);
  if (!isPartial && !hasOrigin(pool) && pool.port !== undefined) problems.push(hostMissing(path));
  const backends = pool.balance;
  if (!backends) return problems;
  const names = new Set<string>();
  for (let index = 0; index < backends.length; index++) {
    const backend = backends[index]!;
    const at = [...path, 'balance', index];
    if (backend.name !== undefined && names.has(backend.name)) {
      problems.push(
        problem('CONFIG_BACKEND_DUPLICATE', `Two backends of this pool are named "${backend.name}".`, {
          path: [...at, 'name'],
          fix: 'Give each a name of its own.',
        }),
      );
    }
    if (backend.name !== undefined) names.add(backend.name);
    if (!isPartial && !hasOrigin(backend)) problems.push(hostMissing(at));
    const inner = backend.balance ? checkPool(backend, at, isPartial) : checkOrigin(backend, at);
    for (const item of inner) problems.push(item);
  }
  return isPartial ? problems : [...problems, ...checkShares(backends, [...path, 'balance'])];
}

const hostMissing = (path: ConfigPath): Problem =>
  problem('CONFIG_BACKEND_ORIGIN', 'This backend does not say where it is.', {
    path,
    fix: 'Give it url, or host and port.',
  });

function checkShares(backends: BackendConfig[], path: ConfigPath): Problem[] {
  if (backends.every((backend) => backend.weight === 0)) {
    return [
      problem('CONFIG_WEIGHTS_ZERO', 'Every backend of this pool has weight 0, so none would get a request.', {
        path,
        fix: 'Give one of them a weight of 1 or more.',
      }),
    ];
  }
  if (!backends.every((backend) => backend.backup)) return [];
  return [
    warning('CONFIG_ONLY_BACKUPS', 'Every backend of this pool is a backup.', {
      path,
      fix: 'Remove "backup: true" from the one that should serve first.',
    }),
  ];
}

function checkRoutes(routes: RouteConfig[], path: ConfigPath, isPartial: boolean): Problem[] {
  const seen = new Map<string, number>();
  return routes.flatMap((route, index) => {
    const at = [...path, index];
    const problems = checkPool(route, at, isPartial);
    const star = route.path.indexOf('*');
    if (star !== -1 && star !== route.path.length - 1) {
      problems.push(
        problem('CONFIG_ROUTE_PATH', `The path "${route.path}" has a * before its end.`, {
          path: [...at, 'path'],
          fix: 'Put one * at the end, as in /api/*.',
        }),
      );
    }
    const before = seen.get(route.path);
    if (before === undefined) seen.set(route.path, index);
    else
      problems.push(
        problem('CONFIG_ROUTE_DUPLICATE', `The path "${route.path}" is that of route ${before + 1} as well.`, {
          path: [...at, 'path'],
          fix: 'Remove one of them.',
        }),
      );
    return [...problems, ...(isPartial ? [] : checkRouteKind(route, at))];
  });
}

function checkRouteKind(route: RouteConfig, path: ConfigPath): Problem[] {
  const kinds = [
    ...(hasOrigin(route) ? ['a pool'] : []),
    ...(route.static === undefined ? [] : ['static']),
    ...(route.redirect === undefined ? [] : ['redirect']),
  ];
  if (kinds.length === 0) {
    if (route.port !== undefined) return []; // told as a backend without a host
    return [
      problem('CONFIG_ROUTE_EMPTY', `The route "${route.path}" goes nowhere.`, {
        path,
        fix: 'Give it url, balance, static or redirect.',
      }),
    ];
  }
  if (kinds.length > 1)
    return [
      problem('CONFIG_ROUTE_KIND', `The route "${route.path}" has ${kinds.join(' and ')}; only one can be.`, {
        path,
        fix: 'Keep one, and make another route of the other.',
      }),
    ];
  if (route.status !== undefined && route.redirect === undefined)
    return [
      warning('CONFIG_UNUSED_KEY', '"status" has an effect only beside "redirect".', {
        path: [...path, 'status'],
        fix: 'Remove it.',
      }),
    ];
  return [];
}

/** Every middleware of a site and its routes. */
export function middlewaresOf(site: SiteConfig, path: ConfigPath): { entry: MiddlewareConfig; path: ConfigPath }[] {
  const list = (entries: MiddlewareConfig[] | undefined, at: ConfigPath) =>
    (entries ?? []).map((entry, index) => ({ entry, path: [...at, 'middlewares', index] }));
  return [
    ...list(site.middlewares, path),
    ...(site.routes ?? []).flatMap((route, index) => list(route.middlewares, [...path, 'routes', index])),
  ];
}
