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
  /** Gives what is said of `data` its place in the input: items of a list move up where one before them was taken out. */
  placed: (found: Problem[]) => Problem[];
}

/** Taking one mistake out can bring another to light; a part that needs more rounds is given up. */
const MAX_ROUNDS = 5;

export function checkPart<S extends z.ZodType>(
  schema: S,
  input: unknown,
  prefix: ConfigPath,
): CheckedPart<z.output<S>> {
  const problems: Problem[] = [];
  const rounds: ConfigPath[][] = [];
  const placed = (found: Problem[]): Problem[] =>
    found.map((item) => (item.path === undefined ? item : { ...item, path: inInput(item.path, prefix, rounds) }));
  let isPartial = false;
  let value = input;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = schema.safeParse(value);
    if (result.success) return { data: result.data, isPartial, problems, placed };
    const found = problemsFromZod(result.error, schema, value, prefix);
    if (!isPartial) problems.push(...found.problems);
    isPartial ||= found.wrong.length > 0;
    const next = prune(value, [...found.unknownKeys, ...found.wrong]);
    if (next === undefined) break;
    value = next.value;
    rounds.push(next.items);
  }
  return { data: undefined, isPartial: true, problems, placed };
}

/** A copy without those paths, and which list items went with them, in that order; undefined where nothing is left. */
function prune(value: unknown, paths: ConfigPath[]): { value: unknown; items: ConfigPath[] } | undefined {
  const copy: unknown = structuredClone(value);
  const items = new Map<string, ConfigPath>();
  for (const path of paths) {
    // What is missing goes with what should hold it.
    let length = path.length;
    while (length > 0 && valueAt(value, path.slice(0, length)) === undefined) length--;
    if (length === 0) return undefined;
    const place = path.slice(0, length);
    const last = place[length - 1]!;
    const holder = valueAt(copy, place.slice(0, -1));
    if (typeof last === 'number') items.set(JSON.stringify(place), place);
    else if (isPlain(holder)) delete holder[last];
  }
  // Inner lists before the lists they stand in, and the last item of a list first, so that the places stay true.
  const inOrder = [...items.values()].sort(
    (one, two) => two.length - one.length || Number(two.at(-1)) - Number(one.at(-1)),
  );
  for (const place of inOrder) {
    const list = valueAt(copy, place.slice(0, -1));
    if (Array.isArray(list)) list.splice(Number(place.at(-1)), 1);
  }
  return { value: copy, items: inOrder };
}

function inInput(path: ConfigPath, prefix: ConfigPath, rounds: ConfigPath[][]): ConfigPath {
  if (rounds.every((items) => items.length === 0)) return path;
  return [...prefix, ...rounds.reduceRight(beforeRemoval, path.slice(prefix.length))];
}

/** The path that a value had before those items were taken out of their lists. */
function beforeRemoval(path: ConfigPath, items: ConfigPath[]): ConfigPath {
  const before = [...path];
  // The other way round: outer lists first, and the first item of a list first, since each moves those after it.
  for (const item of [...items].reverse()) {
    const depth = item.length - 1;
    const step = before[depth];
    const isOfList = item.slice(0, depth).every((part, index) => part === before[index]);
    if (isOfList && typeof step === 'number' && step >= Number(item[depth])) before[depth] = step + 1;
  }
  return before;
}
