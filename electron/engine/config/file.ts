/** Reads config files and saves them whole or not at all. */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { failure, problem, success } from '../../../shared/problem.ts';
import type { Result } from '../../../shared/problem.ts';
import { formatOf, MAX_CONFIG_SIZE, tooLarge } from './parse.ts';
import type { ConfigFormat } from './parse.ts';

export { formatOf, parseText } from './parse.ts';
export type { ConfigFormat } from './parse.ts';
export type { ParsedText } from './places.ts';

/** A config holds passwords of services: for its owner alone, unless the file that is there says otherwise. */
const NEW_FILE_MODE = 0o600;

export interface ConfigText {
  text: string;
  format: ConfigFormat;
}

/** UTF-8 text; `CONFIG_MISSING`, `CONFIG_UNREADABLE`, `CONFIG_TOO_LARGE`, `CONFIG_ENCODING`, `CONFIG_FORMAT_UNKNOWN`. */
export async function readConfigFile(path: string): Promise<Result<ConfigText>> {
  const format = formatOf(path);
  if (!format.ok) return format;
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK a named pipe would hold the open for ever.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const info = await file.stat();
    if (!info.isFile())
      return failure(problem('CONFIG_UNREADABLE', `"${path}" is not a file.`, { fix: 'Name a config file.' }));
    if (info.size > MAX_CONFIG_SIZE) return failure(tooLarge(path));
    const text = decode(await file.readFile(), path);
    return text.ok ? success({ text: text.value, format: format.value }) : text;
  } catch (error) {
    return failure(readProblem(error, path));
  } finally {
    await file?.close();
  }
}

function readProblem(error: unknown, path: string) {
  const code = codeOf(error);
  if (code === undefined) throw error;
  if (code === 'ENOENT')
    return problem('CONFIG_MISSING', `There is no config file at "${path}".`, {
      fix: 'Create it, or name another one.',
    });
  const fix =
    code === 'EACCES' || code === 'EPERM'
      ? 'Give your user the right to read it.'
      : 'See whether the file and its disk are well.';
  return problem('CONFIG_UNREADABLE', `The config file "${path}" cannot be read (${code}).`, { fix });
}

function decode(bytes: Buffer, path: string): Result<string> {
  // Unlike a TextDecoder's, this text takes one byte a character where it is ASCII: half the memory and half the reading.
  if (isUtf8(bytes)) return success(bytes.toString('utf8'));
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const what = isWide ? 'in UTF-16' : 'not in UTF-8';
  return failure(
    problem('CONFIG_ENCODING', `The config file is ${what}.`, {
      fix: 'Save it as UTF-8 text.',
      at: { file: path, line: firstBadLine(bytes), column: 1 },
    }),
  );
}

/** Line of the first byte sequence that is not UTF-8. */
function firstBadLine(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  const bad = text.indexOf('�');
  return text.slice(0, Math.max(bad, 0)).split('\n').length;
}

/**
 * Replaces the file in one step (temporary file beside it, fsync, rename, fsync of the folder); a symbolic link is
 * written through. Keeps the mode, 0600 for a new file. `CONFIG_SAVE_FAILED` leaves the old file as it was.
 */
export async function saveAtomic(path: string, text: string): Promise<Result<undefined>> {
  let temporary: string | undefined;
  try {
    const target = await realTarget(path);
    const mode = await modeOf(target);
    const name = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
    const file = await open(name, 'wx', NEW_FILE_MODE);
    temporary = name;
    try {
      await file.writeFile(text, 'utf8');
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    temporary = undefined;
    await syncFolder(dirname(target));
    return success(undefined);
  } catch (error) {
    if (temporary !== undefined) await unlink(temporary).catch(() => undefined); // the first error is the one to tell
    return failure(saveProblem(error, path));
  }
}

/** Takes away what saves of this file that were killed left beside it. Never rejects. */
export async function sweepLeftovers(path: string): Promise<void> {
  const target = await realTarget(path).catch(() => path);
  await sweep(dirname(target), `.${basename(target)}.`);
}

/** The same for every file of a folder that is ours alone. */
export const sweepFolder = (folder: string): Promise<void> => sweep(folder, '.');

async function sweep(folder: string, start: string): Promise<void> {
  const names = await readdir(folder).catch(() => []); // nothing is there
  const left = names.filter((name) => name.startsWith(start) && LEFTOVER.test(name));
  await Promise.all(left.map((name) => unlink(join(folder, name)).catch(() => undefined))); // the next start tries again
}

const LEFTOVER = /\.[0-9a-f]{12}\.tmp$/;

async function realTarget(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return path;
  }
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return NEW_FILE_MODE;
  }
}

/** Makes the rename last through a power cut; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOTSUP') throw error; // file systems without it
  } finally {
    await handle.close();
  }
}

const SAVE_FIXES = new Map([
  ['ENOSPC', 'Free some space on the disk and try again.'],
  ['EDQUOT', 'Free some of your disk quota and try again.'],
  ['EACCES', 'Give your user the right to write to the file and its folder.'],
  ['EPERM', 'Give your user the right to write to the file and its folder.'],
  ['EROFS', 'The disk is read-only: mount it writable, or move the config.'],
  ['ENOENT', 'Create the folder first.'],
]);

function saveProblem(error: unknown, path: string) {
  const code = codeOf(error);
  if (code === undefined) throw error;
  return problem('CONFIG_SAVE_FAILED', `"${path}" could not be saved (${code}); the old file is untouched.`, {
    fix: SAVE_FIXES.get(code) ?? 'See whether the disk is well, and try again.',
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
