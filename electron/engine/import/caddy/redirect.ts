/** `redir` of a Caddyfile. */
import type { RouteKeys } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { prefixOf } from '../pattern.ts';
import { redirectStatus, redirectTo } from '../redirect.ts';
import type { Directive } from './parse.ts';
import type { Scope } from './scope.ts';
import type { Token } from './tokens.ts';

const NAMED = new Map([
  ['permanent', 301],
  ['temporary', 302],
]);

export function readRedirect(
  { at }: Directive,
  [to, code]: readonly Token[],
  scope: Scope,
  notes: Notes,
): RouteKeys | undefined {
  const status = redirectStatus(NAMED.get(code?.text ?? '') ?? Number(code?.text ?? 302));
  // Where the prefix of the route was taken off, what is left is what the pattern's star stood for.
  const path = scope.stripped !== '' && scope.stripped === prefixOf(scope.pattern) ? '/{rest}' : '{path}';
  const target = (to?.text ?? '')
    .replaceAll(/\{(uri|http\.request\.uri)\}/g, path)
    .replaceAll(/\{(path|http\.request\.uri\.path)\}/g, path)
    .replaceAll(/\{(query|http\.request\.uri\.query)\}/g, '{query}')
    .replaceAll(/\{(host|hostport|http\.request\.host(port)?)\}/g, '{host}')
    .replaceAll(/\{(scheme|http\.request\.scheme)\}/g, 'https');
  const isOdd = /\{(?!(rest|path|query|host)\})/.test(target) || target === '';
  if (status === undefined || isOdd) {
    notes.leftOut(
      at,
      `"redir ${to?.text ?? ''} ${code?.text ?? ''}"`,
      'Redirects fill in {rest}, {path}, {query} and {host}.',
    );
    return undefined;
  }
  return redirectTo(target, status);
}
