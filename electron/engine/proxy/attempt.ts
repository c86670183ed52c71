/** One try at one backend: sends the request, streams the answer to the client with back-pressure. */
import { pipeline, type Transform } from 'node:stream';
import type { ServerResponse } from 'node:http';
import type { Backend } from '../generation.ts';
import { describeFailure, type Failure } from './failure.ts';
import { isResponseHop, namedByConnection, withoutFields } from './headers.ts';
import type { ResponseHandler } from './transport.ts';

/** What an attempt needs to know of the exchange, and writes into it. */
export interface AttemptClient {
  readonly method: string;
  readonly response: ServerResponse;
  readonly isHttp10: boolean;
  bytesOut: number;
}

/** Who decides what an attempt leads to. */
export interface AttemptOwner {
  /** The head is complete: last changes to it, and what the body goes through. */
  onHead: (attempt: Attempt, head: ResponseHead) => Transform[];
  onContinue: () => void;
  onDone: (attempt: Attempt) => void;
  onFailed: (attempt: Attempt, failure: Failure) => void;
}

export interface ResponseHead {
  status: number;
  statusText: string;
  /** Flat, hop-by-hop fields gone. */
  headers: string[];
}

const NO_LENGTH = -1;

/** A body this small is worth turning into text, which leaves with its head in one write. */
const SMALL_BODY_BYTES = 16 * 1024;

export class Attempt implements ResponseHandler {
  readonly backend: Backend;
  /** The request may have reached the backend. */
  sent = false;
  /** The response has begun: nothing can be tried again. */
  begun = false;
  over = false;
  readonly #owner: AttemptOwner;
  readonly #client: AttemptClient;
  #abort: ((reason?: Error) => void) | undefined;
  #resume: () => void = () => undefined;
  /** Bytes still to come; NO_LENGTH when the backend did not say. */
  #remaining = NO_LENGTH;
  #ended = false;
  #body: Transform | undefined;
  #resuming = false;

  constructor(owner: AttemptOwner, client: AttemptClient, backend: Backend) {
    this.#owner = owner;
    this.#client = client;
    this.backend = backend;
    backend.live.active++;
    backend.live.requests++;
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.sent = true;
    this.#abort = abort;
    if (this.over) abort();
  }

  onHeaders(status: number, raw: (Buffer | string)[], resume: () => void, statusText: string): boolean {
    if (this.over) return true;
    if (status < 200) {
      this.#informational(status, raw);
      return true;
    }
    const head: ResponseHead = { status, statusText, headers: this.#decode(raw) };
    this.#resume = resume;
    const transforms = this.#owner.onHead(this, head);
    if (this.over) return true;
    const { response, method } = this.#client;
    response.writeHead(status, statusText, head.headers);
    this.begun = true;
    if (transforms.length > 0 && method !== 'HEAD') this.#through(transforms);
    else if (this.#remaining !== 0) process.nextTick(flushHead, response);
    return true;
  }

  #decode(raw: (Buffer | string)[]): string[] {
    const headers: string[] = [];
    let named: string[] | undefined;
    for (let i = 0; i < raw.length; i += 2) {
      const name = text(raw[i]!);
      const value = text(raw[i + 1]!);
      if (isResponseHop(name)) {
        if (name.length === 10) named = namedByConnection(name, value, named);
        continue;
      }
      if (name.length === 14 && name.toLowerCase() === 'content-length') this.#remaining = Number(value);
      headers.push(name, value);
    }
    return named === undefined ? headers : withoutFields(headers, named);
  }

  onData(chunk: Buffer): boolean {
    if (this.over) return true;
    const { response } = this.#client;
    this.#client.bytesOut += chunk.length;
    if (this.#body !== undefined) return this.#body.write(chunk) || this.#waitFor(this.#body);
    if (this.#remaining === chunk.length) {
      this.#ended = true;
      if (chunk.length <= SMALL_BODY_BYTES) endInOneWrite(response, text(chunk));
      else response.end(chunk);
      return true;
    }
    if (this.#remaining !== NO_LENGTH) this.#remaining -= chunk.length;
    return response.write(chunk) || this.#waitFor(response);
  }

  onComplete(rawTrailers: (Buffer | string)[] | null): void {
    if (this.over) return;
    this.#leave();
    const { response } = this.#client;
    if (rawTrailers !== null && rawTrailers.length > 0) response.addTrailers(pairs(rawTrailers));
    if (this.#body !== undefined) this.#body.end();
    else if (!this.#ended) response.end();
    this.#owner.onDone(this);
  }

  onError(error: Error): void {
    if (this.over) return;
    this.#leave();
    this.#body?.destroy();
    this.#owner.onFailed(this, describeFailure(error));
  }

  /** The client left, or the backend has to: nothing more is relayed. */
  cancel(): void {
    if (this.over) return;
    this.#leave();
    this.#body?.destroy();
    this.#abort?.(new Error('the client left'));
  }

  #leave(): void {
    this.over = true;
    this.backend.live.active--;
  }

  #informational(status: number, raw: (Buffer | string)[]): void {
    if (status === 100) this.#owner.onContinue();
    else if (status === 103 && !this.#client.isHttp10) sendEarlyHints(this.#client.response, raw);
  }

  #through(transforms: Transform[]): void {
    const { response } = this.#client;
    this.#body = transforms[0];
    pipeline([...transforms, response], (error) => {
      if (error && !this.over) this.cancel();
    });
    process.nextTick(flushHead, response);
  }

  #waitFor(sink: Transform | ServerResponse): false {
    if (!this.#resuming) {
      this.#resuming = true;
      sink.once('drain', () => {
        this.#resuming = false;
        this.#resume();
      });
    }
    return false;
  }
}

/** Node's own way to bytes as text, a third quicker than toString('latin1'); its types leave it out. */
type Latin1 = Buffer & { latin1Slice: () => string };

const text = (value: Buffer | string): string => (typeof value === 'string' ? value : (value as Latin1).latin1Slice());

/**
 * Text is joined to the head; bytes, or the empty write of end(chunk), would make it a vectored write, which costs more
 * than twice as much. A response that waits for its turn on the connection has no socket yet.
 */
function endInOneWrite(response: ServerResponse, body: string): void {
  const { socket } = response;
  if (socket === null || socket.writableLength > 0) {
    response.end(body, 'latin1');
    return;
  }
  socket.cork();
  response.write(body, 'latin1');
  socket.uncork();
  response.end();
}

/** A head whose body is not there yet goes out by itself: event streams begin with it. */
function flushHead(response: ServerResponse): void {
  if (!response.writableEnded && !response.destroyed) response.flushHeaders();
}

function pairs(flat: (Buffer | string)[]): [string, string][] {
  const out: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) out.push([text(flat[i]!), text(flat[i + 1]!)]);
  return out;
}

/** 103 with its Link fields (RFC 8297). */
function sendEarlyHints(response: ServerResponse, raw: (Buffer | string)[]): void {
  const hints: Record<string, string | string[]> = {};
  const links: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase();
    if (lower === 'link') links.push(...value.split(/,\s*(?=<)/));
    else if (!isResponseHop(name)) hints[lower] = value;
  }
  if (links.length === 0 || response.headersSent) return;
  try {
    response.writeEarlyHints({ ...hints, link: links });
  } catch {
    // Node takes only plain Link values; a hint may be left out (RFC 8297 section 2)
  }
}
