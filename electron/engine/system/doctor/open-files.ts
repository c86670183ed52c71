/** What of the home folder others on this machine could use. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bits of the group and of everybody. */
const OTHERS = 0o077;
/** Folders that hold keys; what lies deeper is behind them. */
const SECRET_FOLDERS = ['ca', 'certs', 'acme'];
const MAX_LISTED = 500;

export interface OpenFile {
  path: string;
  /** As it should be. */
  mode: number;
}

/** A home folder that is closed hides what it holds, yet may be opened later: its keys are looked at either way. */
export async function openFiles(home: string): Promise<OpenFile[]> {
  const keys = await Promise.all(SECRET_FOLDERS.map((folder) => keyFiles(join(home, folder))));
  const folders = SECRET_FOLDERS.map((folder) => ({ path: join(home, folder), mode: 0o700 }));
  const wanted = [
    { path: home, mode: 0o700 },
    ...folders,
    ...keys.flat(),
    { path: join(home, 'control.sock'), mode: 0o600 },
  ];
  const states = await Promise.all(
    wanted.map(async (file) => ({ file, found: await stat(file.path).catch(() => undefined) })),
  );
  return states.flatMap(({ file, found }) => (found !== undefined && (found.mode & OTHERS) !== 0 ? [file] : []));
}

async function keyFiles(folder: string): Promise<OpenFile[]> {
  const names = await readdir(folder).catch(() => []); // not made yet
  return names
    .filter((name) => /key/i.test(name))
    .slice(0, MAX_LISTED)
    .map((name) => ({ path: join(folder, name), mode: 0o600 }));
}
