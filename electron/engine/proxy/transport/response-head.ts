/** Reads the head of an HTTP/1 response: its fields, and how the body after it is framed (RFC 9112 sections 4 to 6). */
import { withoutFields } from '../headers.ts';
import {
  CODING,
  CONNECTION,
  INVALID,
  KEEP_ALIVE,
  LENGTH,
  namedByConnection,
  PASS,
  responseFieldKind,
} from './response-fields.ts';
import { UNKNOWN_LENGTH, type ResponseHead } from './transport.ts';
import { TransportError } from './transport-error.ts';

/** A head as it concerns the connection, beside what it says to the client. */
export interface FramedHead extends ResponseHead {
  chunked: boolean;
  /** Another request may follow on this connection. */
  keepAlive: boolean;
  /** How long the backend keeps it while nothing happens, as it says in Keep-Alive. */
  keepAliveMs: number | undefined;
}

const SPACE = 32;
const TAB = 9;
const ZERO = 48;

/** `text` without its empty line. Throws a TransportError for what is no HTTP/1 response. */
export function readResponseHead(text: string): FramedHead {
  let at = text.indexOf('\r\n');
  const head = readStatusLine(at === -1 ? text : text.slice(0, at));
  const { headers } = head;
  let named: string[] | undefined;
  while (at !== -1) {
    const start = at + 2;
    at = text.indexOf('\r\n', start);
    const end = at === -1 ? text.length : at;
    const colon = text.indexOf(':', start);
    if (colon === -1 || colon > end) throw malformed('a field without a colon');
    const name = text.slice(start, colon);
    const value = trimmed(text, colon + 1, end);
    const kind = responseFieldKind(name);
    if (kind === PASS) headers.push(name, value);
    else if (kind === CONNECTION) {
      const names = namedByConnection(value);
      readConnection(head, value);
      if (names.length > 0) named = named === undefined ? names : [...named, ...names];
    } else readFraming(head, kind, name, value);
  }
  if (named !== undefined) head.headers = withoutFields(headers, named);
  return head.chunked ? withoutLength(head) : head;
}

function readStatusLine(line: string): FramedHead {
  const minor = line.charCodeAt(7) - ZERO;
  const digits = line.slice(9, 12);
  const status = Number(digits);
  const after = line.charCodeAt(12); // NaN where the reason is left out altogether
  const isStatusLine =
    line.startsWith('HTTP/1.') &&
    (minor === 0 || minor === 1) &&
    line.charCodeAt(8) === SPACE &&
    /^[1-9]\d\d$/.test(digits) &&
    (after === SPACE || line.length === 12);
  if (!isStatusLine) throw malformed('no status line');
  return {
    status,
    statusText: line.slice(13),
    headers: [],
    length: UNKNOWN_LENGTH,
    chunked: false,
    keepAlive: minor === 1,
    keepAliveMs: undefined,
  };
}

function readConnection(head: FramedHead, value: string): void {
  if (value === 'keep-alive') head.keepAlive = true;
  else if (value === 'close') head.keepAlive = false;
  else {
    const options = value.split(',').map((option) => option.trim().toLowerCase());
    if (options.includes('close')) head.keepAlive = false;
    else if (options.includes('keep-alive')) head.keepAlive = true;
  }
}

function readFraming(head: FramedHead, kind: number, name: string, value: string): void {
  if (kind === INVALID) throw malformed('a field name that is none');
  if (kind === LENGTH) {
    const length = Number(value);
    if (!/^\d{1,15}$/.test(value) || (head.length !== UNKNOWN_LENGTH && head.length !== length))
      throw malformed('a Content-Length that is none');
    if (head.length === UNKNOWN_LENGTH) head.headers.push(name, value);
    head.length = length;
  } else if (kind === CODING) {
    if (head.chunked || value.toLowerCase() !== 'chunked') throw malformed('a transfer coding other than chunked');
    head.chunked = true;
  } else if (kind === KEEP_ALIVE) {
    const seconds = /timeout=(\d{1,6})/i.exec(value)?.[1];
    if (seconds !== undefined) head.keepAliveMs = Number(seconds) * 1_000;
  }
}

/** Transfer-Encoding overrides Content-Length; who sends both is not trusted with a second request (RFC 9112 section 6.3). */
function withoutLength(head: FramedHead): FramedHead {
  if (head.length === UNKNOWN_LENGTH) return head;
  return {
    ...head,
    headers: withoutFields(head.headers, ['content-length']),
    length: UNKNOWN_LENGTH,
    keepAlive: false,
  };
}

function trimmed(text: string, start: number, end: number): string {
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === SPACE || code === TAB;

export const malformed = (what: string): TransportError =>
  new TransportError('RESPONSE_MALFORMED', `the answer has ${what}`);
