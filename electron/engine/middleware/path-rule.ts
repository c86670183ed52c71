/** Path rules of the middlewares: exact, or a prefix that ends in `*`. */
import { z } from 'zod';

export const pathRule = z.string().startsWith('/').describe('Exact, or a prefix that ends in *, as in /api/*.');

/** What stands in the place of the `*` (empty for an exact match); undefined when the rule does not match. */
export function matchPath(rule: string, pathname: string): string | undefined {
  if (!rule.endsWith('*')) return pathname === rule ? '' : undefined;
  const prefix = rule.slice(0, -1);
  return pathname.startsWith(prefix) ? pathname.slice(prefix.length) : undefined;
}

/** The query without its `?`; empty for none. */
export function splitPath(path: string): { pathname: string; query: string } {
  const at = path.indexOf('?');
  return at < 0 ? { pathname: path, query: '' } : { pathname: path.slice(0, at), query: path.slice(at + 1) };
}
