/** Log entries as text: for the clipboard, and for a file that tools or people read. */
import type { LogEntry } from '../../shared/state.ts';

/** One JSON object a line, with the time as text too. */
export const eventsAsJson = (entries: readonly LogEntry[]): string =>
  entries.map((entry) => `${JSON.stringify({ time: new Date(entry.at).toISOString(), ...entry })}\n`).join('');

/** `2026-11-26T09:12:44.031Z warn backend.healthChanged web-1 of shop.local is down site=shop.local`, one a line. */
export const eventsAsText = (entries: readonly LogEntry[]): string =>
  entries.map((entry) => `${eventAsText(entry)}\n`).join('');

export function eventAsText({ at, level, event, message, fields }: LogEntry): string {
  const rest = Object.entries(fields ?? {}).map(([name, value]) => ` ${name}=${inQuotes(value)}`);
  return oneLine(`${new Date(at).toISOString()} ${level} ${event} ${message}${rest.join('')}`);
}

const inQuotes = (value: string | number | boolean | null): string =>
  typeof value === 'string' && /[\s"=]/.test(value) ? JSON.stringify(value) : String(value);

/** A message of several lines stays one entry, and what would steer a terminal is only shown. */
const oneLine = (text: string): string =>
  text
    .replace(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/g, ' ')
    .replace(
      /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
