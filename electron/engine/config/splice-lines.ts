/** Carries one change from a rewritten text over to the text as its author laid it out. */

/**
 * `before` and `after` are the same rewriting of the text, without and with a change. Where `original` differs from
 * `before` only in blanks, the changed lines alone are taken from `after`; undefined where it differs in more.
 */
export function spliceLines(original: string, before: string, after: string): string | undefined {
  const own = original.split('\n');
  const old = before.split('\n');
  const next = after.split('\n');
  const places = matchLines(own, old);
  if (!places) return undefined;
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < next.length - head &&
    old[old.length - 1 - tail] === next[next.length - 1 - tail]
  )
    tail++;
  const start = endOfHead(own, places, head);
  const end = startOfTail(own, places, old.length - tail);
  if (end < start) return undefined;
  return [...own.slice(0, start), ...next.slice(head, next.length - tail), ...own.slice(end)].join('\n');
}

/** Past the last line that stays, with the author's blank lines after it where a blank line stays, too. */
function endOfHead(own: string[], places: number[], head: number): number {
  let last = head - 1;
  while (last >= 0 && places[last] === BLANK) last--;
  let at = last < 0 ? 0 : places[last]! + 1;
  if (last < head - 1) while (at < own.length && isBlank(own[at]!)) at++;
  return at;
}

/** At the first line that stays, with the author's blank lines before it where a blank line stays, too. */
function startOfTail(own: string[], places: number[], from: number): number {
  let first = from;
  while (first < places.length && places[first] === BLANK) first++;
  let at = first < places.length ? places[first]! : own.length;
  if (first > from) while (at > 0 && isBlank(own[at - 1]!)) at--;
  return at;
}

const BLANK = -1;
const squeeze = (line: string): string => line.replace(/\s+/g, '');
const isBlank = (line: string): boolean => line.trim() === '';

/** For each line of `old` its index in `own`, -1 for blank ones; how many of those there are does not count. */
function matchLines(own: string[], old: string[]): number[] | undefined {
  const places: number[] = [];
  let at = 0;
  for (const line of old) {
    if (isBlank(line)) {
      places.push(BLANK);
      continue;
    }
    while (at < own.length && isBlank(own[at]!)) at++;
    if (at >= own.length || squeeze(own[at]!) !== squeeze(line)) return undefined;
    places.push(at++);
  }
  return own.slice(at).every(isBlank) ? places : undefined;
}
