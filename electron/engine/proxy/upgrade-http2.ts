/** WebSocket over HTTP/2 (RFC 8441): a CONNECT stream in the clothes of an HTTP/1.1 upgrade. */
import { randomBytes } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Http2Client } from './client/http2-client.ts';
import { withoutFields } from './headers.ts';
import { readResponseHead } from './transport/response-head.ts';

/** The head of an answer is ours or a backend's whose own was checked; more than this is neither. */
const MAX_ANSWER_HEAD = 64 * 1024;

/** The request that the same client would have made over HTTP/1.1. */
export function upgradeRequestOf(client: Http2Client): { request: IncomingMessage; socket: Socket } {
  const { rawHeaders } = client;
  const socket = new StreamSocket(client) as unknown as Socket;
  const request = new IncomingMessage(socket);
  request.method = 'GET';
  request.httpVersion = '1.1';
  request.rawHeaders = ['upgrade', 'websocket', 'connection', 'Upgrade'];
  request.rawHeaders.push('sec-websocket-key', randomBytes(16).toString('base64')); // HTTP/2 has none
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const value = rawHeaders[i + 1]!;
    if (name === ':path') request.url = value;
    else if (name === ':authority') request.rawHeaders.push('host', value);
    else if (!name.startsWith(':') && name !== 'host') request.rawHeaders.push(name, value);
  }
  request.headers = { upgrade: 'websocket' };
  return { request, socket };
}

/** Reads as the socket of the client; the HTTP/1.1 answer written to it becomes one of HTTP/2. */
class StreamSocket extends Duplex {
  readonly #client: Http2Client;
  #head = '';
  #hasAnswered = false;

  constructor(client: Http2Client) {
    super();
    this.#client = client;
    client.source.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) client.source.pause();
    });
    client.source.on('end', () => this.push(null));
    client.onClose(() => this.destroy());
  }

  /** http-proxy asks these of a socket; a stream has nothing of the kind. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  destroySoon(): void {
    this.end();
  }

  override _read(): void {
    this.#client.source.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#hasAnswered) this.#pass(chunk, done);
    else this.#writeHead(chunk, done);
  }

  #pass(chunk: Buffer, done: () => void): void {
    if (this.#client.write(chunk) === 'full') this.#client.onDrain(done);
    else done();
  }

  #writeHead(chunk: Buffer, done: (error?: Error | null) => void): void {
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return done(this.#head.length > MAX_ANSWER_HEAD ? new Error('the answer has no end') : null);
    this.#hasAnswered = true;
    const { status, headers } = readResponseHead(this.#head.slice(0, end));
    const fields = withoutFields(headers, ['sec-websocket-accept']);
    this.#client.sendHead(status === 101 ? 200 : status, '', fields, true);
    this.#pass(Buffer.from(this.#head.slice(end + 4), 'latin1'), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#client.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#client.destroy();
    done(error);
  }
}
