/** Whether two values of JSON are the same. */

/** The order of keys counts not. */
export function isSameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  let count = 0;
  for (const key in one) {
    if (!isSameValue((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key])) return false;
    count++;
  }
  for (const _key in other) count--;
  return count === 0;
}
