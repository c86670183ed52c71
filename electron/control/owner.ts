/** What the lock file of a home says about its owner, and whether that owner lives. */
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { z } from 'zod';
import { lockPath } from './paths.ts';

/** An owner that has not opened its socket yet counts as living for so long. */
const START_GRACE_MS = 10_000;
/** A process that accepts nothing for so long is not answering. */
const CONNECT_TIMEOUT_MS = 1_000;

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  host: z.enum(['app', 'cli', 'library']),
  socket: z.string().min(1),
  token: z.string().min(1),
  /** Of the process, as the kernel counts it; tells a reused pid from the owner's. Empty where it cannot be read. */
  started: z.string(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** Text of the lock; undefined when there is none. */
export async function readLock(home: string): Promise<string | undefined> {
  try {
    return await readFile(lockPath(home), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whom a lock names; undefined when it makes no sense (a crash while it was written). */
export function ownerIn(text: string): Owner | undefined {
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // not JSON: nobody we could name
  }
}

/** Undefined when there is no lock that can be read, or one that makes no sense. */
export async function readOwner(home: string): Promise<Owner | undefined> {
  const text = await readLock(home).catch(() => undefined); // not ours to read: nobody we could name
  return text === undefined ? undefined : ownerIn(text);
}

/** Whether the owner named by the lock still runs. A socket that answers is proof; a pid alone may be reused. */
export async function isAlive(home: string, owner: Owner): Promise<boolean> {
  if (await answers(owner.socket)) return true;
  if (!processExists(owner.pid)) return false;
  const isSame = await isSameProcess(owner);
  if (isSame !== undefined) return isSame;
  const lock = await stat(lockPath(home)).catch(() => undefined); // gone: released meanwhile
  return lock !== undefined && Date.now() - lock.mtimeMs < START_GRACE_MS;
}

/** By the start time, so not another one that got its pid since; undefined where that cannot be told. */
export async function isSameProcess({ pid, started }: Owner): Promise<boolean | undefined> {
  const found = await startOf(pid);
  return found !== '' && started !== '' ? found === started : undefined;
}

/** Whether something accepts connections at this socket path. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const finish = (isAnswered: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isAnswered);
    };
    const timer = setTimeout(() => finish(false), CONNECT_TIMEOUT_MS);
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time of a process in clock ticks since boot (proc(5), field 22 of stat); empty where there is no /proc. */
export async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // not Linux
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
