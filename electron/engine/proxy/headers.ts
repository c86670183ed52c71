/** Which header fields go on, and the ones a proxy adds (RFC 9110 section 7.6, RFC 7239). */

/** What one pass over the fields of a request tells. */
export interface RequestHead {
  /** Fields to forward, flat as in rawHeaders, without Host and hop-by-hop ones. */
  headers: string[];
  host: string | undefined;
  authority: string | undefined;
  /** More than one Host field, or two that differ (RFC 9112 section 3.2: answered 400). */
  duplicateHost: boolean;
  hasBody: boolean;
  /** A Transfer-Encoding other than chunked (RFC 9112 section 6.1). */
  unknownCoding: boolean;
  hasTrailers: boolean;
  via: string | undefined;
  cookie: string | undefined;
  accept: string | undefined;
  acceptsTrailers: boolean;
  forwarded: ForwardedFields | undefined;
}

/** What the client sent of the forwarding fields; believed only from a trusted proxy. */
export interface ForwardedFields {
  for?: string;
  host?: string;
  proto?: string;
  port?: string;
  forwarded?: string;
  /** X-Real-IP: never set by us, and as easily claimed. */
  realIp?: string;
}

/** What a proxy tells a backend about the client. */
export interface ForwardedContext {
  /** Address of the peer on the socket. */
  peer: string;
  host: string;
  scheme: 'http' | 'https';
  port: number;
  httpVersion: string;
  viaToken: string;
  trusted: boolean;
}

const PASS = 0;
const DROP = 1;
const HOST = 2;
const VIA = 3;
const CONNECTION = 4;
const LENGTH = 5;
const CODING = 6;
const COOKIE = 7;
const ACCEPT = 8;
const TE = 9;
const TRAILER = 10;
const FORWARDED = 11;
const AUTHORITY = 12;

/** Kinds of field names as they were written; learns spellings up to a bound. */
const KINDS = new Map<string, number>([
  ['keep-alive', DROP],
  ['proxy-connection', DROP],
  ['proxy-authorization', DROP],
  ['upgrade', DROP],
  ['http2-settings', DROP],
  ['expect', DROP],
  [':method', DROP],
  [':scheme', DROP],
  [':path', DROP],
  [':protocol', DROP],
  [':authority', AUTHORITY],
  ['host', HOST],
  ['via', VIA],
  ['connection', CONNECTION],
  ['content-length', LENGTH],
  ['transfer-encoding', CODING],
  ['cookie', COOKIE],
  ['accept', ACCEPT],
  ['te', TE],
  ['trailer', TRAILER],
  ['x-forwarded-for', FORWARDED],
  ['x-forwarded-host', FORWARDED],
  ['x-forwarded-proto', FORWARDED],
  ['x-forwarded-port', FORWARDED],
  ['forwarded', FORWARDED],
  ['x-real-ip', FORWARDED],
]);

/** Spellings of field names kept; more are looked up each time. */
const LEARNED_SPELLINGS = 2_000;

function kindOf(name: string): number {
  const known = KINDS.get(name);
  if (known !== undefined) return known;
  const kind = KINDS.get(name.toLowerCase()) ?? PASS;
  if (KINDS.size < LEARNED_SPELLINGS && name.length < 64) KINDS.set(name, kind);
  return kind;
}

/** One pass over rawHeaders; the hot path reads nothing else of the request's fields. */
export function readRequestHead(raw: readonly string[]): RequestHead {
  const head: RequestHead = {
    headers: ['host', ''],
    host: undefined,
    authority: undefined,
    duplicateHost: false,
    hasBody: false,
    unknownCoding: false,
    hasTrailers: false,
    via: undefined,
    cookie: undefined,
    accept: undefined,
    acceptsTrailers: false,
    forwarded: undefined,
  };
  const out = head.headers;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    const kind = kindOf(name);
    if (kind === PASS) out.push(name, value);
    else if (kind !== DROP) readSpecial(head, kind, name, value);
  }
  if (head.authority !== undefined) takeAuthority(head, head.authority);
  return head;
}

/** The host of HTTP/2; a Host beside it may say nothing else (RFC 9113 section 8.3.1). */
function takeAuthority(head: RequestHead, authority: string): void {
  head.duplicateHost ||= head.host !== undefined && head.host !== authority;
  head.host = authority;
}

