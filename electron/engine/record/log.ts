/** The log: JSON lines to a file, readable lines to the terminal, the newest in memory, nothing secret in any. */
import type { LogEntry, LogLevel } from '../../../shared/state.ts';
import { LOG_LEVELS } from '../../../shared/state.ts';
import { cleanFields, cleanText } from './log-clean.ts';
import type { LogFields } from './log-clean.ts';
import { createLogSink } from './log-sink.ts';
import type { LogSink, LogTarget } from './log-sink.ts';

export type { LogFields } from './log-clean.ts';
export type { LogTarget } from './log-sink.ts';

/** A long debugging session; older entries are only in the file. */
export const LOG_RING = 5_000;
/** Of one log file, before it is rotated. */
export const LOG_FILE_BYTES = 10 * 1_024 * 1_024;
export const LOG_FILES_KEPT = 5;

export interface LogOptions extends LogTarget {
  maxBytes?: number;
  keep?: number;
  ring?: number;
  /** Least level taken; MOGOLY_LOG_LEVEL, else info. */
  level?: LogLevel;
}

export interface Log {
  write: (level: LogLevel, event: string, message: string, fields?: LogFields) => void;
  /** Newest last, of this level and above. */
  list: (limit: number, level: LogLevel) => LogEntry[];
  /** Returns the call that ends the subscription. */
  onEntry: (listener: (entry: LogEntry) => void) => () => void;
  /** A kept file goes on; another one is opened while the old is written out. */
  reconfigure: (target: LogTarget) => void;
  /** Resolves when what was written before it is on its way to the disk. */
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

const rank = (level: LogLevel): number => LOG_LEVELS.indexOf(level);

export function createLog(options: LogOptions): Log {
  const { maxBytes = LOG_FILE_BYTES, keep = LOG_FILES_KEPT, ring = LOG_RING } = options;
  const least = rank(options.level ?? levelFromEnv());
  const entries: LogEntry[] = [];
  const listeners = new Set<(entry: LogEntry) => void>();
  let lastId = 0;

  const write: Log['write'] = (level, event, message, fields) => {
    if (rank(level) < least) return;
    const entry: LogEntry = {
      id: ++lastId,
      at: Date.now(),
      level,
      event: cleanText(event),
      message: cleanText(message),
    };
    if (fields) entry.fields = cleanFields(fields);
    entries.push(entry);
    if (entries.length >= ring * 2) entries.splice(0, entries.length - ring);
    sink.write(entry);
    for (const listener of listeners) listener(entry);
  };
  const onFailure = (path: string, reason: string): void =>
    write('warn', 'log.fileFailed', `The log file ${path} cannot be written, the log is in memory only: ${reason}`);
  const sink: LogSink = createLogSink({ maxBytes, keep, onFailure });
  sink.reconfigure(options);

  return {
    write,
    list: (limit, level) =>
      entries
        .slice(-ring)
        .filter((entry) => rank(entry.level) >= rank(level))
        .slice(-Math.max(limit, 1)),
    onEntry(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reconfigure: sink.reconfigure,
    flush: sink.flush,
    async close() {
      listeners.clear();
      await sink.close();
    },
  };
}

function levelFromEnv(): LogLevel {
  const wanted = process.env['MOGOLY_LOG_LEVEL']?.toLowerCase();
  return LOG_LEVELS.find((level) => level === wanted) ?? 'info';
}
