/** What is on disk now, as a plan sees it. */
import { readdir, readFile } from 'node:fs/promises';

/** The text of a file; undefined where it is not, or may not be read. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined; // not there, or not ours to read: the same for a method
  }
}

/** File names in a folder; none where there is no such folder. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch {
    return []; // not there
  }
}
