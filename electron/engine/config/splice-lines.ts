/** Carries one change from a rewritten text over to the text as its author laid it out. */

/**
 * `before` and `after` are the same rewriting of the text, without and with a change. The changed lines are taken from
 * `after`, with the lines beside them that were written in more or fewer lines; undefined where no place is found.
 */
export function spliceLines(original: string, before: string, after: string): string | undefined {
  const own = original.split('\n');
  const old = before.split('\n');
  const next = after.split('\n');
  const places = matchLines(own, old);
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < next.length - head &&
    old[old.length - 1 - tail] === next[next.length - 1 - tail]
  )
    tail++;
  head = beforeForeign(places, head);
  tail = old.length - afterForeign(places, old.length - tail);
  const from = old.length - tail;
  const start = places[head - 1] === FOREIGN ? places[head]! : endOfHead(own, places, head);
  const end = places[from] === FOREIGN ? places[from - 1]! + 1 : startOfTail(own, places, from);
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

/** The lines before `head` stay up to one whose place is known, or up to a place that is known by the line after it. */
function beforeForeign(places: number[], head: number): number {
  if (places[head - 1] === FOREIGN && places[head]! >= 0) return head;
  const isUnsure = (at: number): boolean => places[at] === BLANK || places[at] === FOREIGN;
  let last = head - 1;
  while (places[last] === BLANK) last--;
  if (places[last] !== FOREIGN) return head;
  while (isUnsure(last)) last--;
  return last + 1;
}

function afterForeign(places: number[], from: number): number {
  if (places[from] === FOREIGN && places[from - 1]! >= 0) return from;
  const isUnsure = (at: number): boolean => places[at] === BLANK || places[at] === FOREIGN;
  let first = from;
  while (places[first] === BLANK) first++;
  if (places[first] !== FOREIGN) return from;
  while (isUnsure(first)) first++;
  return first;
}

const BLANK = -1;
/** Written otherwise in the original, in more lines or fewer. */
const FOREIGN = -2;
const squeeze = (line: string): string => line.replace(/\s+/g, '');
const isBlank = (line: string): boolean => line.trim() === '';

/** For each line of `old` its index in `own`, BLANK or FOREIGN; how many blank ones there are does not count. */
function matchLines(own: string[], old: string[]): number[] {
  const ours: Lines = { texts: own.map(squeeze), at: 0 };
  const theirs: Lines = { texts: old.map(squeeze), at: 0 };
  const places: number[] = [];
  for (; theirs.at < old.length; theirs.at = places.length) {
    const text = theirs.texts[theirs.at]!;
    while (ours.texts[ours.at] === '') ours.at++;
    if (text === '') places.push(BLANK);
    else if (ours.texts[ours.at] === text) places.push(ours.at++);
    else passBy(ours, theirs, places);
  }
  const isMore = ours.texts.slice(ours.at).some((text) => text !== '');
  if (isMore) places[places.findLastIndex((place) => place !== BLANK)] = FOREIGN;
  return places;
}

interface Lines {
  /** Without their blanks. */
  texts: string[];
  at: number;
}

/** Lines that one place may differ in; beyond them nothing is taken to be the same. */
const MAX_FOREIGN = 50;

/** Up to where both say the same again, with the fewest lines passed by. */
function passBy(ours: Lines, theirs: Lines, places: number[]): void {
  for (let distance = 1; distance <= MAX_FOREIGN; distance++)
    for (let skipped = 0; skipped <= distance; skipped++) {
      const text = ours.texts[ours.at + skipped];
      if (text === undefined || text === '' || text !== theirs.texts[theirs.at + distance - skipped]) continue;
      // What has nothing in its place goes with the line after it.
      const isExtra = skipped === distance;
      ours.at += isExtra ? skipped + 1 : skipped;
      for (let left = isExtra ? 1 : distance - skipped; left > 0; left--) places.push(FOREIGN);
      return;
    }
  ours.at = ours.texts.length;
  while (places.length < theirs.texts.length) places.push(FOREIGN);
}
