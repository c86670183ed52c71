/** One kept connection to an HTTP/1.1 backend, which carries one request at a time (RFC 9112 section 9.3). */
import type { Socket } from 'node:net';
import { BodyWriter, fields } from './body-writer.ts';
import type { Dialled } from './dial.ts';
import type { ByteLender } from './lender.ts';
import type { FramedHead } from './response-head.ts';
import { ResponseReader, type ResponseSink } from './response-reader.ts';
import type { OutboundNeeds, OutboundRequest, ResponseHandler } from './transport.ts';
import { TransportError } from './transport-error.ts';

/** An idle connection is used no longer than this, where the backend does not say how long it keeps one. */
const IDLE_MS = 4_000;
/** The backend's own time runs out a little after ours, however late its clock and our timers are. */
const IDLE_MARGIN_MS = 1_000;

/** Where a connection belongs. */
export interface ConnectionOwner {
  onIdle: (connection: Http1Connection) => void;
  onClosed: (connection: Http1Connection) => void;
}

export class Http1Connection implements ResponseSink {
  readonly #bytes: ByteLender;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #reader = new ResponseReader(this);
  #handler: ResponseHandler | undefined;
  #body: BodyWriter | undefined;
  #source: OutboundRequest['body'] = null;
  #head: FramedHead | undefined;
  #isPaused = false;
  /** On the clock of performance.now(). */
  #usableUntil = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #firesAt = 0;
  /** Infinity while nothing is awaited. */
  #deadline = Infinity;
  #responseTimeoutMs = 0;

  constructor(dialled: Dialled, owner: ConnectionOwner) {
    this.#bytes = dialled.bytes;
    this.#socket = dialled.socket;
    this.#owner = owner;
    dialled.bytes.onBytes = (bytes) => this.#onBytes(bytes);
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#onClose());
  }

  /** Still open, and not about to be closed by the backend. */
  isUsable(now: number): boolean {
    return !this.#socket.destroyed && this.#socket.writable && now < this.#usableUntil;
  }

  send(request: OutboundRequest, handler: ResponseHandler, needs: OutboundNeeds | undefined): void {
    this.#handler = handler;
    this.#head = undefined;
    this.#reader.expect(request.method);
    handler.onConnect(this.#abort);
    if (this.#handler !== handler) return;
    const { body } = request;
    let head = `${request.method} ${request.path} HTTP/1.1\r\n${fields(request.headers)}`;
    if (needs !== undefined) head += needed(needs);
    this.#responseTimeoutMs = request.responseTimeoutMs;
    this.#awaitResponse();
    if (body === null) this.#socket.write(`${head}\r\n`, 'latin1');
    else this.#sendBody(head, request, body, needs?.trailers);
  }

  #sendBody(
    head: string,
    { headers }: OutboundRequest,
    body: NonNullable<OutboundRequest['body']>,
    trailers: (() => string[]) | undefined,
  ): void {
    const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length');
    const announced = at === -1 ? undefined : Number(headers[at + 1]);
    this.#socket.write(`${head}${announced === undefined ? 'transfer-encoding: chunked\r\n' : ''}\r\n`, 'latin1');
    this.#source = body;
    this.#body = new BodyWriter(this.#socket, body, announced, trailers, {
      onProgress: () => this.#awaitResponse(),
      onDone: () => {
        this.#body = undefined;
        this.#source = null;
      },
      onError: (error) => this.#fail(error),
    });
  }

  /** Ends it with the request that it carries, whose handler hears nothing more. */
  destroy(): void {
    this.#handler = undefined;
    this.#leaveBody();
    this.#socket.destroy();
  }

  /** Closes an idle connection at once, a busy one with this error. */
  cut(error: Error): void {
    this.#fail(error);
  }

  readonly #abort = (): void => this.destroy();

  readonly #resume = (): void => {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  };

  /** False stops reading until resumed. */
  #onBytes(bytes: Buffer): boolean {
    try {
      this.#reader.read(bytes);
    } catch (error) {
      this.#fail(error as Error);
    }
    return !this.#isPaused;
  }

  onInformational(status: number, headers: string[]): void {
    this.#handler?.onInformational(status, headers);
  }

  onHead(head: FramedHead, hasMore: boolean): void {
    this.#deadline = Infinity;
    this.#head = head;
    if (hasMore) this.#bytes.isStreaming = true;
    if (this.#handler?.onHead(head, this.#resume) === false && hasMore) this.#isPaused = true;
  }

  onText(body: string): void {
    this.#handler?.onText(body);
  }

  onData(part: Buffer): void {
    const written = this.#handler?.onData(this.#bytes.keep(part));
    if (written === 'full') this.#isPaused = true;
    else if (written === 'sent') this.#bytes.takeBack();
  }

  onEnd(trailers: string[], hasSurplus: boolean): void {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#bytes.isStreaming = false;
    const { keepAlive, keepAliveMs = IDLE_MS + IDLE_MARGIN_MS } = this.#head!;
    const stays = keepAlive && !hasSurplus && this.#body === undefined && keepAliveMs > IDLE_MARGIN_MS;
    this.#leaveBody();
    if (stays) {
      this.#resume();
      this.#usableUntil = performance.now() + keepAliveMs - IDLE_MARGIN_MS;
      this.#owner.onIdle(this);
    } else this.#socket.destroy();
    handler?.onComplete(trailers);
  }

  /** The end of the backend's side. */
  #onEnd(): void {
    if (this.#handler === undefined) this.#socket.destroy();
    else {
      try {
        this.#reader.end();
      } catch (error) {
        this.#fail(error as Error);
      }
    }
  }

  #onClose(): void {
    clearTimeout(this.#timer);
    this.#owner.onClosed(this);
    this.#fail(new TransportError('CONNECTION_CLOSED', 'connection closed before the answer'));
  }

  #fail(error: Error): void {
    const handler = this.#handler;
    this.destroy();
    handler?.onError(error);
  }

  #leaveBody(): void {
    this.#body?.stop();
    this.#body = undefined;
    this.#source?.destroy();
    this.#source = null;
  }

  /** One timer a connection, which outlives requests: most are over long before it fires. */
  #awaitResponse(): void {
    if (this.#responseTimeoutMs === 0 || this.#head !== undefined) return;
    this.#deadline = performance.now() + this.#responseTimeoutMs;
    if (this.#timer === undefined || this.#firesAt > this.#deadline) this.#arm(this.#responseTimeoutMs);
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = performance.now() + ms;
    this.#timer = setTimeout(() => this.#onTimer(), ms);
    this.#timer.unref();
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (this.#deadline === Infinity) return;
    const left = this.#deadline - performance.now();
    if (left > 1) this.#arm(left);
    else this.#fail(new TransportError('RESPONSE_TIMEOUT', 'no response in time'));
  }
}

/** Fields of a request that most do without. TE is hop-by-hop, and says so (RFC 9110 section 10.1.4). */
function needed({ expectContinue, acceptsTrailers }: OutboundNeeds): string {
  return (
    (expectContinue ? 'expect: 100-continue\r\n' : '') + (acceptsTrailers ? 'te: trailers\r\nconnection: te\r\n' : '')
  );
}
