/** Path patterns of ours: `/` for all, `/exact`, `/prefix*`. */

/** Whether one matches all that the other does. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === '/' || wide === '/*') return true;
  if (!wide.endsWith('*')) return wide === narrow;
  return narrow.startsWith(wide.slice(0, -1));
}

/** What two patterns both match; undefined for nothing. */
export const intersect = (one: string, two: string): string | undefined =>
  covers(one, two) ? two : covers(two, one) ? one : undefined;

/** `/api/*` and `/api*` take `/api` off. */
export const prefixOf = (pattern: string): string => pattern.replace(/\*$/, '').replace(/\/$/, '');
