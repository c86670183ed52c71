/** A client that speaks HTTP/2: one stream of its connection (RFC 9113 section 8). */
import type { Writable } from 'node:stream';
import { STREAM_WINDOW_BYTES } from '../h2/bounds.ts';
import { Credit } from '../h2/credit.ts';
import { END_HEADERS, ERROR, frame, HEADERS, headersFrames, StreamError } from '../h2/frames.ts';
import { isSendable } from '../h2/hpack-encoder.ts';
import type { StreamHead } from '../h2/request-head.ts';
import { StreamBody, type BodyHost } from '../h2/stream-body.ts';
import { StreamSource } from '../h2/stream-source.ts';
import type { Client, Written } from './client.ts';
import { createSink } from './client-sink.ts';

/** The connection of a stream. */
export interface StreamHost extends BodyHost {
  /** Bytes of a body have made room for more. */
  consumed: (client: Http2Client, bytes: number) => void;
  /** Its response is sent. */
  onSent: (client: Http2Client) => void;
  reset: (client: Http2Client, code: number) => void;
}

const NO_FIELDS: string[] = [];

export class Http2Client implements Client {
  readonly version = '2';
  readonly id: number;
  readonly head: StreamHead;
  readonly hasBody: boolean;
  readonly body: StreamBody;
  readonly #host: StreamHost;
  rawTrailers = NO_FIELDS;
  status = 0;
  /** The client has sent its END_STREAM. */
  isWhole: boolean;
  /** Its last frame is sent. */
  isSent = false;
  /** Of a body, what its client may send. */
  #credit: Credit | undefined;
  #received = 0;
  #source: StreamSource | undefined;
  #sink: Writable | undefined;
  #trailers: readonly string[] = NO_FIELDS;
  #isEnded = false;
  #isClosed = false;
  #closed: (() => void) | undefined;

  constructor(host: StreamHost, id: number, head: StreamHead, isWhole: boolean, window: number) {
    this.#host = host;
    this.id = id;
    this.head = head;
    this.hasBody = !isWhole;
    this.isWhole = isWhole;
    this.body = new StreamBody(host, id, window, this.#onSent);
  }

  get method(): string {
    return this.head.method;
  }

  get target(): string {
    return this.head.target;
  }

  get rawHeaders(): string[] {
    return this.head.rawHeaders;
  }

  get expectsContinue(): boolean {
    return this.head.expectsContinue;
  }

  /** Both sides go on until each has ended (RFC 9113 section 8.5). */
  get isTunnel(): boolean {
    return this.method === 'CONNECT' && this.status >= 200 && this.status < 300;
  }

  get isComplete(): boolean {
    return !this.hasBody || this.#source?.readableEnded === true;
  }

  get isGone(): boolean {
    return this.#isEnded || this.#isClosed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get source(): StreamSource {
    return (this.#source ??= this.#createSource());
  }

  get sink(): Writable {
    return (this.#sink ??= createSink(this));
  }

  onClose(listener: () => void): void {
    this.#closed = listener;
  }

  sendContinue(): void {
    if (this.expectsContinue) this.#inform(100, NO_FIELDS);
  }

  sendInformational(status: number, headers: string[]): void {
    this.#inform(status, headers);
  }

  #inform(status: number, headers: string[]): void {
    if (this.status !== 0 || this.isGone) return;
    this.#host.output.send(frame(HEADERS, END_HEADERS, this.id, this.#host.encoder.head(status, headers)));
  }

  sendHead(status: number, _statusText: string, headers: string[], hasBody: boolean): void {
    if (this.isGone) return;
    this.#host.output.send(headersFrames(this.id, this.#host.encoder.head(status, headers), !hasBody));
    this.status = status;
    if (hasBody) return;
    this.#isEnded = true;
    this.#onSent();
  }

  flushHead(): void {
    // it leaves with this turn of the event loop
  }

  endWithText(body: string): void {
    if (this.isGone) return;
    this.#isEnded = true;
    if (this.#trailers.length > 0 || !this.body.endWithText(body))
      this.body.end(Buffer.from(body, 'latin1'), this.#trailers);
  }

  write(chunk: Buffer): Written {
    return this.isGone || chunk.length === 0 || this.body.write(chunk) ? 'kept' : 'full';
  }

  onDrain(listener: () => void): void {
    this.body.onDrain(listener);
  }

  end(chunk?: Buffer): void {
    if (this.isGone) return;
    this.#isEnded = true;
    this.body.end(chunk, this.#trailers);
  }

  setTrailers(trailers: string[]): void {
    this.#trailers = sendable(trailers);
  }

  destroy(): void {
    if (!this.#isClosed) this.#host.reset(this, ERROR.INTERNAL_ERROR);
  }

  /** Bytes of a DATA frame, with its padding; throws a StreamError for more than was announced or allowed. */
  take(bytes: number, padding: number): void {
    if (this.isWhole) throw new StreamError(ERROR.STREAM_CLOSED, 'a body after its end');
    this.#credit ??= new Credit(STREAM_WINDOW_BYTES);
    if (!this.#credit.take(bytes + padding)) throw new StreamError(ERROR.FLOW_CONTROL_ERROR, 'more than its window');
    this.#received += bytes;
    if (this.#received > (this.head.length ?? Infinity)) throw new StreamError(ERROR.PROTOCOL_ERROR, 'a longer body');
  }

  feed(part: Buffer): void {
    this.source.feed(part);
  }

  /** The request is whole; throws a StreamError where less has come than was announced. */
  finishRequest(trailers: string[] = NO_FIELDS): void {
    if (this.#received !== (this.head.length ?? this.#received))
      throw new StreamError(ERROR.PROTOCOL_ERROR, 'a shorter body');
    this.isWhole = true;
    this.rawTrailers = trailers;
    this.source.finish();
  }

  /** What to tell the client of room in its window. */
  giveBack(bytes: number): number {
    return this.isWhole || this.#credit === undefined ? 0 : this.#credit.giveBack(bytes);
  }

  /** The stream is over; `isCut`: before both sides were through. */
  close(isCut: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.body.drop();
    this.#source?.destroy();
    if (!isCut) return;
    this.#sink?.destroy();
    // Who closes it is in the middle of something.
    if (this.#closed !== undefined) process.nextTick(this.#closed);
  }

  #createSource(): StreamSource {
    const source = new StreamSource((bytes) => this.#host.consumed(this, bytes));
    if (!this.hasBody) source.finish();
    return source;
  }

  readonly #onSent = (): void => {
    this.isSent = true;
    this.#host.onSent(this);
  };
}

/** A backend's trailers that HTTP/2 can carry. */
function sendable(trailers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < trailers.length; i += 2)
    if (isSendable(trailers[i]!, trailers[i + 1]!)) kept.push(trailers[i]!, trailers[i + 1]!);
  return kept;
}
