/** A config of another proxy that is looked at before its sites are added. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import { MAX_IMPORT_SENT } from '../../shared/import.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import type { Reply } from '../../shared/protocol.ts';
import { plural } from '../parts/format.ts';
import { applyChange } from './changes.ts';
import { showProblems } from './toasts.ts';

export interface Looked {
  /** Name of the file. */
  name: string;
  /** Undefined while it is read. */
  found: { ok: true; value: Reply<'config.import'> } | { ok: false; problems: readonly Problem[] } | undefined;
}

export const importStore = createStore<{ looked: Looked | undefined }>(() => ({ looked: undefined }));

export async function lookAt(file: File): Promise<void> {
  const { name } = file;
  if (file.size > MAX_IMPORT_SENT) {
    const fix = `Import it in a terminal: mogoly import ${name}`;
    return showProblems([problem('IMPORT_TOO_LARGE', `${name} is larger than 1 MiB.`, { fix })]);
  }
  importStore.setState({ looked: { name, found: undefined } });
  const found = await bridge.call('config.import', { file: name, text: await file.text() });
  if (importStore.getState().looked?.name === name) importStore.setState({ looked: { name, found } });
}

export const closeImport = (): void => importStore.setState({ looked: undefined });

export async function addImported({ name, found }: Looked): Promise<void> {
  if (found?.ok !== true) return;
  const { edits, sites, revision } = found.value;
  closeImport();
  const change = { name: 'config.edit', request: { edits } } as const;
  const result = await applyChange(change, `${plural(sites.length, 'site')} added from ${name}.`, revision);
  if (!result.ok) showProblems(result.problems);
}
