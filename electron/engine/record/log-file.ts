/** The log file: bounded, buffered, asynchronous appends, rotated by size; it never throws at its writer. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Lines waiting for a slow disk; more are dropped, counted, and said in the file. */
export const PENDING_LINES = 10_000;
/** Characters written in one go. */
const BATCH_CHARS = 256 * 1_024;

export interface LogFileOptions {
  file: string;
  maxBytes: number;
  /** Older files kept beside it, `.1` the newest. */
  keep: number;
  /** Told once, when the path cannot be written; from then on lines are let go. */
  onFailure: (reason: string) => void;
  /** Makes the line that says how many were dropped. */
  droppedLine: (count: number) => string;
}

export interface LogFile {
  append: (line: string) => void;
  /** Resolves when every line handed over so far is written or given up. */
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

export function openLogFile(options: LogFileOptions): LogFile {
  let pending: string[] = [];
  let dropped = 0;
  let failed = false;
  let handle: FileHandle | undefined;
  let size = 0;
  let writing: Promise<void> | undefined;

  const openFile = async (): Promise<FileHandle> => {
    await mkdir(dirname(options.file), { recursive: true, mode: 0o700 });
    const opened = await open(options.file, 'a', 0o600);
    size = (await opened.stat()).size;
    return opened;
  };
  const rotate = async (): Promise<void> => {
    await handle?.close();
    handle = undefined;
    await shiftFiles(options.file, options.keep);
  };
  const takeBatch = (): string => {
    const room = Math.min(BATCH_CHARS, Math.max(options.maxBytes - size, 1));
    let text = '';
    let taken = 0;
    while (taken < pending.length && (taken === 0 || text.length + pending[taken]!.length <= room)) text += pending[taken++]!;
    pending = pending.slice(taken);
    if (pending.length === 0 && dropped > 0) {
      text += options.droppedLine(dropped);
      dropped = 0;
    }
    return text;
  };
  const drain = async (): Promise<void> => {
    try {
      while (pending.length > 0) {
        handle ??= await openFile();
        if (size > 0 && size + pending[0]!.length > options.maxBytes) {
          await rotate();
          continue;
        }
        const bytes = Buffer.from(takeBatch());
        await handle.write(bytes);
        size += bytes.length;
      }
    } catch (error) {
      failed = true;
      pending = [];
      options.onFailure(error instanceof Error ? error.message : String(error));
    }
  };
  const pump = (): Promise<void> => {
    writing ??= drain().finally(() => {
      writing = undefined;
      if (pending.length > 0) void pump();
    });
    return writing;
  };

  return {
    append(line) {
      if (failed) return;
      if (pending.length >= PENDING_LINES) {
        dropped += 1;
        return;
      }
      pending.push(line);
      void pump();
    },
    async flush() {
      while (writing || (pending.length > 0 && !failed)) await pump();
    },
    async close() {
      await this.flush();
      await handle?.close().catch(() => undefined); // nothing is lost: every write was awaited
      handle = undefined;
    },
  };
}

/** `mogoly.log` → `.1` → `.2` …; the one past `keep` goes. */
async function shiftFiles(file: string, keep: number): Promise<void> {
  if (keep < 1) return rm(file, { force: true });
  await rm(`${file}.${keep}`, { force: true });
  for (let index = keep - 1; index >= 0; index -= 1) {
    const from = index === 0 ? file : `${file}.${index}`;
    await rename(from, `${file}.${index + 1}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
