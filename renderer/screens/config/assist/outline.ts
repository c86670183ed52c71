/** Cuts a long file down to the entry around the cursor, so that help while typing costs the same however long it is. */

/** A few hundred sites; parsing this much is not felt while typing. */
const WHOLE_LIMIT = 60_000;

export interface Cut {
  text: string;
  offset: number;
  /** How many characters of the file were left out before the cursor's entry. */
  moved: number;
  /** Nothing was left out: positions in lists are those of the file. */
  whole: boolean;
}

/** The top-level key the cursor is under, and the item of its list around the cursor; JSON is cut by nothing. */
export function cutOut(text: string, offset: number): Cut | undefined {
  if (text.length <= WHOLE_LIMIT) return { text, offset, moved: 0, whole: true };
  const key = lineBefore(text, offset, /^[^\s#-]/);
  if (key === undefined) return undefined;
  const keyEnd = lineEnd(text, key);
  if (offset <= keyEnd) return short({ text: text.slice(key, keyEnd), offset: offset - key, moved: key, whole: false });
  const first = /^( *)- /m.exec(text.slice(keyEnd + 1, keyEnd + 1 + WHOLE_LIMIT));
  const isItem = new RegExp(`^ {${first?.[1]?.length ?? 0}}- `);
  const item = first ? lineBefore(text, offset, isItem) : undefined;
  const from = item === undefined || item <= key ? keyEnd + 1 : item;
  const until = first ? lineAfter(text, offset, isItem) : text.length;
  const head = `${text.slice(key, keyEnd)}\n`;
  const moved = from - head.length;
  return short({ text: head + text.slice(from, until), offset: offset - moved, moved, whole: false });
}

const short = (cut: Cut): Cut | undefined => (cut.text.length <= WHOLE_LIMIT ? cut : undefined);

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
};

/** Start of the nearest line at or before the offset that matches. */
function lineBefore(text: string, offset: number, match: RegExp): number | undefined {
  let start = text.lastIndexOf('\n', offset - 1) + 1;
  for (;;) {
    if (match.test(text.slice(start, lineEnd(text, start)))) return start;
    if (start === 0) return undefined;
    start = text.lastIndexOf('\n', start - 2) + 1;
  }
}

/** Start of the next line that matches or begins another top-level key; the end of the text when there is none. */
function lineAfter(text: string, offset: number, match: RegExp): number {
  let start = lineEnd(text, offset) + 1;
  while (start < text.length) {
    const line = text.slice(start, lineEnd(text, start));
    if (match.test(line) || /^[^\s#-]/.test(line)) return start;
    start = lineEnd(text, start) + 1;
  }
  return text.length;
}
