/** Where the sites of a YAML text stand, told by its lines alone. */
import type { Steps } from '../turns.ts';

/** A list that stands under `server:` on lines of its own. Whether that is a key of the config is still to be seen. */
export interface SiteLines {
  /** Index of the key. */
  key: number;
  /** Index behind the line of the key. */
  from: number;
  /** Index of the line of each site's dash; a site goes up to the next one. */
  starts: number[];
  /** Spaces before a dash. */
  indent: number;
  /** Index behind the last site. */
  end: number;
}

const SERVER_LINE = /(?:^|\n)(server:(?: +#[^\n]*| *)\r?\n)/;
const DIRECTIVE = /(?:^|\n)%/;
const LONE_RETURN = /\r(?!\n)/;

const SPACE = 32;
const TAB = 9;
const HASH = 35;
const DASH = 45;
const LINE_FEED = 10;
const RETURN = 13;

/** Undefined where the text is written in another way. */
export function* findSiteLines(text: string): Steps<SiteLines | undefined> {
  const line = SERVER_LINE.exec(text);
  // Looked for by itself first: the pattern takes a dozen times as long, and the loop waits.
  if (line === null || (text.includes('\r') && LONE_RETURN.test(text))) return undefined;
  const from = line.index + line[0].length;
  const key = from - line[1]!.length;
  if (DIRECTIVE.test(text.slice(0, key))) return undefined;
  const starts: number[] = [];
  let indent: number | undefined;
  let at = from;
  for (; at < text.length; at = endOfLine(text, at)) {
    const first = skipSpaces(text, at);
    const code = text.charCodeAt(first);
    if (first === text.length || code === LINE_FEED || code === RETURN || code === HASH) continue;
    if (code === TAB) return undefined;
    const column = first - at;
    const isItem = code === DASH && isGap(text.charCodeAt(first + 1));
    if (isItem) indent ??= column;
    if (indent === undefined) return undefined;
    if (isItem && column === indent) {
      starts.push(at);
      yield;
    } else if (column === 0) break;
    else if (column <= indent) return undefined;
  }
  return indent === undefined ? undefined : { key, from, starts, indent, end: at };
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at++;
  return at;
}

function endOfLine(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  return feed === -1 ? text.length : feed + 1;
}

const isGap = (code: number): boolean => Number.isNaN(code) || code === SPACE || code === LINE_FEED || code === RETURN;
