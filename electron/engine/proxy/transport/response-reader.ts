/** Reads the responses on one HTTP/1 connection, one after the other, and says when each is whole (RFC 9112). */
import { ChunkReader } from './chunks.ts';
import { MAX_RESPONSE_HEAD_BYTES } from './connect.ts';
import { latin1 } from '../../latin1.ts';
import { malformed, readResponseHead, type FramedHead } from './response-head.ts';
import { UNKNOWN_LENGTH } from './transport.ts';
import { TransportError } from './transport-error.ts';

/** Where the parts of a response go. */
export interface ResponseSink {
  onInformational: (status: number, headers: string[]) => void;
  /** `hasMore`: the body does not end with the bytes that are here. */
  onHead: (head: FramedHead, hasMore: boolean) => void;
  onText: (body: string) => void;
  /** The bytes belong to the reader's caller: they are good during the call. */
  onData: (part: Buffer) => void;
  /** Last for this response. `hasSurplus`: bytes came after it that nobody asked for. */
  onEnd: (trailers: string[], hasSurplus: boolean) => void;
}

/** A body this small is worth turning into text, which leaves with its head in one write. */
const SMALL_BODY_BYTES = 16 * 1024;
/** Most heads are smaller, and what is behind them is body. */
const FIRST_LOOK_BYTES = 4 * 1024;

const NO_TRAILERS: string[] = [];
const CR = 13;

type State = 'idle' | 'head' | 'fixed' | 'chunked' | 'until close';

export class ResponseReader {
  readonly #sink: ResponseSink;
  #state: State = 'idle';
  #method = '';
  #early: Buffer | undefined;
  #remaining = 0;
  #chunks: ChunkReader | undefined;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** A response to this method is due. */
  expect(method: string): void {
    this.#method = method;
    this.#state = 'head';
  }

  /** Throws a TransportError where the bytes are no HTTP/1 response. */
  read(bytes: Buffer): void {
    if (this.#state === 'head') this.#readHead(bytes);
    else if (this.#state === 'fixed') this.#readFixed(bytes);
    else if (this.#state === 'chunked') this.#readChunks(bytes);
    else if (this.#state === 'until close') this.#sink.onData(bytes);
    else throw malformed('more than was asked for');
  }

  /** The backend has closed its side: the end of a body without a length, too early for any other. */
  end(): void {
    if (this.#state === 'until close') this.#finish(NO_TRAILERS, false);
    else if (this.#state === 'fixed' || this.#state === 'chunked')
      throw new TransportError('RESPONSE_LENGTH', 'the answer ended before its announced length');
    else throw new TransportError('CONNECTION_CLOSED', 'connection closed before the answer');
  }

  #readHead(bytes: Buffer): void {
    const all = this.#early === undefined ? bytes : Buffer.concat([this.#early, bytes]);
    this.#early = undefined;
    let text = latin1(all, 0, Math.min(all.length, FIRST_LOOK_BYTES));
    if (hasBareLines(text)) return this.#readBareHead(all);
    let end = text.indexOf('\r\n\r\n');
    if (end === -1 && all.length > FIRST_LOOK_BYTES) {
      text = latin1(all, 0, Math.min(all.length, MAX_RESPONSE_HEAD_BYTES));
      end = text.indexOf('\r\n\r\n');
    }
    if (end === -1) this.#awaitMore(all, text);
    else this.#takeHead(readResponseHead(text.slice(0, end)), all, text, end + 4);
  }

  /** Lines that end in a line feed alone, as small servers write them, are taken (RFC 9112 section 2.2), never sent on. */
  #readBareHead(all: Buffer): void {
    const text = latin1(all, 0, Math.min(all.length, MAX_RESPONSE_HEAD_BYTES));
    const end = /\n\r?\n/.exec(text);
    if (end === null) return this.#awaitMore(all, text);
    const head = text.slice(0, end.index).replaceAll(/\r?\n/g, '\r\n').replace(/\r$/, '');
    this.#takeHead(readResponseHead(head), all, text, end.index + end[0].length);
  }

  #awaitMore(all: Buffer, text: string): void {
    if (!'HTTP/1.'.startsWith(text.slice(0, 7))) throw malformed('no status line');
    if (all.length >= MAX_RESPONSE_HEAD_BYTES)
      throw new TransportError('RESPONSE_HEAD_TOO_LARGE', 'the head of the answer is larger than 64 KiB');
    this.#early = Buffer.from(all);
  }

  #takeHead(head: FramedHead, bytes: Buffer, text: string, start: number): void {
    const { status } = head;
    if (status < 200) {
      if (status === 101) throw malformed('a change of protocol that nobody asked for');
      this.#sink.onInformational(status, head.headers);
      if (bytes.length > start) this.#readHead(bytes.subarray(start));
      return;
    }
    const here = bytes.length - start;
    if (this.#method === 'HEAD' || status === 204 || status === 304 || head.length === 0) {
      head.length = 0;
      this.#sink.onHead(head, false);
      this.#finish(NO_TRAILERS, here > 0);
    } else if (head.length !== UNKNOWN_LENGTH && here >= head.length && head.length <= SMALL_BODY_BYTES) {
      this.#takeSmall(head, bytes, text, start);
    } else this.#takeLarge(head, here > 0 ? bytes.subarray(start) : undefined);
  }

  #takeSmall(head: FramedHead, bytes: Buffer, text: string, start: number): void {
    const end = start + head.length;
    const hasSurplus = bytes.length > end;
    const body = end <= text.length ? text.slice(start, end) : latin1(bytes, start, end);
    this.#sink.onHead(head, false);
    this.#sink.onText(body);
    this.#finish(NO_TRAILERS, hasSurplus);
  }

  #takeLarge(head: FramedHead, rest: Buffer | undefined): void {
    this.#remaining = head.length;
    this.#state = head.chunked ? 'chunked' : head.length === UNKNOWN_LENGTH ? 'until close' : 'fixed';
    if (head.chunked) this.#chunks = new ChunkReader();
    this.#sink.onHead(head, true);
    if (rest !== undefined && (this.#state as State) !== 'idle') this.read(rest);
  }

  #readFixed(bytes: Buffer): void {
    const mine = bytes.length > this.#remaining ? bytes.subarray(0, this.#remaining) : bytes;
    this.#remaining -= mine.length;
    this.#sink.onData(mine);
    if (this.#remaining === 0) this.#finish(NO_TRAILERS, bytes.length > mine.length);
  }

  #readChunks(bytes: Buffer): void {
    const chunks = this.#chunks!;
    const used = chunks.read(bytes, (part) => this.#sink.onData(part));
    if (!chunks.isDone) return;
    this.#chunks = undefined;
    this.#finish(chunks.trailers, used < bytes.length);
  }

  #finish(trailers: string[], hasSurplus: boolean): void {
    this.#state = 'idle';
    this.#sink.onEnd(trailers, hasSurplus);
  }
}

/** Its first line ends without a carriage return. */
function hasBareLines(text: string): boolean {
  const end = text.indexOf('\n');
  return end > 0 && text.charCodeAt(end - 1) !== CR;
}
