/** The one edit being made: its inputs, what is wrong with them, and applying it. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import { applyChange, editsOf } from './changes.ts';
import { fieldAt, isUnder, toConfig, toPatch, toValues, validate } from './draft-fields.ts';
import { siteEntry } from './places.ts';
import { isSingle, listEdits, singleOf } from './single.ts';
import { showToast } from './toasts.ts';
import { setView } from './view.ts';
import { valueAt } from '../../shared/value-at.ts';
import type { ConfigPath, Problem } from '../../shared/problem.ts';
import type { Edit, Request } from '../../shared/protocol.ts';
import type { Change } from './changes.ts';
import type { FieldErrors, FieldName, FormName, Values } from './draft-fields.ts';

/** What is edited. `path` is where the entry stands; for a backend added to a route, its place in the list, or the route that writes its one backend itself. */
export interface DraftTarget {
  form: FormName;
  /** Empty for a new site. */
  site: string;
  backend?: string | undefined;
  path?: ConfigPath | undefined;
  /** The entry is edited by path, not by name. */
  byPath?: boolean | undefined;
}

export interface Draft {
  target: DraftTarget;
  phase: 'loading' | 'editing' | 'applying';
  values: Values;
  /** As they were read. */
  initial: Values;
  /** The entry as it stands in the file. */
  written: unknown;
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

const patchDraft = (patch: Partial<Draft>): void => {
  const { draft } = draftStore.getState();
  if (draft) draftStore.setState({ draft: { ...draft, ...patch } });
};

export const isDirty = (draft: Draft): boolean =>
  Object.entries(draft.values).some(([name, value]) => value !== (draft.initial[name as FieldName] ?? ''));

/** Starts an edit; a form for an entry that exists fills itself from the file. */
export async function openDraft(target: DraftTarget): Promise<void> {
  setView({ screen: 'sites' });
  draftStore.setState({
    draft: {
      target,
      phase: 'loading',
      values: {},
      initial: {},
      written: undefined,
      place: undefined,
      baseRevision: undefined,
      errors: {},
      problems: [],
      conflict: false,
    },
  });
  await readEntry(target);
}

/** Takes the current values from the file; what was typed stays. */
export async function reloadDraft(): Promise<void> {
  const { draft } = draftStore.getState();
  if (!draft) return;
  const typed = Object.fromEntries(
    Object.entries(draft.values).filter(([name, value]) => value !== (draft.initial[name as FieldName] ?? '')),
  );
  await readEntry(draft.target, typed);
}

async function readEntry(target: DraftTarget, typed: Values = {}): Promise<void> {
  const answer = await bridge.call('config.get', {});
  if (draftStore.getState().draft?.target !== target) return;
  if (!answer.ok) return patchDraft({ phase: 'editing', problems: answer.problems });
  const written = entryOf(target, answer.value.value);
  const initial = target.form.endsWith('.edit') ? toValues(target.form, written) : {};
  patchDraft({
    phase: 'editing',
    written,
    place: placeOf(target, answer.value.value),
    initial,
    values: { ...initial, ...typed },
    baseRevision: answer.value.revision,
    errors: {},
    problems: [],
    conflict: false,
  });
}

function placeOf(target: DraftTarget, document: unknown): ConfigPath | undefined {
  if (target.path) return target.path;
  const server = valueAt(document, ['server']);
  if (target.form === 'site.add') return ['server', Array.isArray(server) ? server.length : 0];
  const site = siteEntry(document, target.site);
  if (!site || target.form === 'site.edit') return site && ['server', site.index];
  const balance = valueAt(site.value, ['balance']);
  return ['server', site.index, 'balance', Array.isArray(balance) ? balance.length : 1];
}

function entryOf(target: DraftTarget, document: unknown): unknown {
  if (target.form === 'site.edit') return siteEntry(document, target.site)?.value;
  if (!target.path) return undefined;
  const entry = valueAt(document, target.path);
  return isSingle(target.path) ? singleOf(entry) : entry;
}

export function setField(name: FieldName, value: string): void {
  const { draft } = draftStore.getState();
  if (!draft) return;
  const errors = { ...draft.errors };
  delete errors[name];
  patchDraft({ values: { ...draft.values, [name]: value }, errors });
}

/** Checks one field when it is left; an empty field is not scolded before Apply. */
export function leaveField(name: FieldName): void {
  const { draft } = draftStore.getState();
  if (!draft || !draft.values[name]) return;
  const message = validate(draft.target.form, draft.values)[name];
  if (message) patchDraft({ errors: { ...draft.errors, [name]: message } });
}

export function closeDraft(): void {
  const { draft } = draftStore.getState();
  draftStore.setState({ draft: undefined });
  if (!draft || draft.phase === 'loading' || !isDirty(draft)) return;
  const restore = (): void => draftStore.setState({ draft });
  showToast({ kind: 'note', message: 'The edit was put aside.', action: { label: 'Continue editing', run: restore } });
}

/** Sends the edit; true when it was accepted. Otherwise the draft says why, at its fields. */
export async function applyDraft(): Promise<boolean> {
  const { draft } = draftStore.getState();
  if (!draft || draft.phase !== 'editing') return false;
  const errors = validate(draft.target.form, draft.values);
  if (Object.keys(errors).length > 0) {
    patchDraft({ errors, problems: [] });
    return false;
  }
  const change = changeOf(draft);
  if (!change) {
    draftStore.setState({ draft: undefined });
    return true;
  }
  patchDraft({ phase: 'applying', problems: [], conflict: false });
  const result = await applyChange(change, doneMessage(draft), draft.baseRevision);
  if (!result.ok) {
    patchDraft({ phase: 'editing', ...placeProblems(draft, result.problems) });
    return false;
  }
  if (draft.target.form.startsWith('site'))
    setView({ site: (draft.values.name ?? '').trim(), siteSearch: '', onlyBroken: false });
  draftStore.setState({ draft: undefined });
  return true;
}

/** The command for an edit; undefined when nothing changed. */
export function changeOf(draft: Draft): Change | undefined {
  const { target, values, initial, written } = draft;
  const config = toConfig(target.form, values);
  if (target.form === 'site.add')
    return { name: 'sites.add', request: { site: config as unknown as Request<'sites.add'>['site'] } };
  if (target.form === 'backend.add' && target.path) {
    const { path } = target;
    return editOf(
      isSingle(path)
        ? listEdits(path, singleOf(written), {}, [config])
        : [{ op: 'insert', path: [...path], value: config }],
    );
  }
  if (target.form === 'backend.add') {
    const backend = config as unknown as Request<'backends.add'>['backend'];
    return { name: 'backends.add', request: { site: target.site, backend } };
  }
  const patch = toPatch(target.form, initial, values, written);
  if (Object.keys(patch).length === 0) return undefined;
  if (target.form === 'site.edit') return { name: 'sites.set', request: { site: target.site, patch } };
  if (target.path && isSingle(target.path)) return editOf(listEdits(target.path, singleOf(written), patch));
  if (target.byPath && target.path) return editOf(editsOf(target.path, patch));
  return { name: 'backends.set', request: { site: target.site, backend: target.backend ?? '', patch } };
}

const editOf = (edits: Edit[]): Change => ({ name: 'config.edit', request: { edits } });

function doneMessage({ target, values }: Draft): string {
  const name = (values.name ?? '').trim();
  if (target.form === 'site.add') return `${name} added.`;
  if (target.form === 'backend.add') return `${name || 'Backend'} added to ${target.site}.`;
  return `${name || target.backend || target.site} changed.`;
}

/** Sorts what the engine answered into fields and the rest; a problem elsewhere in the file is never pinned to a field. */
export function placeProblems(
  { target, place }: Pick<Draft, 'target' | 'place'>,
  problems: readonly Problem[],
): Pick<Draft, 'errors' | 'problems' | 'conflict'> {
  const errors: FieldErrors = {};
  const rest: Problem[] = [];
  for (const item of problems) {
    const elsewhere = place && item.path?.[0] === 'server' && !isUnder(item.path, place);
    const field = item.path && !elsewhere ? fieldAt(target.form, item.path) : undefined;
    if (item.severity === 'warning') continue;
    if (field && !errors[field]) errors[field] = item.fix ? `${item.message} ${item.fix}` : item.message;
    else if (item.code !== 'CONFIG_CONFLICT') rest.push(item);
  }
  return { errors, problems: rest, conflict: problems.some((item) => item.code === 'CONFIG_CONFLICT') };
}
