/** Dates of certificates: the day, and how far it is. */

const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const DAY_MS = 86_400_000;

export const formatDay = (at: number): string => day.format(at);

export const isPast = (at: number, now = Date.now()): boolean => at < now;

/** From here on days say less than years. */
const YEARS_FROM_DAYS = 730;
const YEAR_DAYS = 365.25;

/** `in 9 years`, `in 89 days`, `within a day`, `3 days ago`. */
export function fromNow(at: number, now = Date.now()): string {
  const days = Math.trunc((at - now) / DAY_MS);
  if (days === 0) return at >= now ? 'within a day' : 'a day ago';
  if (days >= YEARS_FROM_DAYS) return `in ${Math.floor(days / YEAR_DAYS)} years`;
  const count = `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'}`;
  return days > 0 ? `in ${count}` : `${count} ago`;
}