function readSpecial(head: RequestHead, kind: number, name: string, value: string): void {
  const out = head.headers;
  switch (kind) {
    case HOST:
      head.duplicateHost ||= head.host !== undefined;
      head.host = value;
      return;
    case AUTHORITY:
      head.authority = value;
      return;
    case CONNECTION:
      dropNamed(head, value);
      return;
    case LENGTH:
      head.hasBody ||= value !== '0';
      out.push(name, value);
      return;
    case CODING:
      head.hasBody = true;
      head.unknownCoding ||= value.toLowerCase() !== 'chunked';
      return;
    case VIA:
      head.via = head.via === undefined ? value : `${head.via}, ${value}`;
      return;
    case COOKIE:
      takeCookie(head, name, value);
      return;
    case ACCEPT:
      head.accept = value;
      out.push(name, value);
      return;
    case TE:
      head.acceptsTrailers ||= value.toLowerCase().includes('trailers');
      return;
    case TRAILER:
      head.hasTrailers = true;
      return;
    default:
      readForwarded((head.forwarded ??= {}), name.toLowerCase(), value);
  }
}

/** HTTP/2 may send cookies apart, HTTP/1.1 knows one field (RFC 9113 section 8.2.3). */
function takeCookie(head: RequestHead, name: string, value: string): void {
  if (head.cookie === undefined) {
    head.cookie = value;
    head.headers.push(name, value);
    return;
  }
  head.cookie = `${head.cookie}; ${value}`;
  const at = head.headers.findIndex((field, i) => i % 2 === 0 && kindOf(field) === COOKIE);
  head.headers[at + 1] = head.cookie;
}

function readForwarded(fields: ForwardedFields, name: string, value: string): void {
  if (name === 'x-forwarded-for') fields.for = fields.for ? `${fields.for}, ${value}` : value;
  else if (name === 'x-forwarded-host') fields.host = value;
  else if (name === 'x-forwarded-proto') fields.proto = value;
  else if (name === 'x-forwarded-port') fields.port = value;
  else if (name === 'x-real-ip') fields.realIp = value;
  else fields.forwarded = fields.forwarded ? `${fields.forwarded}, ${value}` : value;
}

/** Fields that Connection names are hop-by-hop too (RFC 9110 section 7.6.1); never the ones routing needs. */
function dropNamed(head: RequestHead, value: string): void {
  const lower = value.toLowerCase();
  if (lower === 'keep-alive' || lower === 'close') return;
  for (const part of lower.split(',')) {
    const name = part.trim();
    if (name !== '' && kindOf(name) === PASS) (NAMED_BY_CONNECTION.get(head) ?? remember(head)).add(name);
  }
}

const NAMED_BY_CONNECTION = new WeakMap<RequestHead, Set<string>>();

function remember(head: RequestHead): Set<string> {
  const names = new Set<string>();
  NAMED_BY_CONNECTION.set(head, names);
  return names;
}

/** Connection may come after the fields it names, so they are taken out at the end. */
export function removeNamedByConnection(head: RequestHead): void {
  const names = NAMED_BY_CONNECTION.get(head);
  if (names === undefined) return;
  head.headers = withoutFields(head.headers, [...names]);
}

/** A flat list without the fields of these lower-case names. */
export function withoutFields(flat: readonly string[], names: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    if (!names.includes(flat[i]!.toLowerCase())) kept.push(flat[i]!, flat[i + 1]!);
  }
  return kept;
}

/** Fields that frame, route or vouch for a message: settled before its body, whatever comes after it says (RFC 9110 section 6.5.1). */
const NEVER_AFTER_A_BODY = [
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'content-range',
  'content-type',
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
  'via',
];

/** Trailers that may go on: a reader that joins them to the head learns nothing from them that a proxy has decided. */
export function passedTrailers(flat: string[]): string[] {
  return flat.length === 0 ? flat : withoutFields(flat, NEVER_AFTER_A_BODY);
}

/** Adds X-Forwarded-*, Forwarded and Via; what an untrusted client sent of them, or as X-Real-IP, is gone already. */
export function appendForwarded(head: RequestHead, context: ForwardedContext): void {
  const { peer, host, scheme, trusted } = context;
  const sent = trusted ? head.forwarded : undefined;
  const node = peer.includes(':') ? `"[${peer}]"` : peer;
  const element = `for=${node};host=${quoted(host)};proto=${scheme}`;
  head.headers.push(
    'x-forwarded-for',
    sent?.for ? `${sent.for}, ${peer}` : peer,
    'x-forwarded-host',
    sent?.host ?? host,
    'x-forwarded-proto',
    sent?.proto ?? scheme,
    'x-forwarded-port',
    sent?.port ?? String(context.port),
    'forwarded',
    sent?.forwarded ? `${sent.forwarded}, ${element}` : element,
    'via',
    head.via ? `${head.via}, ${context.httpVersion} ${context.viaToken}` : `${context.httpVersion} ${context.viaToken}`,
  );
  if (sent?.realIp !== undefined) head.headers.push('x-real-ip', sent.realIp);
}

/** A host with a port or brackets is no token (RFC 7239 section 4). */
function quoted(host: string): string {
  return host.includes(':') || host.includes('"') ? `"${host.replaceAll('"', '')}"` : host;
}

/** Value of one cookie, or undefined (RFC 6265 section 5.4). */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
