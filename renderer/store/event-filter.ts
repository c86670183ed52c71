/** Which events a level and a search leave over. */
import { LOG_LEVELS } from '../../shared/state.ts';
import type { LogEntry, LogLevel } from '../../shared/state.ts';

/** At the level or above it, with the text anywhere in message, event or fields; case does not count. */
export function findEvents(log: readonly LogEntry[], level: LogLevel, search: string): readonly LogEntry[] {
  const least = LOG_LEVELS.indexOf(level);
  const text = search.trim().toLowerCase();
  if (least === 0 && text === '') return log;
  return log.filter((entry) => LOG_LEVELS.indexOf(entry.level) >= least && (text === '' || mentions(entry, text)));
}

function mentions(entry: LogEntry, text: string): boolean {
  if (entry.message.toLowerCase().includes(text) || entry.event.includes(text)) return true;
  return Object.values(entry.fields ?? {}).some((value) => String(value).toLowerCase().includes(text));
}
