/** The log file: bounded, buffered, asynchronous appends, rotated by size; it never throws at its writer. */
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../make-folder.ts';

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

export const openLogFile = (options: LogFileOptions): LogFile => new Writer(options);

/** One write is under way at a time; what comes meanwhile goes out with the next. */
class Writer implements LogFile {
  readonly #options: LogFileOptions;
  #pending: string[] = [];
  #dropped = 0;
  #hasFailed = false;
  #handle: FileHandle | undefined;
  #size = 0;
  #writing: Promise<void> | undefined;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  append(line: string): void {
    if (this.#hasFailed) return;
    if (this.#pending.length >= PENDING_LINES) {
      this.#dropped += 1;
      return;
    }
    this.#pending.push(line);
    void this.#pump();
  }

  async flush(): Promise<void> {
    while (this.#writing || this.#pending.length > 0) await this.#pump();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle?.close().catch(() => undefined); // nothing is lost: every write was awaited
    this.#handle = undefined;
  }

  /** A line that comes just as the last write ends starts another. */
  #pump(): Promise<void> {
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
      if (this.#pending.length > 0) void this.#pump();
    });
    return this.#writing;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        this.#handle ??= await this.#open();
        if (this.#size > 0 && this.#size + this.#pending[0]!.length > this.#options.maxBytes) {
          await this.#rotate();
          continue;
        }
        const bytes = Buffer.from(this.#takeBatch());
        await this.#handle.write(bytes);
        this.#size += bytes.length;
      }
    } catch (error) {
      this.#hasFailed = true;
      this.#pending = [];
      this.#options.onFailure(error instanceof Error ? error.message : String(error));
    }
  }

  async #open(): Promise<FileHandle> {
    await makeFolder(dirname(this.#options.file));
    const handle = await open(this.#options.file, 'a', 0o600);
    this.#size = (await handle.stat()).size;
    return handle;
  }

  async #rotate(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    await shiftFiles(this.#options.file, this.#options.keep);
  }

  /** As many lines as fit into one write and into what the file may still hold; one at least. */
  #takeBatch(): string {
    const room = Math.min(BATCH_CHARS, Math.max(this.#options.maxBytes - this.#size, 1));
    let text = '';
    let taken = 0;
    while (taken < this.#pending.length && (taken === 0 || text.length + this.#pending[taken]!.length <= room)) {
      text += this.#pending[taken]!;
      taken += 1;
    }
    this.#pending = this.#pending.slice(taken);
    if (this.#pending.length === 0 && this.#dropped > 0) {
      text += this.#options.droppedLine(this.#dropped);
      this.#dropped = 0;
    }
    return text;
  }
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
