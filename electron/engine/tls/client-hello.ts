/** Sorts TLS connections by their first message, since some clients need a server of their own. */
import type { Socket } from 'node:net';

/** Clients that name a host, that name none, CAs that validate one by tls-alpn-01 (RFC 8737), and those of plain HTTP. */
export type ClientKind = 'named' | 'nameless' | 'acme' | 'plain';

/** Chrome sends about 1,800 bytes with post-quantum keys; whoever sends more than this gets the first server's answer. */
const MAX_HELLO_BYTES = 16_384;
/** A client that says nothing for so long, in milliseconds, is not there to shake hands. */
const HELLO_TIMEOUT_MS = 10_000;

const RECORD_HEAD = 5;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ALPN = 16;
/** The list of one protocol that a validating CA offers (RFC 8737 section 3). */
const ACME_PROTOCOLS = Buffer.from('\0\x0b\x0aacme-tls/1', 'latin1');

/**
 * A certificate in the context of a server is a fallback that OpenSSL may prefer over that of the SNICallback, and the
 * one that a refused name would get: so clients without a server name need a server of their own. Reads the ClientHello,
 * puts it back, and tells whose it is, once; what is neither TLS nor HTTP is `named`, whose server refuses it. A
 * connection that closes before that is not told.
 */
export function sortByHello(socket: Socket, take: (kind: ClientKind) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const deadline = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
  const ignore = (): void => undefined; // the close that follows ends it
  const stop = (): void => {
    clearTimeout(deadline);
    socket.off('readable', look).off('error', ignore).off('close', stop);
  };
  const look = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const kind = readHello(bytes);
    if (kind === 'more' && bytes.length <= MAX_HELLO_BYTES) return;
    stop();
    socket.unshift(bytes);
    take(kind === 'more' ? 'named' : kind);
  };
  socket.on('readable', look).on('error', ignore).on('close', stop);
}

/** Whose ClientHello (RFC 8446 section 4.1.2) it is; `more` while it is not whole, `named` for other bytes. */
export function readHello(bytes: Buffer): ClientKind | 'more' {
  if (isMethod(bytes[0])) return 'plain';
  const message = joinRecords(bytes);
  if (message === undefined) return 'named';
  if (message.length < 4) return 'more';
  if (message[0] !== CLIENT_HELLO) return 'named';
  const end = 4 + message.readUIntBE(1, 3);
  if (end > MAX_HELLO_BYTES) return 'named';
  return message.length < end ? 'more' : kindOf(message.subarray(4, end));
}

/** A request begins with its method; no message of TLS begins with a letter. */
const isMethod = (byte = 0): boolean => byte >= 0x41 && byte <= 0x5a;

/** Contents of the handshake records, as far as they are there; undefined for bytes of another kind. */
function joinRecords(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] !== HANDSHAKE) return at === 0 ? undefined : Buffer.concat(parts);
    if (at + RECORD_HEAD > bytes.length) break;
    const end = at + RECORD_HEAD + bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + RECORD_HEAD, end));
    at = end;
  }
  return Buffer.concat(parts);
}

/** What is cut or crooked counts as named: the TLS server says what is wrong with it. */
function kindOf(hello: Buffer): ClientKind {
  try {
    const extensions = readExtensions(hello);
    if (extensions.get(ALPN)?.equals(ACME_PROTOCOLS) === true) return 'acme';
    return extensions.has(SERVER_NAME) ? 'named' : 'nameless';
  } catch (error) {
    if (error instanceof RangeError) return 'named';
    throw error;
  }
}

/** By their type; throws a RangeError at lengths that lead outside. */
function readExtensions(hello: Buffer): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  let at = 34; // after version and random
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  if (at >= hello.length) return extensions;
  const end = at + 2 + hello.readUInt16BE(at);
  for (at += 2; at < end;) {
    const length = hello.readUInt16BE(at + 2);
    extensions.set(hello.readUInt16BE(at), hello.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return extensions;
}
