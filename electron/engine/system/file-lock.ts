/** One process at a time: a lock file beside the file that several processes read, change and write. */
import { randomBytes } from 'node:crypto';
import { open, readFile, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Far longer than a write takes; who still holds it then is another process that was given the same number. */
const PATIENCE_MS = 5_000;
const POLL_MS = 20;

/** Runs `act` while no other process does so for the file; the lock of a process that has died is taken over. */
export async function locked<T>(file: string, act: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const mine = `${process.pid} ${randomBytes(8).toString('hex')}`;
  await take(lock, mine);
  try {
    return await act();
  } finally {
    if ((await textOf(lock)) === mine) await remove(lock); // else one that waited too long has it now
  }
}

async function take(lock: string, mine: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await create(lock, mine))) {
    const held = await textOf(lock);
    if (held === undefined) continue; // released just now
    if (performance.now() < deadline && isAlive(held)) await sleep(POLL_MS);
    else await takeOver(lock, held);
  }
}

/** One at a time, or two that found the same dead lock would each remove the fresh one of the other. */
async function takeOver(lock: string, held: string): Promise<void> {
  const door = `${lock}.over`;
  if (await create(door, '')) {
    if ((await textOf(lock)) === held) await remove(lock);
    return remove(door);
  }
  const made = await stat(door).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined, // gone
  );
  if (made !== undefined && Date.now() - made > PATIENCE_MS) await remove(door); // died between two lines
  await sleep(POLL_MS);
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o600);
    await handle.writeFile(text).finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const textOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

/** Another one was faster where there is nothing. */
const remove = (path: string): Promise<void> => unlink(path).catch(() => undefined);

/** Just made and still empty counts as held. */
function isAlive(held: string): boolean {
  if (held === '') return true;
  try {
    process.kill(Number(held.split(' ')[0]), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}
