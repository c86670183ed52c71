/** What a reader makes of another proxy's config, before it is written as ours. */
import type { RouteFile, SiteFile } from '../../../shared/config.ts';
import type { Place } from '../../../shared/problem.ts';
import { MAX_ROUTES } from './limits.ts';
import { tooMuch } from './notes.ts';
import { covers } from './pattern.ts';

export type MiddlewareFile = NonNullable<SiteFile['middlewares']>[number];

/** A pool, a folder or a redirect. */
export type RouteKeys = Omit<RouteFile, 'path' | 'middlewares'>;

export interface RouteDraft {
  /** `/` for all that no other route takes, `/exact`, or `/prefix*`. */
  path: string;
  keys: RouteKeys;
  /** The first is the outermost; what all routes begin with becomes the site's. */
  middlewares: MiddlewareFile[];
  at: Place;
}

/** One block of the source: hosts with one scheme or both. */
export interface SiteDraft {
  at: Place;
  hosts: string[];
  http: boolean;
  https: boolean;
  tls: SiteFile['tls'];
  forceTls: boolean;
  /** A guard of it could not be carried over: it waits until its owner has put another in its place. */
  disabled: boolean;
  routes: RouteDraft[];
}

export interface Draft {
  sites: SiteDraft[];
  /** Where the source listens, in order. */
  ports: { http: Set<number>; https: Set<number> };
}

/** A file that an include names. */
export interface SourceFile {
  file: string;
  text: string;
}

/** What a reader asks of the machine that the config comes from. */
export interface Machine {
  env: Record<string, string | undefined>;
  /** Files of a pattern with `*` and `?`, relative to the folder of `from`; empty for none. */
  include: (pattern: string, from: string) => SourceFile[];
  /** Absolute, from the folder of the file that is imported. */
  resolve: (path: string) => string;
  isFile: (path: string) => boolean;
}

/** Keeps the first route of each path, where the source looks for the longest as we do. */
export function addRoute(site: SiteDraft, route: RouteDraft): void {
  if (!site.routes.some(({ path }) => path === route.path)) push(site, route);
}

/** Leaves out what the source never reaches, where the first route that fits is taken there. */
export function addReachable(site: SiteDraft, route: RouteDraft): void {
  if (!site.routes.some(({ path }) => covers(path, route.path))) push(site, route);
}

function push({ routes }: SiteDraft, route: RouteDraft): void {
  if (routes.length >= MAX_ROUTES) tooMuch(route.at, `The site has more than ${MAX_ROUTES} routes.`);
  routes.push(route);
}

export const newSite = (at: Place, hosts: string[]): SiteDraft => ({
  at,
  hosts,
  http: false,
  https: false,
  tls: undefined,
  forceTls: false,
  disabled: false,
  routes: [],
});
