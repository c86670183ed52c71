/** Figures and times as the window writes them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

const date = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });

const day = new Intl.DateTimeFormat('en', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** `12,304`; from a million on `1.24 M`. */
export function formatCount(value: number): string {
  return value < 1_000_000 ? whole.format(value) : `${(value / 1_000_000).toFixed(2)} M`;
}

/** `0`, `0.4`, `8.2`, `42`, `1,204`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  return perSecond < 10 ? String(Math.max(0.1, Math.round(perSecond * 10) / 10)) : formatCount(perSecond);
}

/** `0.42 ms`, `18 ms`, `1.20 s`. */
export function formatMs(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(2)} s`;
  if (value >= 10) return `${Math.round(value)} ms`;
  return `${value.toFixed(value >= 1 || value === 0 ? 1 : 2)} ms`;
}

/** `09:12:44.031`, of milliseconds since 1970. */
export function formatTime(at: number): string {
  return `${clock.format(at)}.${String(Math.floor(at) % 1_000).padStart(3, '0')}`;
}

/** `Nov 26, 2026 09:12:44.031`, of milliseconds since 1970. */
export const formatMoment = (at: number): string => `${date.format(at)} ${formatTime(at)}`;

/** `2 backends`, `1 backend`. */
export const plural = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;

/** A URL without what every local one has: `:5173` also for 127.0.0.1, `localhost:5173/app` as `:5173/app`, `10.0.0.2:80`. */
export const shortUrl = (url: string): string =>
  url
    .replace(/^http:\/\//, '')
    .replace(/^(localhost|127\.0\.0\.1):/, ':')
    .replace(/\/$/, '');

/** `Nov 26, 09:12`, of milliseconds since 1970. */
export const formatDay = (at: number): string => day.format(at);

const threeDigits = (value: number): string => value.toFixed(value < 100 ? 1 : 0);

/** `512 B`, `1.4 kB`, `482 MB`, `1.9 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${threeDigits(bytes / 1_000)} kB`;
  return bytes < 1_000_000_000 ? `${threeDigits(bytes / 1_000_000)} MB` : `${threeDigits(bytes / 1_000_000_000)} GB`;
}
