/** Edits of YAML text: comments, order and anchors stay, and lines that no edit touches stay as they are. */
import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Document, Node, Pair, ToStringOptions, YAMLMap, YAMLSeq } from 'yaml';
import type { Edit } from '../../../shared/protocol.ts';
import type { Steps } from '../turns.ts';
import { copyOf, findAliasSources, mendAliases } from './edit-aliases.ts';
import type { AliasSources } from './edit-aliases.ts';
import { editPathError, indexOf } from './edit-problem.ts';
import { spliceLines } from './splice-lines.ts';
import { YAML_OPTIONS } from './yaml-document.ts';

/** Larger texts are laid out once for all edits, not once for each. */
const SMALL_TEXT = 256 * 1024;

type Holder = YAMLMap | YAMLSeq;

export function* editYaml(text: string, edits: readonly Edit[]): Steps<string> {
  const document: Document = parseDocument(text, YAML_OPTIONS);
  yield;
  const layout = layoutOf(text);
  const removed: Comments = new Map();
  const batches = text.length <= SMALL_TEXT ? edits.map((edit) => [edit]) : [edits];
  let current = text;
  let before = document.toString(layout);
  for (const batch of batches) {
    yield;
    for (const edit of batch) {
      const sources = findAliasSources(document);
      applyEdit(document, edit, sources, removed);
      mendAliases(document, sources);
    }
    const after = document.toString(layout);
    current = spliceLines(current, before, after) ?? after;
    before = after;
  }
  yield;
  return count(current, '#') === count(before, '#') && isSame(current, document) ? current : before;
}

/** As many comments as there should be. */
const count = (text: string, sign: string): number => text.split(sign).length - 1;

/** Whether the text, pieced together, says what the document says. */
function isSame(text: string, document: Document): boolean {
  const parsed = parseDocument(text, YAML_OPTIONS);
  if (parsed.errors.length > 0) return false;
  findAliasSources(parsed);
  findAliasSources(document);
  return isDeepStrictEqual(parsed.toJS({ maxAliasCount: -1 }), document.toJS({ maxAliasCount: -1 }));
}

