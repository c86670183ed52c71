/** One owner per home folder: the lock file, made atomically and taken over only from the dead. */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Result } from '../../shared/problem.ts';
import { failure, problem, success } from '../../shared/problem.ts';
import type { Snapshot } from '../../shared/state.ts';
import { homeUnusable, makeFolder } from '../engine/make-folder.ts';
import { lockPath, socketPath } from './paths.ts';
export { homeFolder, socketPath } from './paths.ts';
import { isAlive, ownerIn, readLock, startOf } from './owner.ts';
import type { Owner } from './owner.ts';

/** A takeover is a few file operations; one older than this was cut short by a crash. */
const TAKEOVER_STALE_MS = 5_000;
/** Takers that collide try again this often before they give up. */
const ATTEMPTS = 50;
const RETRY_MS = 50;

export interface HomeLock {
  /** Path the control server shall listen on; the client reads it in the lock. */
  socket: string;
  /** Known to whoever can read the lock, which is the owner's user only. */
  token: string;
  release: () => Promise<void>;
}

type Host = Snapshot['host'];

/**
 * Makes the home folder (0700) when it is not there and takes it for this process. Problems: HOME_TAKEN with the name
 * of a living owner, HOME_UNUSABLE when the folder cannot be written.
 */
export async function acquireHome(home: string, host: Host, socket = socketPath(home)): Promise<Result<HomeLock>> {
  const mine: Owner = {
    pid: process.pid,
    host,
    socket,
    token: randomBytes(24).toString('base64url'),
    started: await startOf(process.pid),
  };
  try {
    await makeFolder(home);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await place(home, mine))
        return success({ socket: mine.socket, token: mine.token, release: () => release(home, mine) });
      const found = await readLock(home);
      if (found !== undefined) {
        const owner = ownerIn(found);
        if (owner && (await isAlive(home, owner))) return homeTaken(home, owner);
        await removeDead(home, found);
      }
      await new Promise((resolve) => setTimeout(resolve, attempt === 0 ? 0 : RETRY_MS));
    }
    return failure(
      problem('HOME_BUSY', `${lockPath(home)} keeps changing hands.`, {
        fix: 'Try again; if this repeats, remove that file.',
      }),
    );
  } catch (error) {
    return homeUnusable(home, error);
  }
}

/** `Mogoly app (pid 123) owns /home/…`, and how to end it. */
export function homeTaken(home: string, owner: Pick<Owner, 'host' | 'pid'>): ReturnType<typeof failure> {
  const fix =
    owner.host === 'app'
      ? 'Quit it from its tray icon'
      : owner.host === 'cli'
        ? 'Stop it with `mogoly daemon stop`'
        : 'Stop that program';
  return failure(
    problem('HOME_TAKEN', `Mogoly ${owner.host} (pid ${owner.pid}) owns ${home}.`, {
      fix: `${fix}, or set MOGOLY_HOME to another folder.`,
    }),
  );
}

/** The whole lock appears at once or not at all: it is written beside, then linked, which fails if there is one. */
async function place(home: string, owner: Owner): Promise<boolean> {
  const beside = `${lockPath(home)}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, `${JSON.stringify(owner)}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(beside, lockPath(home));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return placeWithoutLink(home, beside);
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

/** For file systems without hard links: a rename replaces what is there, so takers look and rename one by one. */
async function placeWithoutLink(home: string, beside: string): Promise<boolean> {
  let isPlaced = false;
  await alone(home, async () => {
    if ((await readLock(home)) !== undefined) return;
    await rename(beside, lockPath(home));
    isPlaced = true;
  });
  return isPlaced;
}

/**
 * Removes the lock of a dead owner. Two takers may both have found it dead, and the slower must not remove the lock
 * that the faster has placed since: so each removes alone, and only the very lock that it has read. A lock that is gone
 * may be placed anew at any moment, so nothing is removed then.
 */
function removeDead(home: string, dead: string): Promise<void> {
  return alone(home, async () => {
    if ((await readLock(home)) === dead) await rm(lockPath(home), { force: true });
  });
}

/** Acts while no other taker does; does nothing when another is at it. */
async function alone(home: string, act: () => Promise<void>): Promise<void> {
  const guard = `${lockPath(home)}.takeover`;
  const handle = await open(guard, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    return undefined;
  });
  if (!handle) return removeStaleGuard(guard);
  try {
    await handle.close();
    await act();
  } finally {
    await rm(guard, { force: true });
  }
}

async function removeStaleGuard(guard: string): Promise<void> {
  const found = await stat(guard).catch(() => undefined); // its taker has finished
  if (found && Date.now() - found.mtimeMs > TAKEOVER_STALE_MS) await rm(guard, { force: true });
}

async function release(home: string, mine: Owner): Promise<void> {
  const text = await readFile(lockPath(home), 'utf8').catch(() => ''); // the folder was removed under us
  if (text.includes(mine.token)) await rm(lockPath(home), { force: true });
}
