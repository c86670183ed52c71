/** One log entry as one line for people. */
import type { LogEntry, LogLevel } from '../../../shared/state.ts';

const COLOURS: Record<LogLevel, string> = {
  debug: '\u001b[90m',
  info: '\u001b[36m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
};
const GREY = '\u001b[90m';
const RESET = '\u001b[0m';

/** `12:03:04 warn  web-1 of shop.local is down (backend.down) url=http://localhost:5173`, in local time. */
export function formatLine(entry: LogEntry, isColoured: boolean): string {
  const time = new Date(entry.at).toTimeString().slice(0, 8);
  const level = entry.level.padEnd(5);
  const fields = Object.entries(entry.fields ?? {}).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' && /[\s"]/.test(value) ? JSON.stringify(value) : value}`,
  );
  const rest = `(${entry.event})${fields.join('')}`;
  if (!isColoured) return `${time} ${level} ${entry.message} ${rest}`;
  return `${GREY}${time}${RESET} ${COLOURS[entry.level]}${level}${RESET} ${entry.message} ${GREY}${rest}${RESET}`;
}
