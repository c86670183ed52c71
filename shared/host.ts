/** Host names and host patterns: one normal form for both, and the table that finds a value by host. */

/** RFC 1035 section 2.3.4, without the trailing dot. */
const MAX_HOST = 253;
const MAX_LABEL = 63;
/** `[` + the longest IPv6 text + `]`. */
const MAX_LITERAL = 47;
const MAX_PORT_DIGITS = 5;

const DOT = 46;
const COLON = 58;

/**
 * The normal form of a Host value: lower case, IDN as punycode (RFC 5891), no port, no trailing dot; IPv6 keeps its
 * brackets. Undefined for what is not a host. A host already in normal form is returned as it is, without a copy.
 */
export function normaliseHost(raw: string): string | undefined {
  if (raw.charCodeAt(0) === 91) return normaliseLiteral(raw);
  const length = raw.length;
  let hasUpper = false;
  let isAscii = true;
  let end = 0;
  let labelStart = 0;
  for (; end < length; end++) {
    const code = raw.charCodeAt(end);
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 95) continue;
    if (code === DOT) {
      const size = end - labelStart;
      if (size === 0 || (isAscii && size > MAX_LABEL)) return undefined;
      labelStart = end + 1;
    } else if (code >= 65 && code <= 90) hasUpper = true;
    else if (code > 127) isAscii = false;
    else if (code === COLON && isPort(raw, end + 1)) break;
    else return undefined;
  }
  const name = bareName(raw, end);
  if (!isAscii) return name === '' ? undefined : toAscii(name);
  if (name === '' || name.length > MAX_HOST || end - labelStart > MAX_LABEL) return undefined;
  return hasUpper ? name.toLowerCase() : name;
}

/** Without the port and without one trailing dot. */
function bareName(raw: string, end: number): string {
  const stop = raw.charCodeAt(end - 1) === DOT ? end - 1 : end;
  return stop === raw.length ? raw : raw.slice(0, stop);
}

