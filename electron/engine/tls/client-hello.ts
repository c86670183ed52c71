/** Tells TLS clients that name a host from those that do not, and hands each to its own server. */
import type { Socket } from 'node:net';

/** A server that is handed its connections. */
export interface ConnectionTaker {
  emit: (event: 'connection', socket: Socket) => unknown;
}

/** Chrome sends about 1,800 bytes with post-quantum keys; whoever sends more than this gets the first server's answer. */
const MAX_HELLO_BYTES = 16_384;
/** A client that says nothing for so long, in milliseconds, is not there to shake hands. */
const HELLO_TIMEOUT_MS = 10_000;

const RECORD_HEAD = 5;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;

/**
 * A certificate in the context of a server is a fallback that OpenSSL may prefer over that of the SNICallback, and the
 * one that a refused name would get: so clients without a server name need a server of their own. Reads the ClientHello,
 * puts it back, and emits `connection` on the server it is for; what is not TLS goes to `named`, which refuses it.
 */
export function splitByServerName(socket: Socket, named: ConnectionTaker, nameless: ConnectionTaker): void {
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
    const found = bytes.length > MAX_HELLO_BYTES ? 'named' : readHello(bytes);
    if (found === 'more') return;
    stop();
    socket.unshift(bytes);
    (found === 'nameless' ? nameless : named).emit('connection', socket);
  };
  socket.on('readable', look).on('error', ignore).on('close', stop);
}

/** Whether a ClientHello (RFC 8446 section 4.1.2) names a host; `more` while it is not whole, `named` for other bytes. */
export function readHello(bytes: Buffer): 'named' | 'nameless' | 'more' {
  const message = joinRecords(bytes);
  if (message === undefined) return 'named';
  if (message.length < 4) return 'more';
  if (message[0] !== CLIENT_HELLO) return 'named';
  const end = 4 + message.readUIntBE(1, 3);
  if (end > MAX_HELLO_BYTES) return 'named';
  if (message.length < end) return 'more';
  return hasServerName(message.subarray(4, end)) ? 'named' : 'nameless';
}

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
function hasServerName(hello: Buffer): boolean {
  try {
    let at = 34;
    at += 1 + hello.readUInt8(at);
    at += 2 + hello.readUInt16BE(at);
    at += 1 + hello.readUInt8(at);
    if (at >= hello.length) return false;
    const end = at + 2 + hello.readUInt16BE(at);
    for (at += 2; at < end; at += 4 + hello.readUInt16BE(at + 2))
      if (hello.readUInt16BE(at) === SERVER_NAME) return true;
    return false;
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}
