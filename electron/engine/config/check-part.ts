/** Checks one part of the config by its schema; mistakes are taken out so that the rest can still be looked at. */
import type { z } from 'zod';
import type { ConfigPath, Problem } from '../../../shared/problem.ts';
import { valueAt } from '../../../shared/value-at.ts';
import { isPlain } from './legacy.ts';
import { problemsFromZod } from './zod-problems.ts';

export interface CheckedPart<T> {
  /** Undefined where nothing can be made of it. */
  data: T | undefined;
  /** Some keys had errors and were taken out. */
  isPartial: boolean;
  problems: Problem[];
}

/** Taking one mistake out can bring another to light; a part that needs more rounds is given up. */
const MAX_ROUNDS = 5;

export function checkPart<S extends z.ZodType>(
  schema: S,
  input: unknown,
  prefix: ConfigPath,
): CheckedPart<z.output<S>> {
  const problems: Problem[] = [];
  let isPartial = false;
  let value = input;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = schema.safeParse(value);
    if (result.success) return { data: result.data, isPartial, problems };
    const found = problemsFromZod(result.error, schema, value, prefix);
    if (!isPartial) problems.push(...found.problems);
    isPartial ||= found.wrong.length > 0;
    const next = prune(value, [...found.unknownKeys, ...found.wrong]);
    if (next === undefined) break;
    value = next;
  }
  return { data: undefined, isPartial: true, problems };
}

/** A copy without those paths: list items stay in place, their list goes instead, so that indexes stay true. */
function prune(value: unknown, paths: ConfigPath[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const path of paths) {
    let length = path.length;
    while (length > 0 && (typeof path[length - 1] === 'number' || valueAt(value, path.slice(0, length)) === undefined))
      length--;
    if (length === 0) return undefined;
    const holder = valueAt(copy, path.slice(0, length - 1));
    if (isPlain(holder)) delete holder[String(path[length - 1])];
  }
  return copy;
}
