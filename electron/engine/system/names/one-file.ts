/** A method that is one file of ours, and a command that makes a service read it. */
import { success, type Result } from '../../../../shared/problem.ts';
import type { SystemStep } from '../../../../shared/system-change.ts';
import { readText } from '../files.ts';
import { fileTaken, isOurs, under, type MethodDeps, type MethodState } from './method.ts';
import { deleteFileStep, writeFileStep } from '../steps.ts';

export interface OneFile {
  /** Absolute, as the operating system names it. */
  path: string;
  /** What reads it, for sentences. */
  reader: string;
  /** Makes the reader take in the file, or its absence. */
  reload: () => SystemStep;
}

export async function oneFileState(deps: MethodDeps, { path, reader }: OneFile, wanted: string): Promise<MethodState> {
  const text = await readText(under(deps, path));
  if (text === undefined) return { state: 'inactive', reason: `${path} is not there.` };
  if (!isOurs(text)) return { state: 'unavailable', reason: `${path} is there and is not ours.` };
  return text === wanted
    ? { state: 'active', reason: `${reader} reads ${path}.` }
    : { state: 'stale', reason: `${path} is that of another config.` };
}

export async function installOneFile(
  deps: MethodDeps,
  { path, reader, reload }: OneFile,
  wanted: string,
): Promise<Result<SystemStep[]>> {
  const text = await readText(under(deps, path));
  if (text === wanted) return success([]);
  if (text !== undefined && !isOurs(text)) return fileTaken(path);
  return success([await writeFileStep(`Tell ${reader} to ask our DNS`, under(deps, path), wanted), reload()]);
}

export async function removeOneFile(
  deps: MethodDeps,
  { path, reader, reload }: OneFile,
): Promise<Result<SystemStep[]>> {
  if (!isOurs(await readText(under(deps, path)))) return success([]);
  return success([await deleteFileStep(`Tell ${reader} to ask our DNS no more`, under(deps, path)), reload()]);
}
