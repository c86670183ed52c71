/** Files that hold keys: written whole with mode 0600 in a folder of mode 0700, and closed to others where found open. */
import { chmod, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../make-folder.ts';

const FILE_MODE = 0o600;
/** The bits of group and others. */
const OTHERS = 0o077;

/** Replaces the file in one step; `isDurable` waits until the disk has it. Rejects with the system's error. */
export async function writePrivate(file: string, text: string, { isDurable = false } = {}): Promise<void> {
  const folder = dirname(file);
  await makeFolder(folder);
  const temporary = join(folder, `.${basename(file).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', FILE_MODE);
    try {
      await handle.writeFile(text);
      if (isDurable) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

/** Its text, or undefined where there is none. Rejects with the system's error. */
export async function readPrivate(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Takes all rights of group and others away; true where they had some. Windows keeps such rights elsewhere. */
export async function closeToOthers(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const { mode } = await stat(path);
  if ((mode & OTHERS) === 0) return false;
  await chmod(path, mode & 0o7777 & ~OTHERS);
  return true;
}

/** As in `ENOENT`; an error that is not the system's own is thrown again. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}
