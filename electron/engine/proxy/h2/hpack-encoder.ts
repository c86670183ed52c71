/** Writes header blocks of one connection (RFC 7541), as text of a character a byte. */
import { STATUS_CODES } from 'node:http';
import { date } from '../client/response-head.ts';
import { HEADER_TABLE_BYTES } from './bounds.ts';
import { entryBytes } from './dynamic-table.ts';
import { STATIC_LENGTH, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

/** What may not stand in a field (RFC 9113 section 8.2.1): a client would take the stream for broken. */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

const CHARS = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/** RFC 7541 section 5.1; `pattern` are the bits before the prefix. */
export function integer(value: number, prefixBits: number, pattern: number): string {
  const most = (1 << prefixBits) - 1;
  if (value < most) return CHARS[pattern | value]!;
  let out = CHARS[pattern | most]!;
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out += CHARS[(rest % 128) | 128]!;
  return out + CHARS[rest]!;
}

/** Never as Huffman code: what it saves on the wire costs more than it is worth on a local one. */
const text = (value: string): string => integer(value.length, 7, 0) + value;

/** How fields of one name are written. */
interface Writing {
  name: string;
  /** In front of the value. */
  literal: string;
  indexing: string;
  /** Answers repeat it, so that its place in the table pays. */
  isRepeated: boolean;
  isDate: boolean;
  /** Belongs to a connection of HTTP/1.1 (RFC 9113 section 8.2.2). */
  isDropped: boolean;
}

const REPEATED = new Set([
  ...['content-type', 'server', 'cache-control', 'vary', 'x-powered-by', 'accept-ranges', 'content-encoding'],
  ...['access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-headers', 'alt-svc'],
  ...['access-control-allow-credentials', 'access-control-expose-headers', 'x-content-type-options', 'pragma'],
  ...['x-frame-options', 'referrer-policy', 'content-security-policy', 'strict-transport-security', 'link'],
]);
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
/** No table on the way may keep these (RFC 7541 section 7.1.3). */
const SECRET = new Set(['set-cookie', 'authorization', 'www-authenticate', 'cookie']);

/** By the name as it was written; learns spellings up to a bound. */
const WRITINGS = new Map<string, Writing>();
/** Spellings of field names kept; more are worked out each time. */
const LEARNED_SPELLINGS = 2_000;

function writingOf(spelling: string): Writing {
  const known = WRITINGS.get(spelling);
  if (known !== undefined) return known;
  const name = spelling.toLowerCase();
  if (!TOKEN.test(name)) throw unsafe(spelling);
  const index = STATIC_NAMES.indexOf(name);
  const rest = index === -1 ? text(name) : '';
  const writing: Writing = {
    name,
    literal: integer(Math.max(0, index), 4, SECRET.has(name) ? 0x10 : 0) + rest,
    indexing: integer(Math.max(0, index), 6, 0x40) + rest,
    isRepeated: REPEATED.has(name),
    isDate: name === 'date',
    isDropped: DROPPED.has(name),
  };
  if (WRITINGS.size < LEARNED_SPELLINGS && spelling.length < 64) WRITINGS.set(spelling, writing);
  return writing;
}

const unsafe = (what: string): Error =>
  Object.assign(new TypeError(`${what} of the answer has characters that are not HTTP`), { code: 'ERR_INVALID_CHAR' });

/** Whether head() and trailers() take this field. */
export const isSendable = (name: string, value: string): boolean =>
  TOKEN.test(name.toLowerCase()) && !UNSAFE.test(value);

const STATUS_NAME = integer(STATIC_NAMES.indexOf(':status'), 4, 0);

function statusField(status: number): string {
  const index = STATIC_NAMES.findIndex((name, i) => name === ':status' && STATIC_VALUES[i] === String(status));
  return index === -1 ? STATUS_NAME + text(String(status)) : integer(index, 7, 0x80);
}

const STATUS_FIELDS = new Map(Object.keys(STATUS_CODES).map((status) => [Number(status), statusField(Number(status))]));

export class HpackEncoder {
  /** By name, then value: which insertion it was. The table is never so full that one is dropped. */
  #indexed = new Map<string, Map<string, number>>();
  #insertions = 0;
  #bytes = 0;
  #maxBytes = HEADER_TABLE_BYTES;
  /** Told at the beginning of the next block. */
  #sizeUpdate = '';

  /** The client's own bound: the table begins anew (RFC 7541 section 4.2). */
  resize(maxBytes: number): void {
    const next = Math.min(maxBytes, HEADER_TABLE_BYTES);
    if (next === this.#maxBytes) return;
    this.#maxBytes = next;
    this.#beginAnew();
  }

  #beginAnew(): void {
    this.#indexed = new Map();
    this.#insertions = 0;
    this.#bytes = 0;
    this.#sizeUpdate = integer(0, 5, 0x20) + integer(this.#maxBytes, 5, 0x20);
  }

  /** The head of a response; a date where there is none. Throws ERR_INVALID_CHAR for what is no field. */
  head(status: number, headers: readonly string[]): string {
    return this.#block(STATUS_FIELDS.get(status) ?? statusField(status), headers, status < 200);
  }

  /** Throws as head(). */
  trailers(trailers: readonly string[]): string {
    return this.#block('', trailers, true);
  }

  #block(first: string, headers: readonly string[], isDated: boolean): string {
    const before = this.#sizeUpdate + first;
    this.#sizeUpdate = '';
    try {
      return before + this.#fields(headers, isDated);
    } catch (error) {
      this.#beginAnew(); // the client will not see what this block put into the table
      throw error;
    }
  }

  #fields(headers: readonly string[], isDated: boolean): string {
    let block = '';
    let hasDate = isDated;
    for (let i = 0; i < headers.length; i += 2) {
      const writing = writingOf(headers[i]!);
      if (writing.isDropped) continue;
      if (writing.isDate) hasDate = true;
      block += this.#field(writing, headers[i + 1]!);
    }
    return hasDate ? block : block + this.#field(DATE, date());
  }

  #field(writing: Writing, value: string): string {
    if (writing.isRepeated) {
      const insertion = this.#indexed.get(writing.name)?.get(value);
      if (insertion !== undefined) return integer(STATIC_LENGTH + this.#insertions - insertion, 7, 0x80);
    }
    if (UNSAFE.test(value)) throw unsafe(writing.name);
    if (!writing.isRepeated || !this.#insert(writing.name, value)) return writing.literal + text(value);
    return writing.indexing + text(value);
  }

  #insert(name: string, value: string): boolean {
    const bytes = this.#bytes + entryBytes(name, value);
    if (bytes > this.#maxBytes) return false;
    this.#bytes = bytes;
    const values = this.#indexed.get(name);
    if (values === undefined) this.#indexed.set(name, new Map([[value, this.#insertions++]]));
    else values.set(value, this.#insertions++);
    return true;
  }
}

const DATE = writingOf('date');