/** As the author indents and pads. */
function layoutOf(text: string): ToStringOptions {
  const indents = [...text.matchAll(/^( +)\S/gm)].map((match) => match[1]!.length);
  const step = indents.length > 0 ? indents.reduce((least, indent) => Math.min(least, indent)) : 2;
  const flushList = /^( *)[^\s#-][^#\n]*:[ ]*(?:#[^\n]*)?\n(?:[ ]*(?:#[^\n]*)?\n)*\1- /m.test(text);
  const tightFlow = /[:\-,] *\{[^\s}]/.test(text) && !/[:\-,] *\{ /.test(text);
  return {
    lineWidth: 0,
    indent: Math.max(1, Math.min(step, 8)),
    indentSeq: !flushList,
    flowCollectionPadding: !tightFlow,
  };
}

function applyEdit(document: Document, edit: Edit, sources: AliasSources, removed: Comments): void {
  const holder = findHolder(document, edit, sources);
  const step = edit.path[edit.path.length - 1]!;
  if (isSeq(holder)) return editList(document, holder, edit);
  if (edit.op === 'set') return setKey(document, holder, String(step), edit.value, removed);
  const index = holder.items.findIndex((pair) => isKey(pair, step));
  if (edit.op !== 'remove') throw editPathError(edit.path, 'there is no such list');
  if (index === -1)
    throw editPathError(
      edit.path,
      merged(holder, step) ? 'the key comes from a merged anchor' : 'there is no such key',
    );
  const [pair] = holder.items.splice(index, 1);
  if (isScalar(pair?.value) && pair.value.comment) removed.set(lineOf(pair), pair.value.comment);
}

/** What stood behind `url: …` on its line, by that line, where the key was taken out. */
type Comments = Map<string, string>;

const lineOf = ({ key, value }: Pair): string => JSON.stringify([key, value]);

/** A key that moves into a list of its own, as `url` does into `balance`, takes along what stood behind it. */
function takeComments(node: Node, removed: Comments): void {
  if (removed.size === 0) return;
  visit(node, {
    Pair(_, pair) {
      const comment = removed.get(lineOf(pair));
      if (comment === undefined || !isScalar(pair.value)) return;
      pair.value.comment = comment;
      removed.delete(lineOf(pair));
    },
  });
}

function editList(document: Document, list: YAMLSeq, edit: Edit): void {
  const { items } = list;
  const index = indexOf(
    edit.path[edit.path.length - 1],
    edit.op === 'insert' ? items.length : items.length - 1,
    edit.path,
  );
  if (edit.op === 'set') items[index] = replacement(document, items[index] as Node | null, edit.value);
  else if (edit.op === 'insert') items.splice(index, 0, newItem(document, items[0], edit.value));
  else {
    const [item] = items.splice(index, 1);
    if (edit.op === 'move') items.splice(indexOf(edit.to, items.length, edit.path), 0, item);
  }
}

/** Laid out like its neighbours. */
function newItem(document: Document, neighbour: unknown, value: unknown): Node {
  const node = document.createNode(value) as Node;
  if ((isMap(node) || isSeq(node)) && (isMap(neighbour) || isSeq(neighbour)) && neighbour.flow) node.flow = true;
  return node;
}

function setKey(document: Document, map: YAMLMap, key: string, value: unknown, removed: Comments): void {
  const pair = map.items.find((item) => isKey(item, key));
  const node = replacement(document, pair?.value as Node | null | undefined, value);
  takeComments(node, removed);
  if (pair) pair.value = node;
  else map.items.push(document.createPair(key, node));
}

/** A node of the new value with the comments and the style of the old one. */
function replacement(document: Document, old: Node | null | undefined, value: unknown): Node {
  const node = document.createNode(value) as Node;
  if (!old) return node;
  if (old.comment) node.comment = old.comment;
  if (old.commentBefore) node.commentBefore = old.commentBefore;
  if (old.spaceBefore) node.spaceBefore = true;
  if (isScalar(node) && isScalar(old) && typeof value === 'string' && typeof old.value === 'string' && old.type)
    node.type = old.type;
  if ((isMap(node) || isSeq(node)) && (isMap(old) || isSeq(old)) && old.flow) node.flow = true;
  return node;
}

const isKey = (pair: Pair, step: string | number): boolean =>
  isScalar(pair.key) && typeof pair.key.value !== 'symbol' && String(pair.key.value) === String(step);

/** What holds the last step. An alias on the way becomes a copy, so that the anchor's other users keep their value. */
function findHolder(document: Document, edit: Edit, sources: AliasSources): Holder {
  const makes = edit.op === 'set' || edit.op === 'insert';
  let holder = toHolder(document, document.contents, edit.path[0]!, sources, makes);
  if (!holder) throw editPathError(edit.path, 'the config is not a map of keys');
  if (holder !== document.contents) document.contents = holder as typeof document.contents;
  for (let depth = 0; depth < edit.path.length - 1; depth++) {
    const step = edit.path[depth]!;
    const next = edit.path[depth + 1]!;
    const parent: Holder = holder;
    const own = childOf(parent, step);
    const old = own === undefined && isMap(parent) ? copyOfMerged(document, parent, step) : own;
    const child = toHolder(document, old, next, sources, makes && isMap(parent));
    if (!child) throw editPathError(edit.path, `there is no ${edit.path.slice(0, depth + 1).join('.')} with parts`);
    if (child !== own) putChild(document, parent, step, child);
    holder = child;
  }
  return holder;
}

function childOf(holder: Holder, step: string | number): Node | null | undefined {
  if (isSeq(holder)) return typeof step === 'number' ? (holder.items[step] as Node | undefined) : undefined;
  return holder.items.find((item) => isKey(item, step))?.value as Node | null | undefined;
}

function copyOfMerged(document: Document, map: YAMLMap, step: string | number): Node | undefined {
  const found = merged(map, step);
  return found && copyOf(document, found);
}

function putChild(document: Document, holder: Holder, step: string | number, child: Holder): void {
  if (isSeq(holder)) {
    holder.items[Number(step)] = child;
    return;
  }
  const pair = holder.items.find((item) => isKey(item, step));
  if (pair) pair.value = child;
  else holder.items.push(document.createPair(step, child));
}

/** The value that a merge key brings into the map; it belongs to the anchor. */
function merged(map: YAMLMap, step: string | number): Node | undefined {
  for (const pair of map.items) {
    if (!isScalar(pair.key) || typeof pair.key.value !== 'symbol') continue;
    const brought = isSeq(pair.value) ? pair.value.items : [pair.value];
    for (const item of brought) {
      const source: unknown = isAlias(item) ? (item.resolve as () => unknown)() : item;
      const found = isMap(source) ? source.items.find((inner) => isKey(inner, step)) : undefined;
      if (found) return found.value as Node;
      const deeper = isMap(source) ? merged(source, step) : undefined;
      if (deeper) return deeper;
    }
  }
  return undefined;
}

function toHolder(
  document: Document,
  node: Node | null | undefined,
  next: string | number,
  sources: AliasSources,
  makes: boolean,
): Holder | undefined {
  const isNothing = node === null || node === undefined || (isScalar(node) && node.value === null);
  if (isNothing) return makes ? (document.createNode(typeof next === 'number' ? [] : {}) as Holder) : undefined;
  const source = isAlias(node) ? sources.get(node) : undefined;
  const own = source ? copyOf(document, source) : node;
  return isMap(own) || isSeq(own) ? own : undefined;
}
