/** YAML to a value with the `yaml` package, bounded in depth and in what its aliases expand to. */
import { Composer, isAlias, isCollection, isMap, isNode, isScalar, Lexer, Parser } from 'yaml';
import type { Alias, CST, Document, Node, Pair, YAMLMap } from 'yaml';
import { failure, problem, success, warning } from '../../../shared/problem.ts';
import type { ConfigPath, Place, Problem, Result } from '../../../shared/problem.ts';
import { readingCost } from './merge-cost.ts';
import { MAX_DEPTH, repeatedKey, tooDeep } from './parse-problems.ts';
import type { ParsedText } from './places.ts';

/** Values once every alias and merge is written out: ten times a config of 100,000 backends. */
const MAX_VALUES = 5_000_000;
/** More are the same mistake over again. */
const MAX_SYNTAX_PROBLEMS = 100;

/** What edits parse with, too. Repeated keys are looked for here, in linear time. */
export const YAML_OPTIONS = {
  merge: true,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
  keepSourceTokens: false,
} as const;

type YamlDocument = Document.Parsed;

export function parseYaml(text: string, place: (offset: number) => Place): Result<ParsedText> {
  const read = readDocument(text, place);
  if (!read.ok) return read;
  const document = read.value;
  const problems = [
    ...document.errors.slice(0, MAX_SYNTAX_PROBLEMS).map((error) => syntaxProblem(error, place)),
    ...prepare(document, place),
  ];
  if (problems.length > 0) return failure(...problems);
  if (readingCost(document) > MAX_VALUES) return failure(tooManyAliases(place(0)));
  const warnings = document.warnings.map((item) =>
    warning('CONFIG_YAML', sentence(item.message), { at: place(item.pos[0]), fix: 'Write it without the tag.' }),
  );
  try {
    const value: unknown = document.toJS({ maxAliasCount: -1 });
    if (countValues(value) > MAX_VALUES) return failure(tooManyAliases(place(0)));
    const locate = (path: ConfigPath, wantKey: boolean): Place => place(findOffset(document, path, wantKey));
    return success(
      { value: value ?? {}, locate: (path) => locate(path, false), locateKey: (path) => locate(path, true) },
      warnings,
    );
  } catch (error) {
    if (!(error instanceof Error)) throw error; // the package throws plain errors for a bad merge key
    return failure(
      problem('CONFIG_ALIAS', sentence(error.message), {
        at: place(0),
        fix: 'Write the value out instead of the alias.',
      }),
    );
  }
}

const tooManyAliases = (at: Place): Problem =>
  problem('CONFIG_ALIAS', `The aliases expand to more than ${MAX_VALUES} values, or to themselves.`, {
    at,
    fix: 'Write the values out, or use fewer aliases.',
  });

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

const syntaxProblem = (error: { message: string; pos: [number, number] }, place: (offset: number) => Place): Problem =>
  problem('CONFIG_SYNTAX', sentence(error.message), {
    at: place(error.pos[0]),
    fix: 'Mend the YAML there; look at the indentation and the quotes.',
  });

/** One document; the depth is watched while reading, since composing it recurses. */
function readDocument(text: string, place: (offset: number) => Place): Result<YamlDocument> {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH + 2) {
      return failure(tooDeep(place(parser.offset)));
    }
  }
  tokens.push(...parser.end());
  const composer = new Composer<Node & never>(YAML_OPTIONS);
  const documents = [...composer.compose(tokens, true, text.length)] as unknown as YamlDocument[];
  const second = documents[1];
  if (second) {
    const message = 'There is more than one YAML document in the file.';
    return failure(
      problem('CONFIG_SYNTAX', message, {
        at: place(second.range[0]),
        fix: 'Keep one, and remove the line "---" between them.',
      }),
    );
  }
  return success(documents[0]!);
}

/**
 * Looks for repeated keys and for aliases without an anchor, and binds each alias to its node: the package would
 * search the whole document once an alias.
 */
function prepare(document: YamlDocument, place: (offset: number) => Place): Problem[] {
  const problems: Problem[] = [];
  const anchors = new Map<string, Node>();
  const visit = (node: unknown): void => {
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

function bindAlias(
  alias: Alias,
  source: Node | undefined,
  place: (offset: number) => Place,
  problems: Problem[],
): void {
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

function checkKeys(map: YAMLMap, place: (offset: number) => Place, problems: Problem[]): void {
  if (map.items.length < 2) return;
  const seen = new Map<string, number>();
  for (const { key } of map.items) {
    if (!isScalar(key) || typeof key.value === 'symbol') continue; // a merge key
    const name = String(key.value);
    const start = key.range?.[0] ?? 0;
    const before = seen.get(name);
    if (before === undefined) seen.set(name, start);
    else problems.push(repeatedKey(name, place(start), place(before)));
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

function findOffset(document: YamlDocument, path: ConfigPath, wantKey: boolean): number {
  let node: Node | null = document.contents;
  let at = node?.range?.[0] ?? 0;
  for (const step of path) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    if (!isCollection(holder)) return at;
    const pair: Pair | undefined = isMap(holder)
      ? holder.items.find((item) => String(keyOf(item)) === String(step))
      : undefined;
    const value = (isMap(holder) ? pair?.value : holder.items[Number(step)]) as Node | null | undefined;
    const anchor = wantKey && pair ? (pair.key as Node) : (value ?? (pair?.key as Node | undefined));
    if (!anchor) return at;
    at = anchor.range?.[0] ?? at;
    node = value ?? null;
  }
  return at;
}
