/** The filter language of recorded exchanges: `host:shop.local status:5xx -method:GET >200ms text`, all terms together. */
import { nearest } from './nearest.ts';
import type { Exchange } from './state.ts';

/** Longer ones are pasted by mistake. */
export const FILTER_LIMIT = 2_000;

/** What a term may ask about, with one example each. */
export const FILTER_KEYS = {
  host: { what: 'The host, `*` for any text', example: 'host:*.shop.local' },
  site: { what: 'The name of the site', example: 'site:shop' },
  status: { what: 'A status, a class or a range', example: 'status:5xx,404' },
  method: { what: 'The method', example: 'method:POST,PUT' },
  path: { what: 'Part of the path, or its beginning with /', example: 'path:/api' },
  backend: { what: 'The backend that answered or was tried', example: 'backend:web-1' },
  client: { what: 'The address of the client', example: 'client:192.168.*' },
  protocol: { what: '1.0, 1.1, 2 or websocket', example: 'protocol:websocket' },
  error: { what: 'The code of our error, `*` for any', example: 'error:*' },
} as const;
export type FilterKey = keyof typeof FILTER_KEYS;

type Comparison = '>' | '>=' | '<' | '<=';

export type FilterTerm = { isNot: boolean } & (
  | { kind: 'text'; text: string }
  | { kind: 'key'; key: FilterKey; values: string[] }
  | { kind: 'duration'; comparison: Comparison; ms: number }
);

/** What is wrong, and where: offsets into the text, the end excluded. */
export interface FilterProblem {
  message: string;
  fix: string;
  start: number;
  end: number;
}

export interface Filter {
  terms: FilterTerm[];
  /** What could not be read; the terms leave it out. */
  problems: FilterProblem[];
}

export const NO_FILTER: Filter = { terms: [], problems: [] };

interface Word {
  text: string;
  start: number;
  end: number;
  /** Offsets in `text` that stood in quotes: they are never marks of the language. */
  quoted: boolean[];
  isClosed: boolean;
}

const UNITS: Record<string, number> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };
const STATUS = /^(?:[1-5]xx|\d{1,3}(?:-\d{1,3})?)$/i;
const KEYS = Object.keys(FILTER_KEYS) as FilterKey[];

/** Never throws; what is not understood is a problem with its place. */
export function parseFilter(text: string): Filter {
  const filter: Filter = { terms: [], problems: [] };
  if (text.length > FILTER_LIMIT) {
    const message = `The filter is longer than ${FILTER_LIMIT} characters.`;
    return { terms: [], problems: [{ message, fix: 'Shorten it.', start: FILTER_LIMIT, end: text.length }] };
  }
  for (const word of wordsOf(text)) {
    const read = readWord(word);
    if ('message' in read) filter.problems.push({ ...read, start: word.start, end: word.end });
    else filter.terms.push(read);
  }
  return filter;
}

type Complaint = Pick<FilterProblem, 'message' | 'fix'>;

function readWord(word: Word): FilterTerm | Complaint {
  if (!word.isClosed) return { message: 'A quote is not closed.', fix: 'Add a " at its end.' };
  const isNot = word.text.startsWith('-') && word.quoted[0] !== true && word.text.length > 1;
  const text = isNot ? word.text.slice(1) : word.text;
  const quoted = isNot ? word.quoted.slice(1) : word.quoted;
  if (quoted[0] !== true && /^[<>]/.test(text)) return readDuration(text, isNot);
  const colon = indexOfColon(text, quoted);
  if (colon > 0) {
    const key = text.slice(0, colon).toLowerCase();
    if (/^[a-z]+$/.test(key) && !text.startsWith('//', colon + 1))
      return readKey(key, splitValues(text, quoted, colon + 1), isNot);
  }
  return text === ''
    ? { message: 'Nothing stands in the quotes.', fix: 'Write what to look for.' }
    : { kind: 'text', isNot, text };
}

function indexOfColon(text: string, quoted: readonly boolean[]): number {
  for (let i = 0; i < text.length; i++) if (text[i] === ':' && quoted[i] !== true) return i;
  return -1;
}

function readDuration(text: string, isNot: boolean): FilterTerm | Complaint {
  const match = /^([<>]=?)(\d+(?:\.\d+)?)(us|ms|s|m)?$/.exec(text);
  if (match === null) return { message: `"${text}" is no duration.`, fix: 'Write it as >200ms, <1s or >=1.5s.' };
  const ms = Number(match[2]) * UNITS[match[3] ?? 'ms']!;
  return { kind: 'duration', isNot, comparison: match[1] as Comparison, ms };
}

function readKey(key: string, values: string[], isNot: boolean): FilterTerm | Complaint {
  if (!isKey(key)) {
    const near = nearest(key, KEYS);
    const meant = near === undefined ? `Use one of ${KEYS.join(', ')}.` : `Did you mean ${near}?`;
    return {
      message: `There is no filter "${key}:".`,
      fix: `${meant} Quote it to look for the text.`,
    };
  }
  if (values.length === 0)
    return { message: `${key}: needs a value.`, fix: `Write it as ${FILTER_KEYS[key].example}.` };
  const bad = key === 'status' ? values.find((value) => !STATUS.test(value)) : undefined;
  if (bad !== undefined) return { message: `"${bad}" is no status.`, fix: 'Write it as 404, 5xx or 200-299.' };
  return { kind: 'key', isNot, key, values };
}

