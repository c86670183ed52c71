/** What the window remembers between runs: size, place and theme, in window.json of the home folder. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { makeFolderSync } from '../engine/make-folder.ts';
import { THEMES } from '../../shared/window-api.ts';

/** Wider than any wall of displays; a number beyond it is a damaged file. */
const PIXEL_LIMIT = 100_000;
const pixel = z.number().int().min(-PIXEL_LIMIT).max(PIXEL_LIMIT);
const side = z.number().int().min(1).max(PIXEL_LIMIT);

const memorySchema = z.object({
  theme: z.enum(THEMES).default('system').catch('system'),
  bounds: z.object({ x: pixel, y: pixel, width: side, height: side }).optional().catch(undefined),
  notifications: z.boolean().default(true).catch(true),
  maximized: z.boolean().default(false).catch(false),
});
export type WindowMemory = z.output<typeof memorySchema>;

export interface MemoryFile {
  get: () => WindowMemory;
  /** Merges and writes at once; a folder that cannot be written costs only the memory. */
  set: (change: Partial<WindowMemory>) => void;
}

export function openMemory(home: string): MemoryFile {
  const file = path.join(home, 'window.json');
  let memory = read(file);
  return {
    get: () => memory,
    set(change) {
      const next = { ...memory, ...change };
      if (JSON.stringify(next) === JSON.stringify(memory)) return;
      memory = next;
      write(file, memory);
    },
  };
}

function read(file: string): WindowMemory {
  try {
    return memorySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Not there yet, or damaged: the window opens as the first time.
    return memorySchema.parse({});
  }
}

function write(file: string, memory: WindowMemory): void {
  const next = `${file}.new`;
  try {
    makeFolderSync(path.dirname(file));
    writeFileSync(next, `${JSON.stringify(memory, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(next, file);
  } catch {
    // The place of a window is not worth a message.
  }
}
