/** The edits of the file that a draft stands for. */
import { editsBetween } from './entry-edits.ts';
import { SINGLE_KEYS, isSingle, singleOf } from './single.ts';
import { entryOf, isNew, kindOf } from './draft-state.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { Edit } from '../../shared/protocol.ts';
import type { Draft } from './draft-state.ts';
import type { Json } from '../form/spec.ts';
import type { Tree } from '../form/value.ts';

/** None when nothing changed, or when it is not known where the entry stands. */
export function editsOf(draft: Draft): Edit[] {
  const { target, place, value, initial, owner } = draft;
  if (!place) return [];
  const entry = entryOf(draft, value);
  const isShort = kindOf(target) === 'backend' && isSingle(place);
  if (isNew(target)) {
    if (!isShort) return [{ op: 'insert', path: [...place], value: entry }];
    const single = singleOf(owner);
    return asList(place, single, Object.keys(single).length === 0 ? [entry] : [single, entry]);
  }
  const before = entryOf(draft, initial);
  if (!isShort) return editsBetween(before, entry, place);
  if (Object.keys(entry).every((key) => SINGLE_KEYS.some((known) => known === key)))
    return editsBetween(before, entry, place);
  return asList(place, singleOf(owner), [entry]);
}

/** A list takes the place of what a site or route writes itself. */
function asList(at: ConfigPath, single: Tree, members: Json[]): Edit[] {
  const removals = Object.keys(single).map((key): Edit => ({ op: 'remove', path: [...at, key] }));
  return [...removals, { op: 'set', path: [...at, 'balance'], value: members }];
}
