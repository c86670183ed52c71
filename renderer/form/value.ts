/** Reading and changing a value by path, and text into values and back. */
import { valueAt } from '../../shared/value-at.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { Json } from './spec.ts';

export type Tree = Record<string, Json>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One text for a path, to find what is said of it. */
export const pathKey = (path: ConfigPath): string => JSON.stringify(path);

export const sameJson = (one: unknown, two: unknown): boolean => JSON.stringify(one) === JSON.stringify(two);

/** A copy with another value there; undefined takes the key away, and a map that is empty then goes with it. */
export function withValue(root: Tree, path: ConfigPath, value: Json | undefined): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return isTree(value) ? value : {};
  const copy: Tree = { ...root };
  const next = rest.length === 0 ? value : inside(copy[key], rest, value);
  if (next === undefined) delete copy[key];
  else copy[key] = next;
  return copy;
}

function inside(holder: Json | undefined, path: ConfigPath, value: Json | undefined): Json | undefined {
  if (!Array.isArray(holder)) {
    const next = withValue(isTree(holder) ? holder : {}, path, value);
    return Object.keys(next).length === 0 ? undefined : next;
  }
  const index = Number(path[0]);
  const rest = path.slice(1);
  const item = rest.length === 0 ? value : inside(holder[index], rest, value);
  const copy = [...holder];
  if (item === undefined && rest.length === 0) copy.splice(index, 1);
  else copy[index] = item ?? {};
  return copy;
}

export const textOf = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** A number as a number; any other text goes on as it is, for the check to refuse or a `${VARIABLE}` to fill. */
export function numberFrom(text: string): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : trimmed;
}

export function wordsFrom(text: string, isNumeric: boolean): Json | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  return isNumeric ? words.map((word) => (/^\d+$/.test(word) ? Number(word) : word)) : words;
}

/** In one line while it is short. */
export function wordsText(value: Json | undefined): string {
  if (!Array.isArray(value)) return textOf(value);
  const words = value.map(textOf);
  const line = words.join(' ');
  return line.length > LINE_MAX ? words.join('\n') : line;
}

/** Characters that fit a field of the form. */
const LINE_MAX = 36;

export function jsonFrom(text: string): Json | undefined {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text; // shown as wrong: a map is wanted
  }
}

/** Lists of what a tree holds at a path; an empty one where there is none. */
export function listAt(root: unknown, path: ConfigPath): Json[] {
  const found = valueAt(root, path);
  return Array.isArray(found) ? (found as Json[]) : [];
}
