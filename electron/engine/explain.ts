/** Why a request goes where it goes; nothing is sent and nothing moves. */
import { explainHost } from '../../shared/host.ts';
import { problem } from '../../shared/problem.ts';
import type { Explanation } from '../../shared/state.ts';
import type { Backend, Generation, Pool, Route } from './generation.ts';

/** Functions of the proxy room. */
export interface ExplainDeps {
  matchRoute: (site: Generation['sites'][number], target: string) => Route | undefined;
  backendPath: (target: string, stripPrefix: string, basePath: string) => string;
  explainPool: (pool: Pool, request: { client: string }) => { backend: Backend; available: boolean; reason?: string }[];
  peekBackend: (pool: Pool, request: { client: string }) => Backend | undefined;
}

export function explain(
  generation: Generation,
  request: { url: string; client?: string },
  deps: ExplainDeps,
): Explanation {
  const empty = { url: request.url, middlewares: [], candidates: [] };
  const url = parseUrl(request.url);
  if (url === undefined) {
    return {
      ...empty,
      host: '',
      problem: problem('URL_INVALID', `"${request.url}" is not a web address.`, {
        fix: 'Write it as http://shop.local/path.',
      }),
    };
  }
  const host = url.hostname;
  const site = generation.findSite(host);
  if (site === undefined)
    return {
      ...empty,
      host,
      problem: problem('HOST_UNKNOWN', `No site answers for ${host}.`, {
        fix: `Add ${host} to a site, or lead it to a dev server: mogoly map ${host} PORT`,
      }),
    };
  const hostMatch = explainHost(
    site.hosts.map((pattern) => ({ pattern, value: site })),
    host,
  )?.match;
  const found: Explanation = { ...empty, host, site: site.name, ...(hostMatch === undefined ? {} : { hostMatch }) };
  if (site.disabled)
    return {
      ...found,
      problem: problem('SITE_DISABLED', `${site.name} is disabled in Mogoly.`, { fix: 'Enable the site.' }),
    };
  const target = url.pathname + url.search;
  const route = deps.matchRoute(site, target);
  if (route === undefined)
    return {
      ...found,
      problem: problem('STATIC_NOT_FOUND', `${site.name} has no route for ${url.pathname}.`, {
        fix: 'Add a route, or a pool to the site.',
      }),
    };
  return { ...found, ...explainRoute(route, target, request.client ?? '127.0.0.1', deps) };
}

function explainRoute(route: Route, target: string, client: string, deps: ExplainDeps): Partial<Explanation> {
  const base = { route: route.pattern, kind: route.kind, middlewares: route.middlewares.map(({ name }) => name) };
  if (route.pool === undefined) return base;
  const candidates = deps.explainPool(route.pool, { client }).map(({ backend, available, reason }) => ({
    name: backend.name,
    url: backend.origin.origin,
    health: backend.live.health,
    active: backend.live.active,
    weight: backend.weight,
    available,
    ...(reason === undefined ? {} : { reason }),
  }));
  const pick = deps.peekBackend(route.pool, { client });
  if (pick === undefined)
    return {
      ...base,
      candidates,
      problem: problem('POOL_EMPTY', `No backend of ${route.site.name} is available.`, {
        fix: 'Start one of the backends.',
      }),
    };
  return {
    ...base,
    candidates,
    pick: pick.name,
    backendPath: deps.backendPath(target, route.stripPrefix, pick.origin.basePath),
  };
}

function parseUrl(text: string): URL | undefined {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    return url.hostname === '' || !/^(https?|wss?):$/.test(url.protocol) ? undefined : url;
  } catch {
    return undefined;
  }
}
