/** YAML to a value with the `yaml` package, bounded in depth and in what its aliases expand to. */
import { isAlias, isCollection, isMap, isNode, isScalar } from 'yaml';
import type { Alias, Node, Pair, YAMLMap } from 'yaml';
import { failure, problem, success, warning } from '../../../shared/problem.ts';
import type { ConfigPath, Place, Problem, Result } from '../../../shared/problem.ts';
import type { Steps } from '../turns.ts';
import { readingCost } from './merge-cost.ts';
import { repeatedKey } from './parse-problems.ts';
import type { ParsedText } from './places.ts';
import { MAX_SYNTAX_PROBLEMS, readDocument, sentence, syntaxProblems } from './yaml-document.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Values once every alias and merge is written out: ten times a config of 100,000 backends. */
export const MAX_VALUES = 5_000_000;

type Places = (offset: number) => Place;

export interface ParsedYaml extends ParsedText {
  document: YamlDocument;
  /** Values, and what the aliases and merges make of them: no more than MAX_VALUES. */
  cost: number;
}

/** `maxDepth` for a part of a config, whose top is not at the top. */
export function* parseYaml(text: string, place: Places, maxDepth?: number): Steps<Result<ParsedYaml>> {
  const read = yield* readDocument(text, place, maxDepth);
  if (!read.ok) return read;
  const document = read.value;
  const problems = [...syntaxProblems(document.errors, text, place), ...prepare(document, place)];
  if (problems.length > 0) return failure(...problems);
  yield;
  const readCost = readingCost(document);
  if (readCost > MAX_VALUES) return failure(tooManyAliases(place(0)));
  yield;
  const value = toValue(document, place);
  if (!value.ok) return value;
  const cost = Math.max(readCost, countValues(value.value));
  if (cost > MAX_VALUES) return failure(tooManyAliases(place(0)));
  const locate = (path: ConfigPath, wantKey: boolean): Place => place(findOffset(document, path, wantKey));
  return success(
    {
      value: value.value ?? {},
      document,
      cost,
      locate: (path) => locate(path, false),
      locateKey: (path) => locate(path, true),
    },
    warningsOf(document, place),
  );
}

function toValue(document: YamlDocument, place: Places): Result<unknown> {
  try {
    return success<unknown>(document.toJS({ maxAliasCount: -1 }));
  } catch (error) {
    if (!(error instanceof Error)) throw error; // the package throws plain errors for a bad merge key
    const fix = 'Write the value out instead of the alias.';
    return failure(problem('CONFIG_ALIAS', sentence(error.message), { at: place(0), fix }));
  }
}

const warningsOf = ({ warnings }: YamlDocument, place: Places): Problem[] =>
  warnings
    .slice(0, MAX_SYNTAX_PROBLEMS)
    .map((item) =>
      warning('CONFIG_YAML', sentence(item.message), { at: place(item.pos[0]), fix: 'Write it without the tag.' }),
    );

const tooManyAliases = (at: Place): Problem =>
  problem('CONFIG_ALIAS', `The aliases expand to more than ${MAX_VALUES} values, or to themselves.`, {
    at,
    fix: 'Write the values out, or use fewer aliases.',
  });

/**
 * Looks for repeated keys and for aliases without an anchor, and binds each alias to its node: the package would
 * search the whole document once an alias.
 */
function prepare(document: YamlDocument, place: Places): Problem[] {
  const problems: Problem[] = [];
  const anchors = new Map<string, Node>();
  const visit = (node: unknown): void => {
    if (problems.length >= MAX_SYNTAX_PROBLEMS) return;
    if (isAlias(node)) return bindAlias(node, anchors.get(node.source), place, problems);
    if (!isNode(node)) return;
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, node);
    if (isMap(node)) {
      checkKeys(node, place, problems);
      for (const { key, value } of node.items) {
        visit(key);
        visit(value);
      }
    } else if (isCollection(node)) for (const item of node.items) visit(item);
  };
  visit(document.contents);
  return problems;
}

function bindAlias(alias: Alias, source: Node | undefined, place: Places, problems: Problem[]): void {
  if (source === undefined) {
    const fix = `Set the anchor &${alias.source} before it.`;
    problems.push(
      problem('CONFIG_ALIAS', `No anchor "${alias.source}" stands before this alias.`, {
        at: place(alias.range?.[0] ?? 0),
        fix,
      }),
    );
  } else if (!isAlias(source)) alias.resolve = () => source as ReturnType<Alias['resolve']>;
}

function checkKeys(map: YAMLMap, place: Places, problems: Problem[]): void {
  if (map.items.length < 2) return;
  const seen = new Map<string, number>();
  for (const { key } of map.items) {
    if (!isScalar(key) || typeof key.value === 'symbol') continue; // a merge key
    const name = String(key.value);
    const start = key.range?.[0] ?? 0;
    const before = seen.get(name);
    if (before === undefined) seen.set(name, start);
    else if (problems.length < MAX_SYNTAX_PROBLEMS) problems.push(repeatedKey(name, place(start), place(before)));
  }
}

/** Values with every shared part counted each time it is used; Infinity for one that holds itself. */
function countValues(root: unknown): number {
  const counts = new Map<object, number>();
  const count = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1;
    const known = counts.get(value);
    if (known !== undefined) return known;
    counts.set(value, Infinity);
    let sum = 1;
    for (const part of Array.isArray(value) ? value : Object.values(value)) sum += count(part);
    counts.set(value, sum);
    return sum;
  };
  return count(root);
}

const keyOf = (pair: Pair): unknown => (isScalar(pair.key) ? pair.key.value : pair.key);

/** A map with a mistake in each of its many keys is not searched for each of them. */
const knownPairs = new WeakMap<YAMLMap, Map<string, Pair>>();

function pairsOf(map: YAMLMap): Map<string, Pair> {
  let pairs = knownPairs.get(map);
  if (pairs === undefined) {
    knownPairs.set(map, (pairs = new Map()));
    for (const pair of map.items) {
      const key = String(keyOf(pair));
      if (!pairs.has(key)) pairs.set(key, pair);
    }
  }
  return pairs;
}

export function findOffset(document: YamlDocument, path: ConfigPath, wantKey: boolean): number {
  let node: Node | null = document.contents;
  let at = node?.range?.[0] ?? 0;
  for (const step of path) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    if (!isCollection(holder)) return at;
    const pair: Pair | undefined = isMap(holder) ? pairsOf(holder).get(String(step)) : undefined;
    const value = (isMap(holder) ? pair?.value : holder.items[Number(step)]) as Node | null | undefined;
    const anchor = wantKey && pair ? (pair.key as Node) : (value ?? (pair?.key as Node | undefined));
    if (!anchor) return at;
    at = anchor.range?.[0] ?? at;
    node = value ?? null;
  }
  return at;
}
