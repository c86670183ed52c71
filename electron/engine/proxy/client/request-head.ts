/** Reads the head of an HTTP/1 request, strictly: what two readers could take differently is refused (RFC 9112). */
import type { PageCode } from '../pages.ts';

export interface RequestLine {
  method: string;
  target: string;
  version: '1.0' | '1.1';
  /** Flat, as sent. */
  rawHeaders: string[];
  /** Bytes of the body; -1 where it comes in chunks. */
  length: number;
  keepAlive: boolean;
  expectsContinue: boolean;
  /** Asks for a change to WebSocket (RFC 6455 section 4.1). */
  isWebSocket: boolean;
}

/** A request that is not passed on, with the page that says why. */
export class RefusedRequest extends Error {
  readonly code: PageCode;

  constructor(code: PageCode, message: string) {
    super(message);
    this.code = code;
  }
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([^\\0-\\x20\\x7f]+) HTTP/(\\d)\\.(\\d)$`);
const FIELD_NAME = new RegExp(`^${TOKEN}$`);
/** No control character but tabs, and line ends only as pairs (RFC 9112 section 2.2). */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const MALFORMED = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;

/** What no more bytes can mend: a client waits for an answer to it. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const HOPELESS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n/;

const PLAIN = 0;
const LENGTH = 1;
const CODING = 2;
const CONNECTION = 3;
const EXPECT = 4;
const UPGRADE = 5;
const INVALID = 6;

/** By the name as it was written; learns spellings up to a bound. */
const KINDS = new Map<string, number>([
  ['content-length', LENGTH],
  ['transfer-encoding', CODING],
  ['connection', CONNECTION],
  ['expect', EXPECT],
  ['upgrade', UPGRADE],
]);
/** Spellings of field names kept; more are looked up each time. */
const LEARNED_SPELLINGS = 2_000;

function kindOf(name: string): number {
  const known = KINDS.get(name);
  if (known !== undefined) return known;
  const kind = FIELD_NAME.test(name) ? (KINDS.get(name.toLowerCase()) ?? PLAIN) : INVALID;
  if (KINDS.size < LEARNED_SPELLINGS && name.length < 64) KINDS.set(name, kind);
  return kind;
}

/** `text` up to its empty line. Throws a RefusedRequest. */
export function readRequestLine(text: string): RequestLine {
  if (MALFORMED.test(text)) throw malformed('its header has a control character or a line end of its own');
  let at = text.indexOf('\r\n');
  const head = readFirstLine(at === -1 ? text : text.slice(0, at));
  let upgrade = false;
  let connection = '';
  let hasLength = false;
  while (at !== -1) {
    const start = at + 2;
    at = text.indexOf('\r\n', start);
    const end = at === -1 ? text.length : at;
    const colon = text.indexOf(':', start);
    if (colon === -1 || colon >= end) throw malformed('a line of its header has no colon');
    const name = text.slice(start, colon);
    const value = trimmed(text, colon + 1, end);
    head.rawHeaders.push(name, value);
    const kind = kindOf(name);
    if (kind === PLAIN) continue;
    if (kind === LENGTH) {
      if (hasLength) throw smuggled('The request has more than one Content-Length.');
      hasLength = true;
      readLength(head, value);
    } else if (kind === CODING) readCoding(head, value);
    else if (kind === CONNECTION) connection = connection === '' ? value : `${connection}, ${value}`;
    else if (kind === EXPECT) readExpect(head, value);
    else if (kind === UPGRADE) upgrade = value.toLowerCase() === 'websocket';
    else throw malformed('a header field has no proper name');
  }
  if (hasLength && head.length === CHUNKED) throw smuggled('The request has a Content-Length and a Transfer-Encoding.');
  if (connection !== '') readConnection(head, connection.toLowerCase(), upgrade);
  return head;
}

/** Throws a RefusedRequest for a beginning that no request has. */
export function checkBeginning(text: string): void {
  if (HOPELESS.test(text)) throw malformed('its header has a control character or a line end of its own');
  const end = text.indexOf('\r\n');
  if (end !== -1) readFirstLine(text.slice(0, end));
}

const CHUNKED = -1;

/** A later 1.x is read as the 1.1 that we know (RFC 9110 section 2.5). */
function readFirstLine(line: string): RequestLine {
  const match = REQUEST_LINE.exec(line);
  if (match === null) throw malformed('its first line is none');
  const [, method, target, major, minor] = match;
  if (major !== '1') throw new RefusedRequest('VERSION_UNKNOWN', `HTTP/${major}.${minor} is not spoken here.`);
  return {
    method: method!,
    target: target!,
    version: minor === '0' ? '1.0' : '1.1',
    rawHeaders: [],
    length: 0,
    keepAlive: minor !== '0',
    expectsContinue: false,
    isWebSocket: false,
  };
}

function readLength(head: RequestLine, value: string): void {
  if (!/^\d{1,15}$/.test(value)) throw smuggled('The Content-Length of the request is not valid.');
  if (head.length !== CHUNKED) head.length = Number(value);
}

function readCoding(head: RequestLine, value: string): void {
  if (value.toLowerCase() !== 'chunked' || head.length === CHUNKED || head.version === '1.0')
    throw smuggled('Only one Transfer-Encoding is understood: chunked.');
  head.length = CHUNKED;
}

/** RFC 9110 section 10.1.1 knows one expectation. */
function readExpect(head: RequestLine, value: string): void {
  if (value.toLowerCase() !== '100-continue')
    throw new RefusedRequest('EXPECTATION_UNKNOWN', `What the request expects is unknown: ${value.slice(0, 40)}.`);
  head.expectsContinue = head.version === '1.1';
}

function readConnection(head: RequestLine, connection: string, isUpgrade: boolean): void {
  const options = connection.split(',').map((option) => option.trim());
  if (options.includes('close')) head.keepAlive = false;
  else if (options.includes('keep-alive')) head.keepAlive = true;
  // What has a body is no handshake: behind one there are frames (RFC 6455 section 4.1).
  head.isWebSocket =
    isUpgrade && head.method === 'GET' && head.version === '1.1' && head.length === 0 && options.includes('upgrade');
}

const SPACE = 32;
const TAB = 9;
const isBlank = (code: number): boolean => code === SPACE || code === TAB;

function trimmed(text: string, start: number, end: number): string {
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const malformed = (what: string): RefusedRequest =>
  new RefusedRequest('REQUEST_MALFORMED', `The request is not HTTP: ${what}.`);
const smuggled = (message: string): RefusedRequest => new RefusedRequest('REQUEST_SMUGGLING', message);
