/** Which file is the config of a home folder. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** In this order; the first one there is the config of the home. */
const CONFIG_NAMES = ['mogoly.yaml', 'mogoly.yml', 'mogoly.json'];

export async function findConfig(home: string): Promise<string | undefined> {
  for (const name of CONFIG_NAMES) {
    const path = join(home, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** The one that is there, else the one that would be made. */
export const configOf = async (home: string): Promise<string> => (await findConfig(home)) ?? join(home, 'mogoly.yaml');
