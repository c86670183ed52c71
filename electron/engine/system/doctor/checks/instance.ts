/** Whether another Mogoly has the same home folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { check } from '../check.ts';

const lock = z.object({ pid: z.number().int().positive() });

export const instance = check({
  id: 'instance',
  title: 'One Mogoly',
  async examine({ home }) {
    const pid = await ownerOf(home);
    if (pid === undefined || pid === process.pid || !isAlive(pid)) return 'No other one has this home folder.';
    return [
      {
        status: 'bad' as const,
        message: `Process ${pid} says that it owns ${home}: two of them overwrite each other.`,
      },
    ];
  },
  remedy: () => ({ title: 'Stop it, or use another home folder (MOGOLY_HOME).', line: 'mogoly daemon stop' }),
});

async function ownerOf(home: string): Promise<number | undefined> {
  try {
    return lock.parse(JSON.parse(await readFile(join(home, 'mogoly.lock'), 'utf8'))).pid;
  } catch {
    return undefined; // no lock, or none that makes sense: nobody
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}
