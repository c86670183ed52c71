/** The change ledger: every change outside the home folder with what undoes it, on disk before it is made. */
import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { SystemChange, SystemStep } from '../../../shared/system-change.ts';
import { locked } from './file-lock.ts';

const command = z.object({
  file: z.string(),
  args: z.array(z.string()),
  input: z.string().optional(),
  needs: z.string().optional(),
  gone: z.string().optional(),
});
const change = z.object({
  id: z.number().int(),
  at: z.number(),
  area: z.string(),
  step: z.object({
    title: z.string(),
    privileged: z.boolean(),
    commands: z.array(command),
    writes: z.array(z.string()),
    undo: z.array(command),
    subject: z.string().optional(),
  }),
  state: z.enum(['intended', 'done', 'undone']),
  undoneAt: z.number().optional(),
});

/** Those that leave nothing to undo are kept so long that people can look them up. */
const MAX_SETTLED = 200;

/** Whether it leaves something to undo. */
export const isOpen = ({ state, step }: SystemChange): boolean => state !== 'undone' && step.undo.length > 0;

export interface Ledger {
  /** Oldest first. */
  list: () => Promise<SystemChange[]>;
  /** On disk when it resolves: from here on a crash loses nothing. */
  intend: (area: string, step: SystemStep) => Promise<SystemChange>;
  /** Earlier changes of its area to its subject count as undone from here on. */
  done: (id: number) => Promise<void>;
  undone: (id: number) => Promise<void>;
}

/**
 * `file` has mode 0600. One that cannot be read is set aside beside itself, never written over. The engine and the CLI may
 * have it open at once.
 */
export function openLedger(file: string, now: () => number = Date.now): Ledger {
  let tail: Promise<unknown> = Promise.resolve();
  const alone = <T>(act: () => Promise<T>): Promise<T> => {
    const next = tail.then(() => locked(file, act));
    tail = next.catch(() => undefined); // told to its own caller
    return next;
  };
  const mark = (id: number, patch: Partial<SystemChange>): Promise<void> =>
    alone(async () => {
      const all = await read(file);
      await write(
        file,
        all.map((item) => (item.id === id ? { ...item, ...patch } : item)),
      );
    });
  return {
    list: () => alone(() => read(file)),
    intend: (area, step) =>
      alone(async () => {
        const all = await read(file);
        const id = all.reduce((highest, item) => Math.max(highest, item.id), 0) + 1;
        const made: SystemChange = { id, at: now(), area, step, state: 'intended' };
        await write(file, [...all, made]);
        return made;
      }),
    done: (id) =>
      alone(async () => {
        const all = await read(file);
        await write(file, finished(all, id, now()));
      }),
    undone: (id) => mark(id, { state: 'undone', undoneAt: now() }),
  };
}

function finished(all: readonly SystemChange[], id: number, at: number): SystemChange[] {
  const done = all.find((item) => item.id === id);
  const isPast = (item: SystemChange): boolean =>
    item.id < id &&
    item.state !== 'undone' &&
    item.area === done?.area &&
    item.step.subject !== undefined &&
    item.step.subject === done.step.subject;
  return all.map((item) => {
    if (item.id === id) return { ...item, state: 'done' };
    return isPast(item) ? { ...item, state: 'undone', undoneAt: at } : item;
  });
}

async function read(file: string): Promise<SystemChange[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return z.array(change).parse(JSON.parse(text)) as SystemChange[];
  } catch {
    await rename(file, freeName(`${file}.unreadable`));
    return [];
  }
}

async function write(file: string, changes: SystemChange[]): Promise<void> {
  const settled = changes.filter((item) => !isOpen(item));
  const dropped = new Set(settled.slice(0, Math.max(0, settled.length - MAX_SETTLED)));
  const temporary = `${file}.${process.pid}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(
      `${JSON.stringify(
        changes.filter((item) => !dropped.has(item)),
        null,
        2,
      )}\n`,
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncFolder(dirname(file));
}

/** Nothing that was set aside before is written over. */
function freeName(name: string): string {
  for (let i = 2, free = name; ; i += 1) {
    if (!existsSync(free)) return free;
    free = `${name}-${i}`;
  }
}

/** So that the new name survives a crash too; Windows has no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
