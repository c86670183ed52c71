/** Where the entry of a draft stands in the file, and which of its fields a problem speaks of. */
import { problem } from '../../shared/problem.ts';
import { valueAt } from '../../shared/value-at.ts';
import { isTree, listAt, pathKey, sameJson } from '../form/value.ts';
import { siteEntry } from './places.ts';
import { isSingle, singleOf } from './single.ts';
import { isNew, kindOf } from './draft-state.ts';
import type { ConfigPath, Problem } from '../../shared/problem.ts';
import type { Draft, DraftTarget } from './draft-state.ts';
import type { Json } from '../form/spec.ts';
import type { Tree } from '../form/value.ts';

export interface FoundEntry {
  place: ConfigPath | undefined;
  entry: Tree;
  /** Of a backend that is written in short. */
  owner: Json | undefined;
  problem?: Problem;
}

const GONE: FoundEntry = {
  place: undefined,
  entry: {},
  owner: undefined,
  problem: problem('ENTRY_GONE', 'What this form edits is not in the config any more.', {
    fix: 'Close the form; what you typed can be copied from it.',
  }),
};

/** `known`: the entry as it was read before, by which one that moved is found again. */
export function findEntry(target: DraftTarget, document: unknown, known?: Tree): FoundEntry {
  if (target.form === 'site.add')
    return { place: ['server', listAt(document, ['server']).length], entry: {}, owner: undefined };
  const site = siteEntry(document, target.site);
  if (!site) return GONE;
  const at: ConfigPath = ['server', site.index];
  if (kindOf(target) === 'site') return { place: at, entry: treeOf(site.value), owner: undefined };
  const path = target.path ? [...at, ...target.path.slice(2)] : newBackendPath(at, site.value);
  if (kindOf(target) === 'backend' && isSingle(path)) {
    const owner = valueAt(document, path) as Json | undefined;
    return isTree(owner) ? { place: path, entry: singleOf(owner), owner } : GONE;
  }
  if (isNew(target)) return { place: withinList(document, path), entry: {}, owner: undefined };
  return findItem(document, path, known);
}

const treeOf = (value: unknown): Tree => (isTree(value) ? value : {});

/** At the end of the pool; of the site itself, where it writes its one backend in short. */
function newBackendPath(at: ConfigPath, site: unknown): ConfigPath {
  const balance = valueAt(site, ['balance']);
  return Array.isArray(balance) ? [...at, 'balance', balance.length] : at;
}

/** A list that became shorter takes it at its end. */
function withinList(document: unknown, path: ConfigPath): ConfigPath {
  const list = path.slice(0, -1);
  return [...list, Math.min(Number(path.at(-1)), listAt(document, list).length)];
}

function findItem(document: unknown, path: ConfigPath, known: Tree | undefined): FoundEntry {
  const list = path.slice(0, -1);
  const items = listAt(document, list);
  const at = items[Number(path.at(-1))];
  const isIt = (item: Json | undefined): boolean => isTree(item) && (!known || isSameEntry(item, known));
  if (isIt(at)) return { place: path, entry: treeOf(at), owner: undefined };
  const moved = items.findIndex(isIt);
  return moved === -1 ? GONE : { place: [...list, moved], entry: treeOf(items[moved]), owner: undefined };
}

/** The keys that an entry is told by. */
function isSameEntry(one: Tree, two: Tree): boolean {
  const key = ['name', 'path', 'url'].find((each) => two[each] !== undefined);
  return key === undefined || sameJson(one[key], two[key]);
}

/** Whether `path` is `base` or below it. */
export const isUnder = (path: ConfigPath, base: ConfigPath): boolean => base.every((key, index) => path[index] === key);

/** Keys of an entry that are edited elsewhere: a problem below them is told above the form. */
const ELSEWHERE = new Set(['routes', 'middlewares']);

/** The field a config path speaks of, from the entry on; undefined for one outside of the form. */
export function fieldAt({ target, place }: Pick<Draft, 'target' | 'place'>, path: ConfigPath): string | undefined {
  if (!place) return undefined;
  const isShort = kindOf(target) === 'backend' && isSingle(place);
  const bases = isShort ? [[...place, 'balance', isNew(target) ? 1 : 0], place] : [place];
  const base = bases.find((each) => isUnder(path, each));
  if (!base) return undefined;
  const inside = path.slice(base.length);
  const [key, index, ...rest] = inside;
  // A new site asks for one URL; it becomes the first of a list.
  if (target.form === 'site.add' && key === 'balance') return pathKey(index === 0 && rest.length > 0 ? rest : ['url']);
  if (key === undefined) return kindOf(target) === 'middleware' ? pathKey(['name']) : undefined;
  if (typeof key === 'string' && (ELSEWHERE.has(key) || key === 'balance')) return undefined;
  return pathKey(inside);
}

/** Sorts what the engine answered into fields and the rest; a problem elsewhere in the file is never pinned to a field. */
export function placeProblems(
  draft: Pick<Draft, 'target' | 'place'>,
  problems: readonly Problem[],
): Pick<Draft, 'errors' | 'problems' | 'conflict'> {
  const errors: Record<string, string> = {};
  const rest: Problem[] = [];
  for (const item of problems) {
    if (item.severity === 'warning') continue;
    const field = item.path && fieldAt(draft, item.path);
    if (field !== undefined && !errors[field]) errors[field] = item.fix ? `${item.message} ${item.fix}` : item.message;
    else if (item.code !== 'CONFIG_CONFLICT') rest.push(item);
  }
  return { errors, problems: rest, conflict: problems.some((item) => item.code === 'CONFIG_CONFLICT') };
}
