/** `rewrite`, `return` and `proxy_pass` with a path, as prefixes taken off and put on. */
import type { MiddlewareFile, RouteKeys } from '../draft.ts';
import { redirectStatus, redirectTo } from '../redirect.ts';

/** `^/api/?(.*)$` and its like. */
export interface PrefixRegex {
  /** Without its last slash. */
  literal: string;
  hasSlash: boolean;
  isExact: boolean;
}

const LITERAL = String.raw`((?:[^\\^$.*+?()[\]{}|]|\\[^A-Za-z0-9])*)`;
const PREFIX = new RegExp(String.raw`^\^${LITERAL}(\/\?)?\(\.\*\)\$?$`);
const EXACT = new RegExp(String.raw`^\^${LITERAL}(?:\/\?)?\$$`);

/** Undefined for a regular expression that says more than a prefix. */
export function prefixRegex(regex: string): PrefixRegex | undefined {
  const prefix = PREFIX.exec(regex);
  const text = (prefix ?? EXACT.exec(regex))?.[1]?.replaceAll(/\\(.)/g, '$1');
  if (text === undefined) return undefined;
  const hasSlash = prefix?.[2] !== undefined || text.endsWith('/');
  return { literal: text.replace(/\/$/, ''), hasSlash, isExact: prefix === null };
}

export interface PathChange {
  strip: string;
  base: string;
}

/** `rewrite ^/api/?(.*)$ /v1/$1 break`: what is taken off and what is put before. */
export function readBreak([regex = '', to = '', flag]: string[]): PathChange | undefined {
  const found = prefixRegex(regex);
  const base = /^([^$?]*)\$1$/.exec(to)?.[1];
  if (flag !== 'break' || found === undefined || found.isExact || base === undefined) return undefined;
  return { strip: found.literal, base: base.replace(/\/$/, '') };
}

/** `rewrite ^/old/(.*)$ /new/$1 permanent`: a route that redirects. */
export function readRewriteRedirect(
  [regex = '', to = '', flag]: string[],
  scheme: string,
): { path: string; keys: RouteKeys } | undefined {
  const found = prefixRegex(regex);
  const status = flag === 'permanent' ? 301 : flag === 'redirect' ? 302 : undefined;
  const target = fillTarget(to.replaceAll('$1', '{rest}').replace(/\?$/, ''), scheme, new Set());
  if (found === undefined || status === undefined || target === undefined || !found.literal.startsWith('/'))
    return undefined;
  const path = found.isExact ? found.literal : `${found.literal}${found.hasSlash ? '/' : ''}*`;
  return { path, keys: redirectTo(target, status) };
}

/** `return 301 https://$host$request_uri`; undefined for what is no redirect, or has a variable that is not known. */
export function readReturn(args: readonly string[], scheme: string, rests: ReadonlySet<string>): RouteKeys | undefined {
  const [code = '', url = ''] = args.length === 1 ? ['302', args[0]] : args;
  const status = redirectStatus(Number(code));
  const target = url === '' ? undefined : fillTarget(url, scheme, rests);
  if (status === undefined || target === undefined || !/^(https?:\/\/|\/|\{)/.test(target)) return undefined;
  return redirectTo(target, status);
}

/** `rests`: variables that hold what a prefix left. */
function fillTarget(text: string, scheme: string, rests: ReadonlySet<string>): string | undefined {
  const filled = text
    .replaceAll(/\$\{(\w+)\}/g, '$$$1')
    .replaceAll(/\$is_args\$(args|query_string)/g, '')
    .replaceAll(/\$(\w+)/g, (whole, name: string) => VARIABLES[name] ?? (rests.has(name) ? '{rest}' : whole))
    .replaceAll('{scheme}', scheme);
  return filled.includes('$') ? undefined : filled;
}

const VARIABLES: Record<string, string> = {
  host: '{host}',
  http_host: '{host}',
  server_name: '{host}',
  request_uri: '{path}',
  uri: '{path}',
  document_uri: '{path}',
  args: '{query}',
  query_string: '{query}',
  scheme: '{scheme}',
};

/** How `proxy_pass http://backend/uri` changes the path of a location. */
export function passPath(
  location: { path: string; isExact: boolean },
  uri: string | undefined,
): PathChange & { middlewares: MiddlewareFile[] } {
  const same = { strip: '', base: '', middlewares: [] };
  const { path, isExact } = location;
  if (uri === undefined || uri === path) return same;
  const bare = uri.replace(/\/$/, '');
  if (!isExact && path.endsWith('/') === uri.endsWith('/'))
    return { strip: path.replace(/\/$/, ''), base: bare, middlewares: [] };
  const rule = isExact ? { from: path, to: uri } : { from: `${path}*`, to: `${uri}{rest}` };
  return { ...same, middlewares: [{ name: 'rewrite', config: { rules: [rule] } }] };
}
