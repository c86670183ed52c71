/** Keeps YAML aliases true while nodes around them are changed, moved and removed. */
import { isAlias, isCollection, isMap, isScalar } from 'yaml';
import type { Alias, Document, Node, Pair } from 'yaml';

/** The node each alias stands for. */
export type AliasSources = Map<Alias, Node>;

/** In the order of the text; `replace` puts another node in the place of an alias. */
function walk(
  document: Document,
  onAlias: (alias: Alias, anchors: Map<string, Node>, replace: (node: Node) => void) => void,
): void {
  const anchors = new Map<string, Node>();
  const visit = (node: unknown, replace: (node: Node) => void): void => {
    if (isAlias(node)) return onAlias(node, anchors, replace);
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (!isCollection(node)) return;
    for (let index = 0; index < node.items.length; index++) {
      if (!isMap(node)) visit(node.items[index], (next) => void (node.items[index] = next));
      else visitPair(node.items[index] as Pair, visit);
    }
  };
  visit(document.contents, (node) => void (document.contents = node as typeof document.contents));
}

function visitPair(pair: Pair, visit: (node: unknown, replace: (node: Node) => void) => void): void {
  visit(pair.key, (node) => void (pair.key = node));
  visit(pair.value, (node) => void (pair.value = node));
}

/** Binds each alias to its node, in one pass. */
export function findAliasSources(document: Document): AliasSources {
  const sources: AliasSources = new Map();
  walk(document, (alias, anchors) => {
    const source = anchors.get(alias.source);
    if (source === undefined) return;
    sources.set(alias, source);
    alias.resolve = () => source as ReturnType<Alias['resolve']>;
  });
  return sources;
}

/** A node with the same value and no anchor or alias in it. */
export function copyOf(document: Document, node: Node): Node {
  const copy = document.createNode(structuredClone(node.toJS(document)), { aliasDuplicateObjects: false }) as Node;
  if (isCollection(copy) && isCollection(node)) copy.flow = node.flow === true;
  return copy;
}

/** An alias whose anchor went away, or now comes later, becomes a copy; the first copy is the anchor of the others. */
export function mendAliases(document: Document, sources: AliasSources): void {
  const heirs = new Map<Node, Node>();
  walk(document, (alias, anchors, replace) => {
    const source = sources.get(alias);
    if (source === undefined) return;
    const current = anchors.get(alias.source);
    if (current === source || (current !== undefined && current === heirs.get(source))) return;
    const copy = copyOf(document, source);
    if (!anchors.has(alias.source) && (isScalar(copy) || isCollection(copy))) {
      copy.anchor = alias.source;
      anchors.set(alias.source, copy);
      heirs.set(source, copy);
    }
    replace(copy);
  });
}
