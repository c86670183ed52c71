/** One request of a client that speaks HTTP/1.0 or 1.1, and the response to it (RFC 9112). */
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { fields } from '../transport/body-writer.ts';
import type { Client, Written } from './client.ts';
import { createSink } from './client-sink.ts';
import type { RequestLine } from './request-head.ts';
import { RequestSource } from './request-source.ts';
import { writeResponseHead } from './response-head.ts';

/** The connection that a request came on. */
export interface Http1Host {
  readonly socket: Socket;
  /** The body may come. */
  resume: () => void;
  /** The response is written; the connection goes on with the next request or ends. */
  onResponded: (keepsOpen: boolean) => void;
}

export class Http1Client implements Client {
  readonly version: '1.0' | '1.1';
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: string[];
  readonly expectsContinue: boolean;
  readonly hasBody = undefined;
  readonly #host: Http1Host;
  readonly #length: number;
  #keepsOpen: boolean;
  status = 0;
  #source: RequestSource | undefined;
  #sink: Writable | undefined;
  #closed: (() => void) | undefined;
  /** Not written yet. */
  #head = '';
  #isChunked = false;
  #isEnded = false;
  #trailers: string[] = [];

  constructor(host: Http1Host, line: RequestLine) {
    this.#host = host;
    this.version = line.version;
    this.method = line.method;
    this.target = line.target;
    this.rawHeaders = line.rawHeaders;
    this.expectsContinue = line.expectsContinue;
    this.#length = line.length;
    this.#keepsOpen = line.keepAlive;
  }

  get source(): RequestSource {
    return (this.#source ??= new RequestSource(this.#length, this.#host.resume));
  }

  get isComplete(): boolean {
    return this.#length === 0 || this.#source?.isComplete === true;
  }

  get rawTrailers(): string[] {
    return this.#source?.rawTrailers ?? [];
  }

  get isGone(): boolean {
    return this.#isEnded || this.#host.socket.destroyed;
  }

  onClose(listener: () => void): void {
    this.#closed = listener;
  }

  /** The connection has ended. */
  close(): void {
    this.#source?.destroy();
    this.#sink?.destroy(); // what is piped to it would wait for ever
    this.#closed?.();
  }

  sendContinue(): void {
    if (this.expectsContinue && this.status === 0) this.#host.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  sendInformational(status: number, headers: string[]): void {
    if (this.version === '1.0' || this.status !== 0) return;
    const head = writeResponseHead(status, '', ['date', '', ...headers]).replace('date: \r\n', '');
    this.#host.socket.write(`${head}\r\n`, 'latin1');
  }

  sendHead(status: number, statusText: string, headers: string[], hasBody: boolean): void {
    let head = writeResponseHead(status, statusText, headers);
    if (hasBody && !headers.some(isLength)) {
      this.#isChunked = this.version === '1.1';
      if (this.#isChunked) head += 'transfer-encoding: chunked\r\n';
      else this.#keepsOpen = false; // the end of the connection is the end of the body
    }
    if (!this.#keepsOpen) head += 'connection: close\r\n';
    else if (this.version === '1.0') head += 'connection: keep-alive\r\n';
    this.#head = `${head}\r\n`;
    this.status = status;
    if (!hasBody) this.#finish(this.#head);
  }

  flushHead(): void {
    process.nextTick(flush, this);
  }

  /** One write: text is joined to the head, where bytes would make it a vectored write, which costs twice as much. */
  endWithText(body: string): void {
    this.#finish(this.#isChunked ? `${this.#head}${chunkOf(body)}${this.#lastChunk()}` : this.#head + body);
  }

  write(chunk: Buffer): Written {
    if (this.isGone || chunk.length === 0) return 'kept';
    const { socket } = this.#host;
    if (this.#head === '' && !this.#isChunked) return written(socket, socket.write(chunk));
    socket.cork();
    const before = this.#isChunked ? `${this.#head}${chunk.length.toString(16)}\r\n` : this.#head;
    this.#head = '';
    socket.write(before, 'latin1');
    let goesOn = socket.write(chunk);
    if (this.#isChunked) goesOn = socket.write('\r\n', 'latin1');
    socket.uncork();
    return written(socket, goesOn);
  }

  onDrain(listener: () => void): void {
    this.#host.socket.once('drain', listener);
  }

  end(chunk?: Buffer): void {
    if (this.isGone) return;
    if (chunk !== undefined) this.write(chunk);
    this.#finish(this.#head + (this.#isChunked ? this.#lastChunk() : ''));
  }

  setTrailers(trailers: string[]): void {
    this.#trailers = trailers;
  }

  get sink(): Writable {
    return (this.#sink ??= createSink(this));
  }

  destroy(): void {
    this.#isEnded = true;
    this.#host.socket.destroy();
  }

  /** Whether its head waits for a body that is not there. */
  flush(): void {
    if (this.#head === '' || this.isGone) return;
    this.#host.socket.write(this.#head, 'latin1');
    this.#head = '';
  }

  #finish(last: string): void {
    if (this.isGone) return;
    this.#isEnded = true;
    this.#head = '';
    if (last !== '') this.#host.socket.write(last, 'latin1');
    this.#host.onResponded(this.#keepsOpen);
  }

  #lastChunk(): string {
    return `0\r\n${fields(this.#trailers)}\r\n`;
  }
}

/** A socket without anything to write has handed it all to the kernel. */
const written = (socket: Socket, goesOn: boolean): Written =>
  socket.writableLength === 0 ? 'sent' : goesOn ? 'kept' : 'full';

const isLength = (name: string, i: number): boolean =>
  i % 2 === 0 && name.length === 14 && name.toLowerCase() === 'content-length';

const chunkOf = (body: string): string => (body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`);

const flush = (client: Http1Client): void => client.flush();
