/** Reads the fields of a request, strictly: what HTTP/1.1 would take differently is refused (RFC 9113 section 8). */
import { ERROR, StreamError } from './frames.ts';

export interface StreamHead {
  method: string;
  /** The request target; empty where a tunnel is asked for. */
  target: string;
  /** Flat, as sent, pseudo-header fields among them; shared by requests that are the same. */
  rawHeaders: string[];
  /** Bytes announced; undefined where nothing is. */
  length: number | undefined;
  expectsContinue: boolean;
  /** Extended CONNECT (RFC 8441). */
  protocol: string | undefined;
}

/** RFC 9110 section 5.6.2, in lower case (RFC 9113 section 8.2.1). */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Origin-form without a space, which would end it in HTTP/1.1. */
const PATH = /^\/[\x21-\x7e\x80-\xff]*$/;
/** No control character but tabs. */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;
const BLANK_AT_END = /^[ \t]|[ \t]$/;
const LENGTH = /^\d{1,15}$/;

const PLAIN = 0;
const INVALID = 1;
const CONNECTION_SPECIFIC = 2;
const TE = 3;
const CONTENT_LENGTH = 4;
const EXPECT = 5;
const HOST = 6;

/** Kinds of names; learns them up to a bound. */
const KINDS = new Map<string, number>([
  ['connection', CONNECTION_SPECIFIC],
  ['keep-alive', CONNECTION_SPECIFIC],
  ['proxy-connection', CONNECTION_SPECIFIC],
  ['transfer-encoding', CONNECTION_SPECIFIC],
  ['upgrade', CONNECTION_SPECIFIC],
  ['te', TE],
  ['content-length', CONTENT_LENGTH],
  ['expect', EXPECT],
  ['host', HOST],
]);
/** Names kept; more are looked at each time. */
const LEARNED_NAMES = 2_000;

function kindOf(name: string): number {
  const known = KINDS.get(name);
  if (known !== undefined) return known;
  const kind = FIELD_NAME.test(name) ? PLAIN : INVALID;
  if (KINDS.size < LEARNED_NAMES && name.length < 64) KINDS.set(name, kind);
  return kind;
}

interface Pseudo {
  method: string | undefined;
  scheme: string | undefined;
  authority: string | undefined;
  path: string | undefined;
  protocol: string | undefined;
}

/** Throws a StreamError. */
export function readStreamHead(fields: string[]): StreamHead {
  const pseudo: Pseudo = {
    method: undefined,
    scheme: undefined,
    authority: undefined,
    path: undefined,
    protocol: undefined,
  };
  const head: StreamHead = {
    method: '',
    target: '',
    rawHeaders: fields,
    length: undefined,
    expectsContinue: false,
    protocol: undefined,
  };
  let at = 0;
  for (; at < fields.length && fields[at]!.startsWith(':'); at += 2) takePseudo(pseudo, fields[at]!, fields[at + 1]!);
  let hasHost = false;
  for (; at < fields.length; at += 2) {
    const kind = checkField(fields[at]!, fields[at + 1]!);
    if (kind === CONTENT_LENGTH) takeLength(head, fields[at + 1]!);
    else if (kind === EXPECT) head.expectsContinue = fields[at + 1]!.toLowerCase() === '100-continue';
    else if (kind === HOST) hasHost = true;
  }
  finish(head, pseudo, hasHost);
  return head;
}

/** Fields after the body: no pseudo-header fields among them (RFC 9113 section 8.1). Throws a StreamError. */
export function checkTrailers(fields: readonly string[]): void {
  for (let i = 0; i < fields.length; i += 2) checkField(fields[i]!, fields[i + 1]!);
}

function takePseudo(pseudo: Pseudo, name: string, value: string): void {
  const key = name.slice(1);
  if (!isPseudo(key)) throw malformed('a pseudo-header field that is unknown');
  if (pseudo[key] !== undefined) throw malformed('a pseudo-header field twice');
  checkValue(value);
  pseudo[key] = value;
}

const isPseudo = (key: string): key is keyof Pseudo =>
  key === 'method' || key === 'scheme' || key === 'authority' || key === 'path' || key === 'protocol';

function checkField(name: string, value: string): number {
  const kind = kindOf(name);
  checkValue(value);
  if (kind === INVALID) throw malformed('a field name that is none');
  if (kind === CONNECTION_SPECIFIC) throw malformed('a field that belongs to a connection of HTTP/1.1');
  if (kind === TE && value.toLowerCase() !== 'trailers') throw malformed('a TE other than trailers');
  return kind;
}

function checkValue(value: string): void {
  if (UNSAFE.test(value) || BLANK_AT_END.test(value)) throw malformed('a field value that is none');
}

function takeLength(head: StreamHead, value: string): void {
  if (!LENGTH.test(value) || head.length !== undefined) throw malformed('a Content-Length that is none');
  head.length = Number(value);
}

function finish(head: StreamHead, pseudo: Pseudo, hasHost: boolean): void {
  const { method, scheme, authority, path, protocol } = pseudo;
  if (method === undefined || !METHOD.test(method)) throw malformed('no method');
  head.method = method;
  head.protocol = protocol;
  if (protocol !== undefined && method !== 'CONNECT') throw malformed('a protocol without CONNECT');
  if (method === 'CONNECT' && protocol === undefined) {
    if (scheme !== undefined || path !== undefined || authority === undefined)
      throw malformed('a CONNECT that is none');
    return;
  }
  if (scheme === undefined || path === undefined) throw malformed('no scheme or no path');
  if (!PATH.test(path) && !(path === '*' && method === 'OPTIONS')) throw malformed('a path that is none');
  if (authority === undefined && (!hasHost || protocol !== undefined)) throw malformed('no authority');
  head.target = path;
}

const malformed = (what: string): StreamError => new StreamError(ERROR.PROTOCOL_ERROR, `the request has ${what}`);
