/** Finds the known word that a mistyped one was meant to be. */

/** Words longer than this are not compared. */
const MAX_LENGTH = 100;

/** The nearest of `known` by edit distance, when it is near enough to be meant; case and `-` for `_` do not count. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '_');
  let best: { word: string; distance: number } | undefined;
  for (const each of known) {
    const distance = editDistance(plain(word), plain(each));
    if (!best || distance < best.distance) best = { word: each, distance };
  }
  return best && best.distance <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : undefined;
}

/** Letters put in, taken out or replaced (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
