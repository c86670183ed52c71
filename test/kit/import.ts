/** Reads configs of other proxies from texts, on a machine that has no files but those. */
import { posix } from 'node:path';
import type { Machine } from '../../electron/engine/import/draft.ts';
import { importText, type Imported } from '../../electron/engine/import/import.ts';
import type { SiteFile } from '../../shared/config.ts';
import type { ImportSource } from '../../shared/import.ts';
import { formatProblem, type Result } from '../../shared/problem.ts';

/** `files`: others that can be included, by their path from the root. */
export const machineWith = (files: Record<string, string> = {}, env: Record<string, string> = {}): Machine => ({
  env,
  resolve: (path) => posix.resolve('/etc', path),
  isFile: (path) => Object.hasOwn(files, path),
  include: (pattern) =>
    Object.entries(files)
      .filter(([file]) => file === pattern || (pattern.endsWith('*') && file.startsWith(pattern.slice(0, -1))))
      .map(([file, text]) => ({ file, text })),
});

export const tryImport = (source: ImportSource, text: string, machine = machineWith()): Result<Imported> =>
  importText({ file: source, text }, source, machine);

export interface Read {
  sites: SiteFile[];
  /** As a person reads them. */
  notes: string[];
}

export function imported(source: ImportSource, text: string, machine = machineWith()): Read {
  const result = tryImport(source, text, machine);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return { sites: result.value.sites.map(({ site }) => site), notes: result.value.notes.map(formatProblem) };
}
