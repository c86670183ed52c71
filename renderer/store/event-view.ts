/** How the event list shows times; kept for the next run. */
import { persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';
import { formatTime } from '../parts/format.ts';

export const TIME_FORMATS = ['clock', 'date', 'utc'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];
export const TIME_WORDS: Record<TimeFormat, string> = { clock: 'Time', date: 'Date and time', utc: 'UTC' };

export const eventView = createStore<{ time: TimeFormat }>()(
  persist((): { time: TimeFormat } => ({ time: 'clock' }), {
    name: 'event-view',
    merge: (kept, first) => {
      const time = (kept as { time?: unknown } | undefined)?.time;
      return { ...first, ...(TIME_FORMATS.includes(time as TimeFormat) ? { time: time as TimeFormat } : {}) };
    },
  }),
);

const day = new Intl.DateTimeFormat('en', { month: 'short', day: '2-digit' });

export function formatEventTime(at: number, format: TimeFormat): string {
  if (format === 'utc') return new Date(at).toISOString().slice(5, 23).replace('T', ' ');
  return format === 'date' ? `${day.format(at)} ${formatTime(at)}` : formatTime(at);
}
