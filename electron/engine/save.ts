/** Writes the config file so that a later step that fails can put the old one back. */
import { readFile, unlink } from 'node:fs/promises';
import { success, type Result } from '../../shared/problem.ts';
import { saveAtomic } from './config/file.ts';

/** The old bytes come back when a later step fails; a file that was not there goes away again. */
export async function saveWithUndo(file: string, text: string): Promise<Result<() => Promise<void>>> {
  const before = await readFile(file, 'utf8').catch(() => undefined);
  const saved = await saveAtomic(file, text);
  if (!saved.ok) return saved;
  return success(async () => {
    if (before === undefined) await unlink(file);
    else await saveAtomic(file, before);
  });
}
