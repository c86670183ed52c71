/** The number of a home folder, in the labels of what is made for it: kept inside, so that it moves with the folder. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../make-folder.ts';

const ID_BYTES = 6;

/** Made where there is none; two engines at once end with the same. Rejects with the system's error. */
export async function homeId(home: string): Promise<string> {
  const folder = join(home, 'services');
  const file = join(folder, 'home-id');
  const known = await readId(file);
  if (known !== undefined) return known;
  await makeFolder(folder);
  const id = randomBytes(ID_BYTES).toString('hex');
  try {
    await writeFile(file, `${id}\n`, { flag: 'wx', mode: 0o600 });
    return id;
  } catch (error) {
    const other = await readId(file);
    if (other !== undefined) return other;
    throw error;
  }
}

async function readId(file: string): Promise<string | undefined> {
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  return /^[0-9a-f]{12}$/.test(text) ? text : undefined;
}
