/** The one edit being made: the entry as it is typed, what is wrong with it, and applying it. */
import { bridge } from '../bridge.ts';
import { withValue } from '../form/value.ts';
import { applyChange } from './changes.ts';
import { checkEntry } from './draft-check.ts';
import { editsOf } from './draft-edits.ts';
import { findEntry, placeProblems } from './draft-place.ts';
import { draftStore, entryOf, isDirty, isNew, kindOf, patchDraft } from './draft-state.ts';
import { choiceOf } from './entry-form.ts';
import { rebase } from './entry-edits.ts';
import { showToast } from './toasts.ts';
import { setView } from './view.ts';
import { valueAt } from '../../shared/value-at.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { RouteChoice } from './entry-form.ts';
import type { Draft, DraftTarget } from './draft-state.ts';
import type { Json } from '../form/spec.ts';
import type { Tree } from '../form/value.ts';

export { draftStore } from './draft-state.ts';
export type { Draft, DraftTarget, FormName } from './draft-state.ts';

/** Starts an edit; a form for an entry that exists fills itself from the file. An edit under way is put aside. */
export async function openDraft(target: DraftTarget): Promise<void> {
  setView({ screen: 'sites', ...(target.site === '' ? {} : { site: target.site }) });
  putAside();
  draftStore.setState({
    draft: {
      target,
      phase: 'loading',
      value: {},
      initial: {},
      choice: 'pool',
      owner: undefined,
      place: undefined,
      baseRevision: undefined,
      errors: {},
      problems: [],
      conflict: false,
    },
  });
  await readEntry(target);
}

/** Takes up an edit of before, on whatever screen the window is; the file may have changed since. */
export async function resumeDraft(kept: Draft): Promise<void> {
  draftStore.setState({ draft: { ...kept, phase: 'loading', errors: {}, problems: [], conflict: false } });
  await readEntry(kept.target, kept);
}

/** Takes the current values from the file; what was typed stays. */
export async function reloadDraft(): Promise<void> {
  const { draft } = draftStore.getState();
  if (draft) await readEntry(draft.target, draft);
}

async function readEntry(target: DraftTarget, typed?: Draft): Promise<void> {
  const answer = await bridge.call('config.get', {});
  if (draftStore.getState().draft?.target !== target) return;
  if (!answer.ok) return patchDraft({ phase: 'editing', problems: answer.problems });
  const found = findEntry(target, answer.value.value, typed?.initial);
  const initial = isNew(target) ? {} : found.entry;
  const begun = typed ? typed.value : { ...initial, ...target.start };
  const value = typed ? (rebase(typed.initial, typed.value, initial) as Tree) : begun;
  patchDraft({
    phase: 'editing',
    owner: found.owner,
    place: found.place,
    initial,
    value,
    choice: typed?.choice ?? choiceOf(value),
    baseRevision: answer.value.revision,
    errors: {},
    problems: found.problem ? [found.problem] : [],
    conflict: false,
  });
}

/** Sets a value of the entry; undefined takes its key away. What was said of it, and below it, is forgotten. */
export function setDraftValue(path: ConfigPath, value: Json | undefined): void {
  const { draft } = draftStore.getState();
  if (!draft) return;
  const prefix = JSON.stringify(path).slice(0, -1);
  const kept = Object.entries(draft.errors).filter(([key]) => !key.startsWith(prefix));
  patchDraft({ value: withValue(draft.value, path, value), errors: Object.fromEntries(kept) });
}

export const setDraftChoice = (choice: RouteChoice): void => patchDraft({ choice, errors: {} });

/** Checks one field when it is left; an empty field is not scolded before Apply. */
export function leaveField(path: ConfigPath): void {
  const { draft } = draftStore.getState();
  if (!draft) return;
  const key = JSON.stringify(path);
  const typed = valueAt(draft.value, path);
  const message = typed === undefined || typed === '' ? undefined : checkEntry(draft)[key];
  if (message) patchDraft({ errors: { ...draft.errors, [key]: message } });
}

export function closeDraft(): void {
  putAside();
  draftStore.setState({ draft: undefined });
}

/** What was typed is not lost: the toast brings it back. */
function putAside(): void {
  const { draft } = draftStore.getState();
  if (!draft || draft.phase === 'loading' || !isDirty(draft)) return;
  const restore = (): void => {
    setView({ screen: 'sites', ...(draft.target.site === '' ? {} : { site: draft.target.site }) });
    draftStore.setState({ draft });
  };
  showToast({ kind: 'note', message: 'The edit was put aside.', action: { label: 'Continue editing', run: restore } });
}

/** Sends the edit; true when it was accepted. Otherwise the draft says why, at its fields. */
export async function applyDraft(): Promise<boolean> {
  const { draft } = draftStore.getState();
  if (!draft || draft.phase !== 'editing') return false;
  const errors = checkEntry(draft);
  if (Object.keys(errors).length > 0) {
    patchDraft({ errors, problems: [] });
    return false;
  }
  const edits = editsOf(draft);
  if (edits.length === 0) {
    draftStore.setState({ draft: undefined });
    return true;
  }
  patchDraft({ phase: 'applying', problems: [], conflict: false });
  const result = await applyChange({ name: 'config.edit', request: { edits } }, doneMessage(draft), draft.baseRevision);
  if (!result.ok) {
    patchDraft({ phase: 'editing', ...placeProblems(draft, result.problems) });
    return false;
  }
  const name = entryOf(draft, draft.value)['name'];
  if (kindOf(draft.target) === 'site' && typeof name === 'string')
    setView({ site: name, siteSearch: '', onlyBroken: false });
  draftStore.setState({ draft: undefined });
  return true;
}

function doneMessage(draft: Draft): string {
  const { target, value } = draft;
  const named = value['name'] ?? value['path'];
  const name = typeof named === 'string' ? named.trim() : '';
  if (target.form === 'site.add') return `${name} added.`;
  if (isNew(target)) return `${name || 'Backend'} added to ${target.site}.`;
  return `${name || target.label || target.site} changed.`;
}
