/** From a path to the route of a site: exact or prefix patterns, the longest wins. */
import type { Route, Site } from '../generation.ts';

/** The path of a request target, its query left off; nothing is decoded. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** Routes stand longest first and end with one that matches all, unless the site has routes only. */
export function matchRoute(site: Site, target: string): Route | undefined {
  const { routes } = site;
  if (routes.length === 1 && routes[0]!.pattern === '/') return routes[0];
  const path = pathOf(target);
  for (const route of routes) if (matchesPattern(route.pattern, path)) return route;
  return undefined;
}

/** `/` matches every path, `/api/*` also `/api`, anything else only itself. */
export function matchesPattern(pattern: string, path: string): boolean {
  if (pattern === '/' || pattern === '/*') return true;
  if (!pattern.endsWith('*')) return path === pattern;
  const prefix = pattern.slice(0, -1);
  return path.startsWith(prefix) || (prefix.endsWith('/') && path === prefix.slice(0, -1));
}

/** Longest first; an exact pattern before a prefix of the same length. */
export function comparePatterns(a: string, b: string): number {
  const length = (pattern: string): number =>
    pattern === '/' ? 0 : pattern.endsWith('*') ? pattern.length * 2 - 2 : pattern.length * 2 + 1;
  return length(b) - length(a);
}

/** What a prefix pattern leaves of the path, without the slash before it; for `{rest}` in redirects. */
export function restOf(pattern: string, path: string): string {
  if (!pattern.endsWith('*')) return '';
  return path.slice(Math.min(pattern.length - 1, path.length));
}

/** The path a backend gets: prefix taken off, the backend's own base path before it, once; the query stays. */
export function backendPath(target: string, stripPrefix: string, basePath: string): string {
  let path = target;
  if (stripPrefix !== '' && hasPrefix(path, stripPrefix)) {
    path = path.slice(stripPrefix.length);
    if (!path.startsWith('/')) path = `/${path}`;
  }
  return basePath === '' ? path : basePath + path;
}

/** At a segment's end only: `/api` is a prefix of `/api/x` and `/api?x`, not of `/apix`. */
function hasPrefix(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  if (prefix.endsWith('/')) return true;
  const next = path.charAt(prefix.length);
  return next === '' || next === '/' || next === '?';
}
