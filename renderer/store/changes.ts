/** Every change the window makes: sent with the revision it was based on, answered by a toast that undoes it. */
import { bridge } from '../bridge.ts';
import { problem, success } from '../../shared/problem.ts';
import { valueAt } from '../../shared/value-at.ts';
import { liveStore, noteRevision } from './live.ts';
import { closeToast, showProblems, showToast, toastStore } from './toasts.ts';
import { viewStore } from './view.ts';
import { canRedo, canUndo, recordChange, redo, undo } from './undo.ts';
import { isInTopPool } from './places.ts';
import { isSingle, listEdits, singleOf } from './single.ts';
import type { ConfigPath, Problem, Result } from '../../shared/problem.ts';
import type { Applied, Edit, Request } from '../../shared/protocol.ts';
import type { BackendState, SiteState } from '../../shared/state.ts';
import type { Theme } from '../../shared/window-api.ts';

export type ChangeName =
  | 'sites.add'
  | 'sites.set'
  | 'sites.remove'
  | 'backends.add'
  | 'backends.set'
  | 'backends.remove'
  | 'config.edit'
  | 'config.apply'
  | 'config.rollback';

/** One command that changes the config, without its base. */
export type Change = { [K in ChangeName]: { name: K; request: Omit<Request<K>, 'baseRevision'> } }[ChangeName];

/** A value as it goes into the file; what JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const currentRevision = (): number | undefined => liveStore.getState().snapshot?.revision;

/** Sends the change; on success the toast says `done` and offers Undo. The caller shows the problems. */
export async function applyChange(
  change: Change,
  done: string,
  baseRevision = currentRevision(),
): Promise<Result<Applied>> {
  const request = { ...change.request, ...(baseRevision === undefined ? {} : { baseRevision }) } as Request<ChangeName>;
  const answer = await bridge.call(change.name, request);
  if (!answer.ok) return answer;
  noteRevision(answer.value.revision);
  recordChange(baseRevision, answer.value.revision);
  const [caution] = answer.value.warnings;
  const action = canUndo() ? { label: 'Undo', run: () => void undo() } : undefined;
  showToast({ kind: 'change', message: done, fix: caution?.message, action });
  return success(answer.value);
}

/** A change made by one click in a list; its problems are a toast, there is no field to show them at. */
async function applyAtOnce(change: Change, done: string, baseRevision?: number): Promise<void> {
  const result = await applyChange(change, done, baseRevision ?? currentRevision());
  if (!result.ok) showProblems(result.problems);
}

/** The edits that write a patch at a path of the file. */
export const editsOf = (at: ConfigPath, patch: Record<string, Json>): Edit[] =>
  Object.entries(patch).map(([key, value]): Edit =>
    value === null ? { op: 'remove', path: [...at, key] } : { op: 'set', path: [...at, key], value },
  );

/** Sets keys of a backend. One that its site or route writes as a plain `url` gets a list to stand in first. */
async function setBackend(
  site: SiteState,
  backend: BackendState,
  patch: Record<string, Json>,
  done: string,
): Promise<void> {
  if (isInTopPool(site, backend) && !isSingle(backend.path)) {
    return applyAtOnce({ name: 'backends.set', request: { site: site.name, backend: backend.name, patch } }, done);
  }
  if (!isSingle(backend.path)) return editConfig(editsOf(backend.path, patch), done);
  const answer = await bridge.call('config.get', {});
  if (!answer.ok) return showProblems(answer.problems);
  const single = singleOf(valueAt(answer.value.value, backend.path));
  return editConfig(listEdits(backend.path, single, patch), done);
}

export const setBackendDisabled = (site: SiteState, backend: BackendState, disabled: boolean): Promise<void> =>
  setBackend(site, backend, { disabled }, `${backend.name} ${disabled ? 'disabled' : 'enabled'}.`);

export const setBackendDrain = (site: SiteState, backend: BackendState, drain: boolean): Promise<void> =>
  setBackend(site, backend, { drain }, drain ? `${backend.name} is draining.` : `${backend.name} takes clients again.`);

export const setBackendWeight = (site: SiteState, backend: BackendState, weight: number): Promise<void> =>
  setBackend(site, backend, { weight }, `${backend.name} has weight ${weight}.`);

export async function removeBackend(site: SiteState, backend: BackendState): Promise<void> {
  if (isSingle(backend.path)) {
    const fix = `Remove the site ${site.name} instead, or add another backend first.`;
    return showProblems([problem('POOL_EMPTY', `"${backend.name}" is the last backend of its pool.`, { fix })]);
  }
  const change: Change = isInTopPool(site, backend)
    ? { name: 'backends.remove', request: { site: site.name, backend: backend.name } }
    : { name: 'config.edit', request: { edits: [{ op: 'remove', path: [...backend.path] }] } };
  return applyAtOnce(change, `${backend.name} removed from ${site.name}.`);
}

export const setSite = (site: SiteState, patch: Record<string, Json>, done: string): Promise<void> =>
  applyAtOnce({ name: 'sites.set', request: { site: site.name, patch } }, done);

/** `baseRevision`: of the config that the paths were read from; the newest unless given. */
export const editConfig = (edits: Edit[], done: string, baseRevision?: number): Promise<void> =>
  applyAtOnce({ name: 'config.edit', request: { edits } }, done, baseRevision);

export const removeSite = (site: SiteState): Promise<void> =>
  applyAtOnce({ name: 'sites.remove', request: { site: site.name } }, `${site.name} removed.`);

export async function setRouting(on: boolean): Promise<void> {
  const answer = await bridge.call(on ? 'engine.start' : 'engine.stop', {});
  if (!answer.ok) showProblems(answer.problems);
}

/** Probes the backends of a site now; the states arrive as pushes. */
export async function checkHealth(site: string): Promise<void> {
  const answer = await bridge.call('health.check', { site });
  if (!answer.ok) return showProblems(answer.problems);
  const { pass, fail } = answer.value;
  showToast({ kind: 'note', message: `${pass.length} of ${pass.length + fail.length} backends passed the check.` });
}

const reportApp = (answer: { ok: true } | { ok: false; problems: Problem[] }): void => {
  if (!answer.ok) showProblems(answer.problems);
};

export const openUrl = async (url: string): Promise<void> => reportApp(await bridge.callApp('app.openUrl', { url }));

export const revealFile = async (file: 'config' | 'log' | 'home'): Promise<void> =>
  reportApp(await bridge.callApp('app.revealFile', { file }));

export async function copyText(text: string): Promise<boolean> {
  const answer = await bridge.callApp('app.copyText', { text });
  reportApp(answer);
  return answer.ok;
}

export async function setTheme(theme: Theme): Promise<void> {
  viewStore.setState({ theme });
  reportApp(await bridge.callApp('window.setTheme', { theme }));
}

export async function loadTheme(): Promise<void> {
  const answer = await bridge.callApp('window.getTheme', {});
  if (answer.ok) viewStore.setState({ theme: answer.value.theme });
}

/** What the newest change on show offers, else the change of the config before it; true when there was one. */
export function undoLast(): boolean {
  const toast = toastStore.getState().toasts.find((candidate) => candidate.kind === 'change' && candidate.action);
  if (toast?.action) {
    closeToast(toast.id);
    toast.action.run();
    return true;
  }
  if (!canUndo()) return false;
  void undo();
  return true;
}

/** The change of the config that was undone last; true when there was one. */
export function redoLast(): boolean {
  if (!canRedo()) return false;
  void redo();
  return true;
}
