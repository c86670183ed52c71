/** Makes a folder and those above it. Node's own `recursive` never ends where a folder takes no other, as /proc does. */
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, problem, success } from '../../shared/problem.ts';
import type { Result } from '../../shared/problem.ts';

/** For its owner alone: all that we keep may hold a key or a password. */
const MODE = 0o700;

/** Good where it is there already; rejects with the system's error. */
export async function makeFolder(folder: string, mode = MODE): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    if (await isFolder(folder)) return;
    if (!lacksParent(error, folder)) throw error;
    await makeFolder(dirname(folder), mode);
    await mkdir(folder, { mode }).catch(async (again: unknown) => {
      if (!(await isFolder(folder))) throw again; // made by another meanwhile
    });
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** The same before the app has a loop to wait in. */
export function makeFolderSync(folder: string, mode = MODE): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
    if (!lacksParent(error, folder)) throw error;
    makeFolderSync(dirname(folder), mode);
    mkdirSync(folder, { mode });
  }
}

const lacksParent = (error: unknown, folder: string): boolean =>
  (error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder;

/** `HOME_UNUSABLE` where it can be neither found nor made. */
export const makeHome = (home: string): Promise<Result<undefined>> =>
  makeFolder(home).then(
    () => success(undefined),
    (error: unknown) => homeUnusable(home, error),
  );

export function makeHomeSync(home: string): Result<undefined> {
  try {
    makeFolderSync(home);
    return success(undefined);
  } catch (error) {
    return homeUnusable(home, error);
  }
}

export const homeUnusable = (home: string, error: unknown): ReturnType<typeof failure> =>
  failure(
    problem('HOME_UNUSABLE', `The home folder ${home} cannot be used: ${why(error as NodeJS.ErrnoException)}.`, {
      fix: 'Make it writable for you, or set MOGOLY_HOME to another folder.',
    }),
  );

function why({ code, message, path }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' && path) return `no folder can be made in ${dirname(path)}`;
  if (code === 'EACCES' || code === 'EPERM') return `you may not make ${path ?? 'a file'} there`;
  if (code === 'EEXIST') return `${path ?? 'it'} is a file`;
  if (code === 'ENOTDIR') return 'there is a file where its path has a folder';
  if (code === 'EROFS') return 'its disk is read-only';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'its disk is full';
  return message;
}
