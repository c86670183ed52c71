/** A client's HTTP/1 connection: its requests one after the other, each answered before the next is read (RFC 9112). */
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { latin1 } from '../../latin1.ts';
import { refusalText } from '../client-error.ts';
import { Http1Client, type Http1Host } from './http1-client.ts';
import { checkBeginning, readRequestLine, RefusedRequest, type RequestLine } from './request-head.ts';

/** A request head larger than this is answered 431. */
export const MAX_HEAD_BYTES = 64 * 1024;
/** Of a body that nobody wanted: who sends more than that after its answer is cut off. */
const MAX_DROPPED_BYTES = 1024 * 1024;

export interface Http1Handlers {
  onRequest: (socket: Socket, client: Http1Client) => void;
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** What a connection waits for, which says how long it may. */
export type Waiting = 'first head' | 'head' | 'next head' | 'nothing';

export class ClientConnection implements Http1Host {
  readonly socket: Socket;
  readonly #handlers: Http1Handlers;
  /** Counted by the sweep: turns spent waiting for the same thing. */
  turns = 0;
  waiting: Waiting = 'first head';
  /** It carries another protocol now. */
  isUpgraded = false;
  #client: Http1Client | undefined;
  #hasResponded = false;
  #hasBody = false;
  #dropped = 0;
  /** Read, and not used yet. */
  #rest: Buffer | undefined;
  #isConsuming = false;

  constructor(socket: Socket, handlers: Http1Handlers) {
    this.socket = socket;
    this.#handlers = handlers;
    socket.on('data', this.#onData);
    socket.on('error', () => socket.destroy());
    socket.on('end', this.#onEnd);
    socket.on('close', () => this.#client?.close());
  }

  /** No request is under way. */
  get isIdle(): boolean {
    return this.#client === undefined && this.#rest === undefined;
  }

  readonly resume = (): void => {
    if (this.#rest !== undefined && !this.#isConsuming) process.nextTick(this.#consumeRest);
    this.socket.resume();
  };

  readonly #onData = (bytes: Buffer): void => {
    this.#rest = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#consume();
  };

  /** Who sends no more before its answer is complete has left. */
  readonly #onEnd = (): void => {
    this.socket.destroy();
  };

  readonly #consumeRest = (): void => this.#consume();

  #consume(): void {
    if (this.#isConsuming) return;
    this.#isConsuming = true;
    try {
      while (this.#rest !== undefined && !this.socket.destroyed && this.#step(this.#rest));
    } catch (error) {
      if (!(error instanceof RefusedRequest)) throw error;
      this.#refuse(error);
    } finally {
      this.#isConsuming = false;
    }
  }

  /** Uses some of the bytes; false waits for more, or for the response. */
  #step(bytes: Buffer): boolean {
    if (this.#client === undefined) return this.#readHead(bytes);
    if (this.#hasBody && !this.#client.isComplete) return this.#readBody(this.#client, bytes);
    if (!this.#hasResponded) this.socket.pause(); // asked for ahead of its turn
    return false;
  }

  #readHead(bytes: Buffer): boolean {
    const start = blankLines(bytes);
    const text = latin1(bytes, start, Math.min(bytes.length, start + MAX_HEAD_BYTES));
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) {
      if (text.length >= MAX_HEAD_BYTES)
        throw new RefusedRequest('HEAD_TOO_LARGE', 'The header is larger than 64 KiB.');
      checkBeginning(text);
      if (this.waiting !== 'head') this.#wait('head');
      return false;
    }
    const line = readRequestLine(text.slice(0, end));
    this.#use(bytes, start + end + 4);
    this.#begin(line);
    return true;
  }

  #begin(line: RequestLine): void {
    this.#wait('nothing');
    if (line.isWebSocket) return this.#upgrade(line);
    if (line.method === 'CONNECT') throw new RefusedRequest('METHOD_REFUSED', 'Mogoly is no forward proxy.');
    this.#hasResponded = false;
    this.#hasBody = line.length !== 0;
    const client = new Http1Client(this, line);
    this.#client = client;
    this.#handlers.onRequest(this.socket, client);
  }

  #readBody(client: Http1Client, bytes: Buffer): boolean {
    const { used, goesOn } = client.source.feed(bytes);
    this.#use(bytes, used);
    if (this.#hasResponded) {
      this.#dropped += used;
      if (client.isComplete) this.#next();
      else if (this.#dropped > MAX_DROPPED_BYTES) this.socket.destroy();
    } else if (!goesOn) this.socket.pause();
    return goesOn;
  }

  onResponded(keepsOpen: boolean): void {
    const client = this.#client!;
    this.#hasResponded = true;
    if (!keepsOpen) {
      this.socket.end();
      // Bytes still on their way would make the kernel take the answer back.
      if (this.#hasBody && !client.isComplete) client.source.passOver();
    } else if (!this.#hasBody || client.isComplete) this.#next();
    else client.source.passOver();
  }

  #next(): void {
    this.#client = undefined;
    this.#dropped = 0;
    if (this.socket.writableEnded) return;
    this.#wait('next head');
    if (this.#rest !== undefined && !this.#isConsuming) process.nextTick(this.#consumeRest);
    if (this.socket.isPaused()) this.socket.resume();
  }

  #wait(waiting: Waiting): void {
    this.waiting = waiting;
    this.turns = 0;
  }

  #use(bytes: Buffer, count: number): void {
    this.#rest = count < bytes.length ? bytes.subarray(count) : undefined;
  }

  #upgrade(line: RequestLine): void {
    const { socket } = this;
    this.isUpgraded = true;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    const head = this.#rest ?? Buffer.alloc(0);
    this.#rest = undefined;
    const request = new IncomingMessage(socket);
    request.method = line.method;
    request.url = line.target;
    request.httpVersion = line.version;
    request.rawHeaders = line.rawHeaders;
    request.headers = { upgrade: 'websocket' };
    this.#handlers.onUpgrade(request, socket, head);
  }

  /** Answered where no answer is under way; the connection ends either way. */
  refuse(refused: RefusedRequest): void {
    this.#refuse(refused);
  }

  #refuse(refused: RefusedRequest): void {
    this.#rest = undefined;
    if (this.#client === undefined || (this.#client.status === 0 && !this.#hasResponded)) {
      this.#client?.close();
      this.#client = undefined;
      this.socket.end(refusalText(refused));
    } else this.socket.destroy();
  }
}

const CR = 13;
const LF = 10;

/** Empty lines before a request are passed over (RFC 9112 section 2.2). */
function blankLines(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2;
  return at;
}
