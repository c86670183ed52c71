/** One process at a time: a lock file beside the file that several processes read, change and write. */
import { open, readFile, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Far longer than a write takes; who still holds it then has died, or is another machine's. */
const PATIENCE_MS = 5_000;
const POLL_MS = 20;

/** Runs `act` while no other process does so for the file; the lock of a process that has died is taken over. */
export async function locked<T>(file: string, act: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  await take(lock);
  try {
    return await act();
  } finally {
    await unlink(lock).catch(() => undefined); // taken over by a process that waited too long
  }
}

async function take(lock: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await create(lock))) {
    if (performance.now() < deadline && (await isHeld(lock))) await sleep(POLL_MS);
    else await unlink(lock).catch(() => undefined); // another one was faster
  }
}

async function create(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx', 0o600);
    await handle.writeFile(String(process.pid)).finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Just made and still empty counts as held. */
async function isHeld(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  if (text === '') return true;
  try {
    process.kill(Number(text), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}
