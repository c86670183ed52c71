/** JSON to a value in turns of the event loop, site by site; a site whose text did not change is not parsed again. */
import { createTurns } from '../turns.ts';
import { closingQuote, endOfValue, hasEachKeyOnce, skipSpace } from './json-text.ts';
import { isPlain } from './legacy.ts';

/**
 * The same value as JSON.parse() makes of the text. Undefined where that refuses it, a key stands twice or too deep, or
 * there is no list of sites: then somebody has to look at the whole.
 */
export type SitewiseParse = (text: string) => Promise<unknown>;

/** The sites of a text, each from `starts[i]` up to `ends[i]`. */
interface Sites {
  text: string;
  starts: number[];
  ends: number[];
  values: unknown[];
  /** Index of the bracket that closes their list. */
  close: number;
}

/** Values of one call are those of the next where the text is the same: nobody may change them. */
export function createSitewiseParse(): SitewiseParse {
  let last: Sites = { text: '', starts: [], ends: [], values: [], close: 0 };
  return async (text) => {
    const open = findSites(text);
    const sites = open === undefined ? undefined : await readSites(text, open, last);
    if (open === undefined || sites === undefined) return undefined;
    const top = parsePart(text.slice(0, open) + text.slice(sites.close), 0);
    if (!isPlain(top)) return undefined;
    last = sites;
    top['server'] = sites.values;
    return top;
  };
}

/** Index behind the bracket that opens the list of sites. */
export function findSites(text: string): number | undefined {
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return undefined;
  while (text[at] === '{' || text[at] === ',') {
    const key = skipSpace(text, at + 1);
    if (text[key] !== '"') return undefined;
    const keyEnd = closingQuote(text, key) + 1;
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== ':') return undefined;
    const value = skipSpace(text, colon + 1);
    if (text.slice(key, keyEnd) === '"server"') return text[value] === '[' ? value + 1 : undefined;
    at = skipSpace(text, endOfValue(text, value));
  }
  return undefined;
}

async function readSites(text: string, open: number, last: Sites): Promise<Sites | undefined> {
  const sites: Sites = { text, starts: [], ends: [], values: [], close: 0 };
  const known = new Known(last);
  const turns = createTurns();
  let at = skipSpace(text, open);
  while (text[at] !== ']') {
    const { end, value } = known.next(text, at) ?? known.other(text, at);
    if (!isPlain(value)) return undefined;
    sites.starts.push(at);
    sites.ends.push(end);
    sites.values.push(value);
    at = skipSpace(text, end);
    if (text[at] === ']') break;
    if (text[at] !== ',') return undefined;
    at = skipSpace(text, at + 1);
    if (text[at] === ']') return undefined; // behind a comma
    if (turns.isOver()) await turns.next();
  }
  return { ...sites, close: at };
}

interface Site {
  end: number;
  value: unknown;
}

/** Goes along the sites of the text before; most follow one another as they did. */
class Known {
  readonly #last: Sites;
  #at = 0;
  #indexes: Map<unknown, number> | undefined;

  constructor(last: Sites) {
    this.#last = last;
  }

  /** Where the text goes on with the one that came next before. */
  next(text: string, start: number): Site | undefined {
    const { text: before, starts, ends, values } = this.#last;
    const index = this.#at;
    if (index === values.length) return undefined;
    const end = start + ends[index]! - starts[index]!;
    if (text.slice(start, end) !== before.slice(starts[index], ends[index])) return undefined;
    this.#at++;
    return { end, value: values[index] };
  }

  /** Any other: one that changed, is new, or stands elsewhere. */
  other(text: string, start: number): Site {
    const end = endOfValue(text, start);
    const value = parsePart(text.slice(start, end), SITE_DEPTH);
    const index = isPlain(value) ? this.#indexOf(value['name']) : undefined;
    if (index === undefined) return { end, value };
    this.#at = index;
    const same = this.next(text, start);
    this.#at = index + 1;
    return same?.end === end ? same : { end, value };
  }

  #indexOf(name: unknown): number | undefined {
    this.#indexes ??= indexByName(this.#last.values);
    return this.#indexes.get(name);
  }
}

function indexByName(sites: readonly unknown[]): Map<unknown, number> {
  const indexes = new Map<unknown, number>();
  sites.forEach((site, index) => isPlain(site) && indexes.set(site['name'], index));
  return indexes;
}

/** The top and the list stand around it. */
const SITE_DEPTH = 2;

function parsePart(text: string, depth: number): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return hasEachKeyOnce(text, value, depth) ? value : undefined;
  } catch {
    return undefined; // the parser of the whole says where
  }
}