/** An empty port is allowed (RFC 3986 section 3.2.3). */
function isPort(raw: string, from: number): boolean {
  if (raw.length - from > MAX_PORT_DIGITS) return false;
  for (let index = from; index < raw.length; index++) {
    const code = raw.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function normaliseLiteral(raw: string): string | undefined {
  const close = raw.indexOf(']');
  if (close < 3 || close >= MAX_LITERAL) return undefined;
  if (close + 1 < raw.length && (raw.charCodeAt(close + 1) !== COLON || !isPort(raw, close + 2))) return undefined;
  let colons = 0;
  for (let index = 1; index < close; index++) {
    const code = raw.charCodeAt(index) | 32;
    if (raw.charCodeAt(index) === COLON) colons++;
    else if (raw.charCodeAt(index) !== DOT && !(code >= 97 && code <= 102) && !isDigit(raw.charCodeAt(index)))
      return undefined;
  }
  return colons < 2 ? undefined : raw.slice(0, close + 1).toLowerCase();
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Only for names with letters beyond ASCII; what the URL parser makes of them is checked like any other name. */
function toAscii(name: string): string | undefined {
  try {
    const ascii = new URL(`http://${name}`).hostname;
    return isAsciiText(ascii) ? normaliseHost(ascii) : undefined;
  } catch {
    return undefined; // not a name that IDNA allows
  }
}

function isAsciiText(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}

/** The normal form of an exact name, a `*.suffix` or `*`; undefined for anything else, also for one with a port. */
export function normalisePattern(pattern: string): string | undefined {
  if (pattern === '*') return pattern;
  const isWild = pattern.startsWith('*.');
  const name = isWild ? pattern.slice(2) : pattern;
  const hasPort = name.startsWith('[') ? !name.endsWith(']') || isWild : name.includes(':');
  const normal = hasPort ? undefined : normaliseHost(name);
  return normal !== undefined && isWild ? `*.${normal}` : normal;
}

/** The normal form of a zone, also where it is written with a dot before or after it; undefined for what is none. */
export function normaliseZone(text: string): string | undefined {
  const name = text.startsWith('.') ? text.slice(1) : text;
  return /[:[]/.test(name) ? undefined : normaliseHost(name);
}

/** What makes a name or `*.suffix` too long to be one, in words (RFC 1035 section 2.3.4); undefined where its length is not it. */
export function whyTooLong(pattern: string): string | undefined {
  const name = encoded(pattern.replace(/^\*\./, '').replace(/\.$/, ''));
  const label = name.split('.').find(({ length }) => length > MAX_LABEL);
  const [what, length, limit] =
    label === undefined ? ['it', name.length, MAX_HOST] : [`its label "${label}"`, label.length, MAX_LABEL];
  return length > limit
    ? `${what} has ${length} characters, and no more than ${limit} are allowed (RFC 1035 section 2.3.4)`
    : undefined;
}

/** As it is looked up: IDN is longer in punycode. */
function encoded(name: string): string {
  try {
    return isAsciiText(name) ? name : new URL(`http://${name}`).hostname;
  } catch {
    return name; // not a name that IDNA allows
  }
}

/** Whether it is an exact name, a `*.suffix` or `*`. */
export const isHostPattern = (pattern: string): boolean => normalisePattern(pattern) !== undefined;

export interface HostEntry<T> {
  pattern: string;
  value: T;
}

interface Tables<T> {
  exact: Map<string, T>;
  /** By the suffix without its `*.`. */
  suffixes: Map<string, T>;
  rest: T | undefined;
}

const emptyTables = <T>(): Tables<T> => ({ exact: new Map(), suffixes: new Map(), rest: undefined });

/** The first of two equal patterns wins; what is no pattern is left out. */
function addTo<T>(tables: Tables<T>, pattern: string, value: T): void {
  const normal = normalisePattern(pattern);
  if (normal === undefined) return;
  if (normal === '*') tables.rest ??= value;
  else if (!normal.startsWith('*.')) setOnce(tables.exact, normal, value);
  else setOnce(tables.suffixes, normal.slice(2), value);
}

function setOnce<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}

/** The longest suffix in the table that is a proper suffix of the host, at a dot. */
function findSuffix<T>(suffixes: Map<string, T>, host: string): string | undefined {
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    const suffix = host.slice(dot + 1);
    if (suffixes.has(suffix)) return suffix;
  }
  return undefined;
}

/**
 * Finds a value by a host in normal form: the exact name, then the longest `*.` suffix (`*.shop.local` is not
 * `shop.local` itself), then `*`.
 */
export type FindByHost<T> = (host: string) => T | undefined;

export interface HostTableBuilder<T> {
  /** The first of two equal patterns wins; what is no pattern is left out. */
  add: (pattern: string, value: T) => void;
  /** Nothing is added after it. */
  finish: () => FindByHost<T>;
}

/** For very many hosts, added over several turns of the event loop. */
export function buildHostTable<T>(): HostTableBuilder<T> {
  const tables = emptyTables<T>();
  return { add: (pattern, value) => addTo(tables, pattern, value), finish: () => finderOf(tables) };
}

export function createHostTable<T>(entries: readonly HostEntry<T>[]): FindByHost<T> {
  const { add, finish } = buildHostTable<T>();
  for (const { pattern, value } of entries) add(pattern, value);
  return finish();
}

function finderOf<T>({ exact, suffixes, rest }: Tables<T>): FindByHost<T> {
  if (suffixes.size === 0) return (host) => exact.get(host) ?? rest;
  return (host) => {
    const found = exact.get(host);
    if (found !== undefined) return found;
    const suffix = findSuffix(suffixes, host);
    return suffix === undefined ? rest : suffixes.get(suffix);
  };
}

/** As createHostTable() decides, and by which pattern: `exact`, `*.shop.local` or `*`. */
export function explainHost<T>(
  entries: readonly HostEntry<T>[],
  host: string,
): { value: T; match: string } | undefined {
  const tables = emptyTables<T>();
  for (const { pattern, value } of entries) addTo(tables, pattern, value);
  const { exact, suffixes, rest } = tables;
  const found = exact.get(host);
  if (found !== undefined) return { value: found, match: 'exact' };
  const suffix = findSuffix(suffixes, host);
  const value = suffix === undefined ? rest : suffixes.get(suffix);
  return value === undefined ? undefined : { value, match: suffix === undefined ? '*' : `*.${suffix}` };
}
