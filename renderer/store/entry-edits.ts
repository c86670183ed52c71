/** From two states of an entry to the edits of the file between them, and such edits put on another state. */
import { isTree, sameJson } from '../form/value.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { Edit } from '../../shared/protocol.ts';
import type { Json } from '../form/spec.ts';

/** As few as can be, so that comments around what stays are kept; paths start at `at`. */
export function editsBetween(before: Json | undefined, after: Json | undefined, at: ConfigPath): Edit[] {
  if (sameJson(before, after)) return [];
  const path = [...at];
  if (after === undefined) return [{ op: 'remove', path }];
  if (isTree(before) && isTree(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    // What goes is taken away first: two keys that exclude each other never stand side by side.
    const gone = keys.filter((key) => !Object.hasOwn(after, key));
    const rest = keys.filter((key) => Object.hasOwn(after, key));
    return [...gone, ...rest].flatMap((key) => editsBetween(before[key], after[key], [...at, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length > 0 && after.length > 0)
    return listEditsBetween(before, after, at);
  return [{ op: 'set', path, value: after }];
}

/** Items alike at both ends stay; those between are changed in pairs, then removed or inserted. */
function listEditsBetween(before: Json[], after: Json[], at: ConfigPath): Edit[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && sameJson(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && sameJson(before[before.length - 1 - end], after[after.length - 1 - end])) end += 1;
  const old = before.slice(start, before.length - end);
  const next = after.slice(start, after.length - end);
  const pairs = Math.min(old.length, next.length);
  const edits: Edit[] = [];
  for (let index = 0; index < pairs; index += 1)
    edits.push(...editsBetween(old[index], next[index], [...at, start + index]));
  for (let index = old.length - 1; index >= pairs; index -= 1)
    edits.push({ op: 'remove', path: [...at, start + index] });
  for (let index = pairs; index < next.length; index += 1)
    edits.push({ op: 'insert', path: [...at, start + index], value: next[index]! });
  return edits;
}

/** Puts what was typed, `before` → `after`, on what is there now: a key that was not touched keeps its new value. */
export function rebase(before: Json | undefined, after: Json | undefined, current: Json | undefined): Json | undefined {
  if (sameJson(before, after)) return current;
  if (!isTree(before) || !isTree(after) || !isTree(current)) return after;
  const merged: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(current), ...Object.keys(after)])) {
    const next = rebase(before[key], after[key], current[key]);
    if (next !== undefined) merged[key] = next;
  }
  return merged;
}
