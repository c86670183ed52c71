/** The short form of a pool: a site or route that writes the address of its one backend itself. */
import { valueAt } from '../../shared/value-at.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { Edit } from '../../shared/protocol.ts';
import type { Json } from './changes.ts';

export const SINGLE_KEYS = ['url', 'protocol', 'host', 'port', 'is_healthy'] as const;

/** The path of such a backend is that of its site or route. */
export const isSingle = (path: ConfigPath): boolean => !path.includes('balance');

/** The keys of the backend, out of the entry of its site or route. */
export function singleOf(owner: unknown): Record<string, Json> {
  const written = SINGLE_KEYS.map((key) => [key, valueAt(owner, [key])] as const);
  return Object.fromEntries(written.filter(([, value]) => value !== undefined)) as Record<string, Json>;
}

/** Turns the short form into a list: the backend with the patch on it (null removes a key), and what is added to it. */
export function listEdits(
  at: ConfigPath,
  single: Record<string, Json>,
  patch: Record<string, Json>,
  added: Json[] = [],
): Edit[] {
  const merged = Object.entries({ ...single, ...patch }).filter(([, value]) => value !== null);
  const removals = Object.keys(single).map((key): Edit => ({ op: 'remove', path: [...at, key] }));
  return [...removals, { op: 'set', path: [...at, 'balance'], value: [Object.fromEntries(merged), ...added] }];
}
