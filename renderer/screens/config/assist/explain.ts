/** What stands under the pointer or the cursor: its key with the docs, and the way to it from the top. */
import { isMap, isScalar, isSeq } from 'yaml';
import type { ConfigPath } from '../../../../shared/problem.ts';
import type { ConfigSchemas } from '../../../../shared/protocol.ts';
import { cutOut } from './outline.ts';
import { keyOf, parse, scalarAt } from './place.ts';
import { schemasAt, typeOf } from './schema.ts';
import type { Schema } from './schema.ts';
import { withDefault } from './suggest.ts';

export interface Explanation {
  from: number;
  to: number;
  key: string;
  type: string;
  docs: string;
}

/** Undefined where no known key or value stands. */
export function explainAt(text: string, offset: number, schemas: ConfigSchemas): Explanation | undefined {
  const cut = cutOut(text, offset);
  const root = cut && parse(cut.text);
  if (!cut || !root) return undefined;
  const found = nodeAt(root, cut.offset, []);
  if (!found || found.from === undefined) return undefined;
  const textAt = (path: ConfigPath): string | undefined => scalarAt(root, path);
  const options = schemasAt(schemas, found.path, textAt);
  const key = found.path.findLast((step) => typeof step === 'string');
  if (options.length === 0 || key === undefined) return undefined;
  const docs =
    middlewareDocs(found.path, textAt, schemas) ?? options.find(({ description }) => description)?.description;
  return {
    from: found.from + cut.moved,
    to: found.to + cut.moved,
    key: String(key),
    type: typeOf(options),
    docs: withDefault(docs ?? '', options),
  };
}

/** The name of a middleware is explained by what that one does. */
function middlewareDocs(
  path: ConfigPath,
  textAt: (path: ConfigPath) => string | undefined,
  { middlewares }: ConfigSchemas,
): string | undefined {
  if (path.at(-1) !== 'name' || path.at(-3) !== 'middlewares') return undefined;
  const name = textAt(path);
  const found = Object.entries(middlewares).find(([known]) => known === name);
  return (found?.[1] as Schema | undefined)?.description;
}

/** The way to the cursor: `server › shop.local › balance › web-1 › url`; list items by what names them. */
export function trailAt(text: string, offset: number): string[] {
  const cut = cutOut(text, offset);
  const root = cut && parse(cut.text);
  if (!cut || !root) return [];
  const path = nodeAt(root, cut.offset, [])?.path ?? [];
  return path.map((step, index) => {
    if (typeof step === 'string') return step;
    const item = path.slice(0, index + 1);
    const name = ['name', 'path', 'url'].map((key) => scalarAt(root, [...item, key])).find(Boolean);
    return name ?? (cut.whole ? `#${step + 1}` : '#');
  });
}

interface Found {
  path: ConfigPath;
  /** Of the key or scalar under the offset; undefined between them. */
  from: number | undefined;
  to: number;
}

function nodeAt(node: unknown, offset: number, path: ConfigPath): Found | undefined {
  if (isMap(node)) {
    for (const pair of node.items) {
      const at = [...path, keyOf(pair.key) ?? ''];
      if (covers(pair.key, offset)) return { path: at, ...spanOf(pair.key) };
      const within = covers(pair.value, offset) ? nodeAt(pair.value, offset, at) : undefined;
      if (within) return within;
    }
    return covers(node, offset) ? { path, from: undefined, to: 0 } : undefined;
  }
  if (isSeq(node)) {
    const index = node.items.findIndex((item) => covers(item, offset));
    const within = index === -1 ? undefined : nodeAt(node.items[index], offset, [...path, index]);
    return within ?? { path, from: undefined, to: 0 };
  }
  return isScalar(node) && covers(node, offset) ? { path, ...spanOf(node) } : undefined;
}

interface Ranged {
  range?: readonly [number, number, number] | null | undefined;
}

/** Up to the end of its value; of a mapping or list also what belongs to it after that. */
function covers(node: unknown, offset: number): boolean {
  const range = (node as Ranged | null | undefined)?.range;
  return (
    range !== undefined && range !== null && offset >= range[0] && offset <= (isScalar(node) ? range[1] : range[2])
  );
}

const spanOf = (node: unknown): { from: number; to: number } => {
  const range = (node as Ranged).range;
  return { from: range?.[0] ?? 0, to: range?.[1] ?? 0 };
};
