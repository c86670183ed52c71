/** JSON to a value; places are scanned for only when a problem needs one. */
import { failure, problem, ProblemError, success } from '../../../shared/problem.ts';
import type { ConfigPath, Place, Problem, Result } from '../../../shared/problem.ts';
import type { ParsedText } from './places.ts';
import { MAX_DEPTH } from './parse-yaml.ts';

interface JsonNode {
  start: number;
  members?: Map<string, { key: number; node: JsonNode }>;
  items?: JsonNode[];
}

const tooDeep = (at: Place): Problem =>
  problem('CONFIG_TOO_DEEP', `Values are nested deeper than ${MAX_DEPTH} levels.`, { at, fix: 'Flatten the config.' });

export function parseJson(text: string, place: (offset: number) => Place): Result<ParsedText> {
  let tree: JsonNode | undefined;
  const scan = (): JsonNode => (tree ??= scanJson(text, place));
  const find = (path: ConfigPath, wantKey: boolean): Place => {
    let node = scan();
    let at = node.start;
    for (const step of path) {
      const member = typeof step === 'number' ? undefined : node.members?.get(step);
      const next = typeof step === 'number' ? node.items?.[step] : member?.node;
      if (!next) return place(at);
      at = wantKey && member ? member.key : next.start;
      node = next;
    }
    return place(at);
  };
  try {
    const value: unknown = JSON.parse(text);
    // A repeated key shows as one colon more than there are keys; only then is the slower scan due.
    if (countColons(text) !== countKeys(value, 0)) scan();
    return success({ value: value ?? {}, locate: (path) => find(path, false), locateKey: (path) => find(path, true) });
  } catch (error) {
    return failure(...explainFailure(error, text, place));
  }
}

function explainFailure(error: unknown, text: string, place: (offset: number) => Place): Problem[] {
  if (error instanceof ProblemError) return error.problems;
  if (!(error instanceof SyntaxError)) throw error;
  try {
    scanJson(text, place);
  } catch (found) {
    if (found instanceof ProblemError) return found.problems;
    throw found;
  }
  return [problem('CONFIG_SYNTAX', error.message, { at: place(0), fix: 'Mend the JSON.' })];
}

/** Colons outside strings. */
function countColons(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 58) count++;
    else if (code === 34) index = closingQuote(text, index);
  }
  return count;
}

/** Index of the quote that ends the string that starts at `open`, or the end of the text. */
function closingQuote(text: string, open: number): number {
  for (let index = text.indexOf('"', open + 1); index !== -1; index = text.indexOf('"', index + 1)) {
    let slashes = 0;
    while (text.charCodeAt(index - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return index;
  }
  return text.length;
}

/** Keys in all objects; -1 past the depth bound, so that the scan says where. */
function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= MAX_DEPTH) return -Infinity;
  const parts = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : parts.length;
  for (const part of parts) count += countKeys(part, depth + 1);
  return count;
}

/** RFC 8259, and no key twice. Throws a ProblemError: one syntax error, or all repeated keys. */
function scanJson(text: string, place: (offset: number) => Place): JsonNode {
  const repeated: Problem[] = [];
  let at = 0;
  const fail = (message: string, offset = at): never => {
    const fix = 'JSON wants double quotes, no comments and no comma before a closing bracket.';
    throw new ProblemError([problem('CONFIG_SYNTAX', message, { at: place(Math.min(offset, text.length)), fix })]);
  };
  const skip = (): void => {
    while (isSpace(text.charCodeAt(at))) at++;
  };
  const found = (): string => (at >= text.length ? 'the end of the file' : `"${String.fromCodePoint(text.codePointAt(at)!)}"`);
  const string = (): string => {
    if (text[at] !== '"') fail(`Expected a key in double quotes, found ${found()}.`);
    const start = at;
    at = closingQuote(text, start) + 1;
    try {
      return JSON.parse(text.slice(start, at)) as string;
    } catch {
      return fail('This string is not closed, or has a line break or a bad escape in it.', start);
    }
  };
  const scalar = (): void => {
    if (text[at] === '"') return void string();
    const word = /[^\s,\]}:]*/y;
    word.lastIndex = at;
    const literal = word.exec(text)?.[0] ?? '';
    if (!/^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(literal)) fail(literal === '' ? `Expected a value, found ${found()}.` : `"${literal.slice(0, 40)}" is not a JSON value.`);
    at += literal.length;
  };
  const list = (open: string, close: string, item: () => void): void => {
    at += open.length;
    skip();
    if (text[at] === close) return void at++;
    for (;;) {
      item();
      skip();
      if (text[at] === close) return void at++;
      if (text[at] !== ',') fail(`Expected "," or "${close}", found ${found()}.`);
      at++;
      skip();
    }
  };
  const value = (depth: number): JsonNode => {
    skip();
    const node: JsonNode = { start: at };
    if ((text[at] === '{' || text[at] === '[') && depth >= MAX_DEPTH) throw new ProblemError([tooDeep(place(at))]);
    if (text[at] === '{') {
      const members = (node.members = new Map<string, { key: number; node: JsonNode }>());
      list('{', '}', () => member(members, depth));
    } else if (text[at] === '[') {
      const items: JsonNode[] = (node.items = []);
      list('[', ']', () => items.push(value(depth + 1)));
    } else scalar();
    return node;
  };
  const member = (members: NonNullable<JsonNode['members']>, depth: number): void => {
    const key = at;
    const name = string();
    skip();
    if (text[at] !== ':') fail(`Expected ":", found ${found()}.`);
    at++;
    const before = members.get(name);
    if (before) repeated.push(repeatedKey(name, place(key), place(before.key)));
    members.set(name, { key, node: value(depth + 1) });
  };
  const root = value(0);
  skip();
  if (at < text.length) fail(`Expected the end of the file, found ${found()}.`);
  if (repeated.length > 0) throw new ProblemError(repeated);
  return root;
}

export const repeatedKey = (name: string, at: Place, before: Place): Problem =>
  problem('CONFIG_DUPLICATE_KEY', `The key "${name}" is given twice; the first is on line ${before.line}.`, { at, fix: 'Remove one of them.' });

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;