const isKey = (key: string): key is FilterKey => Object.hasOwn(FILTER_KEYS, key);

/** Between commas outside quotes; empty ones do not count. */
function splitValues(text: string, quoted: readonly boolean[], from: number): string[] {
  const values: string[] = [];
  let value = '';
  for (let i = from; i <= text.length; i++) {
    if (i === text.length || (text[i] === ',' && quoted[i] !== true)) {
      if (value !== '') values.push(value);
      value = '';
    } else value += text[i]!;
  }
  return values;
}

/** Divided by spaces outside quotes. In quotes `\"` is a quote and `\\` a backslash. */
function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) at += 1;
    else {
      const word = readOne(text, at);
      words.push(word);
      at = word.end;
    }
  }
  return words;
}

function readOne(text: string, start: number): Word {
  const word: Word = { text: '', start, end: start, quoted: [], isClosed: true };
  let isQuoted = false;
  let at = start;
  for (; at < text.length && (isQuoted || !/\s/.test(text[at]!)); at += 1) {
    if (text[at] === '"') {
      isQuoted = !isQuoted;
      continue;
    }
    if (isQuoted && text[at] === '\\' && at + 1 < text.length) at += 1;
    word.quoted[word.text.length] = isQuoted;
    word.text += text[at]!;
  }
  return { ...word, end: at, isClosed: !isQuoted };
}

/** As text that reads as the same terms. */
export function formatFilter(terms: readonly FilterTerm[]): string {
  return terms.map((term) => (term.isNot ? '-' : '') + formatTerm(term)).join(' ');
}

function formatTerm(term: FilterTerm): string {
  if (term.kind === 'duration') return `${term.comparison}${term.ms}ms`;
  return term.kind === 'key' ? `${term.key}:${term.values.map(quote).join(',')}` : quote(term.text);
}

const quote = (text: string): string =>
  /^[A-Za-z0-9_./*][A-Za-z0-9_./*-]*$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

export type ExchangeTest = (exchange: Exchange) => boolean;

/** One function for all the terms; undefined where every exchange passes. */
export function compileFilter({ terms }: Pick<Filter, 'terms'>): ExchangeTest | undefined {
  if (terms.length === 0) return undefined;
  const tests = terms.map((term) => {
    const test = compileTerm(term);
    return term.isNot ? (exchange: Exchange) => !test(exchange) : test;
  });
  return (exchange) => tests.every((test) => test(exchange));
}

function compileTerm(term: FilterTerm): ExchangeTest {
  if (term.kind === 'text') return textTest(term.text.toLowerCase());
  if (term.kind === 'duration') return durationTest(term.comparison, term.ms);
  const tests = term.values.map((value) => keyTest(term.key, value.toLowerCase()));
  return (exchange) => tests.some((test) => test(exchange));
}

const textTest =
  (text: string): ExchangeTest =>
  ({ host, path, method, status, backend, site, error, client }) =>
    [`${method} ${host}${path} ${status}`, backend, site, error, client].some((part) =>
      part?.toLowerCase().includes(text),
    );

function durationTest(comparison: Comparison, ms: number): ExchangeTest {
  switch (comparison) {
    case '>':
      return ({ durationMs }) => durationMs > ms;
    case '>=':
      return ({ durationMs }) => durationMs >= ms;
    case '<':
      return ({ durationMs }) => durationMs < ms;
    case '<=':
      return ({ durationMs }) => durationMs <= ms;
  }
}

function keyTest(key: FilterKey, value: string): ExchangeTest {
  switch (key) {
    case 'status':
      return statusTest(value);
    case 'method':
      return ({ method }) => method.toLowerCase() === value;
    case 'host':
      return ({ host }) => matches(host, value);
    case 'site':
      return ({ site }) => matches(site, value);
    case 'client':
      return ({ client }) => matches(client, value);
    case 'path':
      return ({ path }) =>
        value.startsWith('/') && !value.includes('*') ? path.toLowerCase().startsWith(value) : matches(path, value);
    case 'backend':
      return ({ backend, attempts }) =>
        (backend !== undefined && matches(backend, value)) || attempts.some((each) => matches(each.backend, value));
    case 'protocol':
      return ({ protocol }) => protocol === (PROTOCOLS[value] ?? value);
    case 'error':
      return ({ error }) => error !== undefined && matches(error, value);
  }
}

const PROTOCOLS: Record<string, Exchange['protocol']> = { ws: 'websocket', h2: '2', '2.0': '2', http2: '2' };

function statusTest(value: string): ExchangeTest {
  if (value.endsWith('xx')) return ({ status }) => Math.floor(status / 100) === Number(value[0]);
  const [low, high = low] = value.split('-').map(Number);
  return ({ status }) => status >= low! && status <= high!;
}

/** Anywhere in the text; with `*` the pattern has to cover it whole. */
function matches(text: string, pattern: string): boolean {
  const lower = text.toLowerCase();
  if (!pattern.includes('*')) return lower.includes(pattern);
  const parts = pattern.split('*');
  const first = parts.shift()!;
  const last = parts.pop()!;
  if (lower.length < first.length + last.length || !lower.startsWith(first) || !lower.endsWith(last)) return false;
  let at = first.length;
  const end = lower.length - last.length;
  for (const part of parts) {
    const found = lower.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
