/** The log: JSON lines to a file, readable lines to the terminal, the newest entries in memory, nothing secret in any. */
import type { LogEntry, LogLevel } from '../../../shared/state.ts';
import { LOG_LEVELS } from '../../../shared/state.ts';
import { openLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';
import { formatLine } from './log-line.ts';
import { isSecretName, REDACTED, redactText } from './redact.ts';

/** A long debugging session; older entries are only in the file. */
export const LOG_RING = 5_000;
/** Of one log file, before it is rotated. */
export const LOG_FILE_BYTES = 10 * 1_024 * 1_024;
export const LOG_FILES_KEPT = 5;
/** Of one message or field; a runaway custom middleware shall not fill the disk with a line. */
const TEXT_LIMIT = 8_192;

export type LogFields = NonNullable<LogEntry['fields']>;

export interface LogTarget {
  /** Absolute path; undefined keeps the log in memory only. */
  file: string | undefined;
  /** True writes to standard output. */
  stream: boolean | ((line: string) => void);
}

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
  /** A kept file goes on; another one is opened after the old is written out. */
  reconfigure: (target: LogTarget) => void;
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

export function createLog(options: LogOptions): Log {
  const { maxBytes = LOG_FILE_BYTES, keep = LOG_FILES_KEPT, ring = LOG_RING } = options;
  const least = LOG_LEVELS.indexOf(options.level ?? levelFromEnv());
  const entries: LogEntry[] = [];
  const listeners = new Set<(entry: LogEntry) => void>();
  const closing = new Set<Promise<void>>();
  let lastId = 0;
  let target: LogTarget = { file: undefined, stream: false };
  let file: LogFile | undefined;

  const write: Log['write'] = (level, event, message, fields) => {
    if (LOG_LEVELS.indexOf(level) < least) return;
    const entry: LogEntry = { id: ++lastId, at: Date.now(), level, event: clean(event), message: clean(message), ...(fields && { fields: redactFields(fields) }) };
    entries.push(entry);
    if (entries.length >= ring * 2) entries.splice(0, entries.length - ring);
    file?.append(jsonLine(entry));
    streamEntry(target.stream, entry);
    for (const listener of listeners) listener(entry);
  };
  const open = (path: string): LogFile =>
    openLogFile({
      file: path,
      maxBytes,
      keep,
      onFailure: (reason) => write('warn', 'log.fileFailed', `The log file ${path} cannot be written, the log is kept in memory only: ${reason}`),
      droppedLine: (count) => jsonLine({ id: 0, at: Date.now(), level: 'warn', event: 'log.dropped', message: `${count} entries were dropped, the disk was too slow`, fields: { count } }),
    });
  const retire = (old: LogFile): void => {
    const done: Promise<void> = old.close().finally(() => closing.delete(done));
    closing.add(done);
  };
  const reconfigure = (next: LogTarget): void => {
    const isSame = next.file === target.file;
    target = next;
    if (isSame) return;
    if (file) retire(file);
    file = next.file === undefined ? undefined : open(next.file);
  };
  reconfigure(options);

  return {
    write,
    list: (limit, level) => entries.slice(-ring).filter((entry) => LOG_LEVELS.indexOf(entry.level) >= LOG_LEVELS.indexOf(level)).slice(-Math.max(limit, 1)),
    onEntry(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reconfigure,
    flush: async () => void (await Promise.all([file?.flush(), ...closing])),
    async close() {
      listeners.clear();
      if (file) retire(file);
      file = undefined;
      await Promise.all(closing);
    },
  };
}

function levelFromEnv(): LogLevel {
  const wanted = process.env['MOGOLY_LOG_LEVEL']?.toLowerCase();
  return LOG_LEVELS.find((level) => level === wanted) ?? 'info';
}

function streamEntry(stream: LogTarget['stream'], entry: LogEntry): void {
  if (stream === true) process.stdout.write(`${formatLine(entry, process.stdout.isTTY && !process.env['NO_COLOR'])}\n`);
  else if (stream) stream(formatLine(entry, false));
}

function jsonLine(entry: LogEntry): string {
  const { at, level, event, message, fields } = entry;
  return `${JSON.stringify({ ...fields, time: new Date(at).toISOString(), level, event, message })}\n`;
}

/** Control characters would move the cursor or forge a line; the Unicode line breaks and direction marks too. */
function clean(text: string): string {
  const short = text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}… (${text.length} characters)` : text;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return redactText(short).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** In a log `code` is the code of a problem, not the one of OAuth. */
const isSecretField = (name: string): boolean => name !== 'code' && isSecretName(name);

function redactFields(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecretField(name) && value !== null && value !== '' ? REDACTED : typeof value === 'string' ? clean(value) : value]),
  );
}
