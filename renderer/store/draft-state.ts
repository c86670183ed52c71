/** What a draft is: the entry being edited, as it is typed and as it was read. */
import { createStore } from 'zustand/vanilla';
import { sameJson } from '../form/value.ts';
import { finished } from './entry-form.ts';
import type { ConfigPath, Problem } from '../../shared/problem.ts';
import type { EntryKind, RouteChoice } from './entry-form.ts';
import type { FieldErrors } from '../form/check.ts';
import type { Json } from '../form/spec.ts';
import type { Tree } from '../form/value.ts';

export type FormName = `${EntryKind}.${'add' | 'edit'}`;

/**
 * What is edited. `path` is where the entry stands, or for a new one its place in the list; that of the site or route
 * where it writes its one backend itself. Left out for a site, and for a backend added to the pool of a site.
 */
export interface DraftTarget {
  form: FormName;
  /** Empty for a new site. */
  site: string;
  /** What the entry is called: the name of a backend or middleware, the path of a route. */
  label?: string | undefined;
  path?: ConfigPath | undefined;
  /** What a new entry begins with. */
  start?: Tree | undefined;
}

export interface Draft {
  target: DraftTarget;
  phase: 'loading' | 'editing' | 'applying';
  /** As typed. */
  value: Tree;
  /** As it was read. */
  initial: Tree;
  choice: RouteChoice;
  /** What the file holds around the entry: the owner of a backend that is written in short. */
  owner: Json | undefined;
  /** Where the entry is, or will be once it is added; undefined where that is not known. */
  place: ConfigPath | undefined;
  baseRevision: number | undefined;
  errors: FieldErrors;
  /** Those that belong to no field of the form. */
  problems: readonly Problem[];
  /** The config changed under the edit. */
  conflict: boolean;
}

export const draftStore = createStore<{ draft: Draft | undefined }>(() => ({ draft: undefined }));

export const patchDraft = (patch: Partial<Draft>): void => {
  const { draft } = draftStore.getState();
  if (draft) draftStore.setState({ draft: { ...draft, ...patch } });
};

export const kindOf = ({ form }: DraftTarget): EntryKind => form.slice(0, form.indexOf('.')) as EntryKind;
export const isNew = ({ form }: DraftTarget): boolean => form.endsWith('.add');
export const isDirty = (draft: Draft): boolean => !sameJson(entryOf(draft, draft.value), entryOf(draft, draft.initial));

/** The entry as it would be written. */
export const entryOf = ({ target, choice }: Draft, value: Tree): Tree =>
  finished(kindOf(target), value, choice, isNew(target));
