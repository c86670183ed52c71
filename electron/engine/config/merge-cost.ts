/** How much work a YAML document makes: for each merge key the `yaml` package reads the merged map anew, and what that merges. */
import { isAlias, isCollection, isMap, isScalar, isSeq } from 'yaml';
import type { Document } from 'yaml';

/** Nodes read, those of merged maps each time; Infinity for a map that is merged into itself. Aliases are bound already. */
export function readingCost(document: Document): number {
  const costs = new Map<unknown, number>();
  const sourceOf = (value: unknown): unknown => (isAlias(value) ? value.resolve(document) : value);
  // An anchor stands before its aliases, so its cost is known but where it holds them.
  const costOf = (value: unknown): number => (isCollection(value) ? (costs.get(value) ?? Infinity) : 1);
  const costOfMerge = (value: unknown): number => {
    const source = sourceOf(value);
    if (!isSeq(source)) return costOf(source);
    return source.items.reduce<number>((sum, item) => sum + costOf(sourceOf(item)), 1);
  };
  const read = (node: unknown): number => {
    if (!isCollection(node)) return 1;
    let cost = 1;
    for (const item of node.items) {
      if (!isMap(node)) cost += read(item);
      else {
        const { key, value } = item as (typeof node.items)[number];
        cost += read(key) + read(value) + (isMergeKey(key) ? costOfMerge(value) : 0);
      }
    }
    costs.set(node, cost);
    return cost;
  };
  return read(document.contents);
}

const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && (key.value === '<<' || (typeof key.value === 'symbol' && key.value.description === '<<'));
