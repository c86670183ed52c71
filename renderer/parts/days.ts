/** Dates of certificates: the day, and how far it is. */

const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const DAY_MS = 86_400_000;

export const formatDay = (at: number): string => day.format(at);

export const isPast = (at: number, now = Date.now()): boolean => at < now;

/** `in 89 days`, `today`, `3 days ago`. */
export function fromNow(at: number, now = Date.now()): string {
  const days = Math.trunc((at - now) / DAY_MS);
  if (days === 0) return at >= now ? 'within a day' : 'a day ago';
  const count = `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'}`;
  return days > 0 ? `in ${count}` : `${count} ago`;
}
