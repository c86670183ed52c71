/** Looks up a value in a parsed config by its path. */
import type { ConfigPath } from './problem.ts';

/** Undefined where there is none; only own properties count. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  let current: unknown = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}
