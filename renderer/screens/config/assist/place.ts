/** Where the cursor stands in the YAML or JSON: in which mapping, at a key or at a value; also while it does not parse. */
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { ParsedNode, YAMLMap } from 'yaml';
import type { ConfigPath } from '../../../../shared/problem.ts';
import { cutOut } from './outline.ts';

export type Format = 'yaml' | 'json';

export interface Place {
  /** Of the mapping the key is for; of the value itself where one is expected. */
  path: ConfigPath;
  kind: 'key' | 'value';
  /** Stands where either a key or a plain value may begin: first on its line, or first in brackets. */
  either: boolean;
  /** What a completion replaces. */
  from: number;
  to: number;
  /** A colon follows: only the key is to be written. */
  hasColon: boolean;
  /** Spaces before the key, a dash counted as one. */
  indent: number;
  /** A dash stands before it on its line. */
  dashed: boolean;
  /** Within braces or brackets. */
  flow: boolean;
  /** The keys beside it. */
  keys: readonly string[];
  /** A scalar elsewhere in the file. */
  textAt: (path: ConfigPath) => string | undefined;
}

/** Stands in for what is being typed, so that the rest parses. */
const MARK = 'mogoly_cursor_mark';
const WORD_BEFORE = /[^\s,[\]{}"'#]*$/;
const WORD_AFTER = /^[^\s,[\]{}"'#:]*/;

/** Undefined in comments, within text that cannot be completed, and where the text around makes no sense. */
export function placeAt(source: string, at: number, format: Format): Place | undefined {
  const cut = cutOut(source, at);
  if (!cut) return undefined;
  const { text, offset, moved } = cut;
  const span = spanAt(text, offset);
  if (!span) return undefined;
  const isValue = format === 'json' ? /:\s*$/.test(span.lead) : /:\s+$/.test(span.lead);
  const mark = format === 'json' ? `"${MARK}"` : MARK;
  const stand = isValue || span.hasColon ? mark : `${mark}: null`;
  const document = parse(`${text.slice(0, span.from)}${stand}${text.slice(span.to)}`);
  const found = document && findMark(document, []);
  if (!found) return undefined;
  return {
    ...found,
    either: found.kind === 'key' && !span.hasColon && found.keys.length === 0,
    from: span.from + moved,
    to: span.to + moved,
    hasColon: span.hasColon,
    indent: span.lead.length,
    dashed: /-\s+$/.test(span.lead),
    textAt: (path) => scalarAt(document, path),
  };
}

interface Span {
  /** Of its line, before the word. */
  lead: string;
  from: number;
  to: number;
  hasColon: boolean;
}

/** The word at the cursor, its quotes included. */
function spanAt(text: string, offset: number): Span | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(start, offset);
  if (/(^|\s)#/.test(before.replace(/"[^"]*"|'[^']*'/g, ''))) return undefined;
  const word = WORD_BEFORE.exec(before)?.[0] ?? '';
  if (word.endsWith(':')) return undefined;
  let from = offset - word.length;
  let to = offset + (WORD_AFTER.exec(text.slice(offset))?.[0].length ?? 0);
  const quote = text[from - 1];
  if (from > start && (quote === '"' || quote === "'")) {
    from -= 1;
    if (text[to] === quote) to += 1;
  }
  return { lead: text.slice(start, from), from, to, hasColon: /^[ \t]*:(\s|$)/.test(text.slice(to, to + 200)) };
}

/** Never throws: text nested deeper than the stack makes no sense to complete. */
export function parse(text: string): ParsedNode | undefined {
  try {
    return parseDocument(text, { strict: false, uniqueKeys: false, logLevel: 'silent' }).contents ?? undefined;
  } catch {
    return undefined; // A stack overflow on absurd nesting.
  }
}

type Found = Pick<Place, 'path' | 'kind' | 'keys' | 'flow'>;

function findMark(node: unknown, path: ConfigPath): Found | undefined {
  if (isSeq(node)) return firstOf(node.items, (item, index) => findInValue(item, [...path, index], node.flow === true));
  if (!isMap(node)) return undefined;
  const marked = node.items.find((pair) => keyOf(pair.key)?.includes(MARK));
  if (marked) return { path, kind: 'key', keys: keysBeside(node), flow: node.flow === true };
  return firstOf(node.items, (pair) => findInValue(pair.value, [...path, keyOf(pair.key) ?? ''], node.flow === true));
}

function findInValue(value: unknown, path: ConfigPath, flow: boolean): Found | undefined {
  if (isScalar(value)) {
    return String(value.value).includes(MARK) ? { path, kind: 'value', keys: [], flow } : undefined;
  }
  return findMark(value, path);
}

function firstOf<T, R>(items: readonly T[], find: (item: T, index: number) => R | undefined): R | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const keyOf = (key: unknown): string | undefined => (isScalar(key) ? String(key.value) : undefined);

const keysBeside = (map: YAMLMap): string[] =>
  map.items.flatMap((pair) => {
    const key = keyOf(pair.key);
    return key === undefined || key.includes(MARK) ? [] : [key];
  });

export function scalarAt(root: unknown, path: ConfigPath): string | undefined {
  let node: unknown = root;
  for (const step of path) {
    if (isSeq(node) && typeof step === 'number') node = node.items[step];
    else if (isMap(node)) node = node.items.find((pair) => keyOf(pair.key) === String(step))?.value;
    else return undefined;
  }
  return isScalar(node) ? String(node.value) : undefined;
}
