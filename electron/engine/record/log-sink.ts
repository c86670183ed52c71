/** Where log entries go besides memory: the file, changed while it runs, and the stream. */
import type { LogEntry } from '../../../shared/state.ts';
import { openLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';
import { formatLine } from './log-line.ts';

export interface LogTarget {
  /** Absolute path; undefined keeps the log in memory only. */
  file: string | undefined;
  /** True writes to standard output. */
  stream: boolean | ((line: string) => void);
}

export interface LogSinkOptions {
  maxBytes: number;
  keep: number;
  /** Told once a file that cannot be written. */
  onFailure: (path: string, reason: string) => void;
}

export interface LogSink {
  write: (entry: LogEntry) => void;
  /** A kept file goes on; another one is opened while the old is written out. */
  reconfigure: (target: LogTarget) => void;
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

export function createLogSink({ maxBytes, keep, onFailure }: LogSinkOptions): LogSink {
  const closing = new Set<Promise<void>>();
  let target: LogTarget = { file: undefined, stream: false };
  let file: LogFile | undefined;
  const retire = (): void => {
    if (!file) return;
    const done: Promise<void> = file.close().finally(() => closing.delete(done));
    closing.add(done);
    file = undefined;
  };
  return {
    write(entry) {
      file?.append(jsonLine(entry));
      streamEntry(target.stream, entry);
    },
    reconfigure(next) {
      const isSame = next.file === target.file;
      target = next;
      if (isSame) return;
      retire();
      const path = next.file;
      if (path === undefined) return;
      file = openLogFile({ file: path, maxBytes, keep, droppedLine, onFailure: (reason) => onFailure(path, reason) });
    },
    flush: async () => void (await Promise.all([file?.flush(), ...closing])),
    async close() {
      retire();
      await Promise.all(closing);
    },
  };
}

function streamEntry(stream: LogTarget['stream'], entry: LogEntry): void {
  if (stream === true) process.stdout.write(`${formatLine(entry, process.stdout.isTTY && !process.env['NO_COLOR'])}\n`);
  else if (stream) stream(formatLine(entry, false));
}

function jsonLine({ at, level, event, message, fields }: Omit<LogEntry, 'id'>): string {
  return `${JSON.stringify({ ...fields, time: new Date(at).toISOString(), level, event, message })}\n`;
}

function droppedLine(count: number): string {
  const message = `${count} entries were dropped, the disk was too slow`;
  return jsonLine({ at: Date.now(), level: 'warn', event: 'log.dropped', message, fields: { count } });
}
