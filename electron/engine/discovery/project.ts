/** What the folder of a dev server says: its dependencies and the names in it. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Project {
  packages: ReadonlySet<string>;
  files: ReadonlySet<string>;
}

/** A script may run in a folder below its package.json. */
const FOLDERS_UP = 3;
/** A folder with more is no project. */
const MAX_NAMES = 2_000;
const MAX_PACKAGE_LENGTH = 1024 * 1024;

export async function readProject(folder: string | undefined): Promise<Project> {
  if (folder === undefined) return { packages: new Set(), files: new Set() };
  const names = await readdir(folder).catch(() => []);
  return { packages: await readPackages(folder), files: new Set(names.slice(0, MAX_NAMES)) };
}

async function readPackages(start: string): Promise<ReadonlySet<string>> {
  for (let folder = start, up = 0; up <= FOLDERS_UP; folder = dirname(folder), up += 1) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return dependenciesOf(text);
    if (dirname(folder) === folder) break;
  }
  return new Set();
}

export function dependenciesOf(text: string): ReadonlySet<string> {
  if (text.length > MAX_PACKAGE_LENGTH) return new Set();
  try {
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, unknown>;
    return new Set([dependencies, devDependencies].flatMap((part) => Object.keys((part as object | null) ?? {})));
  } catch {
    return new Set(); // somebody is editing it
  }
}
