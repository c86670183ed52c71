/** Who made a revision, in words. */

/** How the change came, as one says it. */
export function sourceWord(source: string): string {
  const words = new Map([
    ['window', 'in this window'],
    ['file', 'in the file'],
    ['cli', 'by command'],
    ['library', 'by a program'],
    ['sample', 'the first sample'],
    ['history', 'from the history'],
  ]);
  return words.get(source) ?? source;
}
