/** One try at one backend: sends the request, streams the answer to the client with back-pressure. */
import { pipeline, type Transform } from 'node:stream';
import type { ServerResponse } from 'node:http';
import type { Backend } from '../generation.ts';
import { describeFailure, type Failure } from './failure.ts';
import { UNKNOWN_LENGTH, type ResponseHandler, type ResponseHead } from './transport/transport.ts';

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

export class Attempt implements ResponseHandler {
  readonly backend: Backend;
  /** The request may have reached the backend. */
  sent = false;
  /** The response has begun: nothing can be tried again. */
  begun = false;
  over = false;
  readonly #owner: AttemptOwner;
  readonly #client: AttemptClient;
  #abort: (() => void) | undefined;
  #resume: () => void = () => undefined;
  /** Bytes still to come. */
  #remaining = UNKNOWN_LENGTH;
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

  onConnect(abort: () => void): void {
    this.sent = true;
    this.#abort = abort;
    if (this.over) abort();
  }

  onInformational(status: number, headers: string[]): void {
    if (this.over) return;
    if (status === 100) this.#owner.onContinue();
    else if (status === 103 && !this.#client.isHttp10) sendEarlyHints(this.#client.response, headers);
  }

  onHead(head: ResponseHead, resume: () => void): boolean {
    if (this.over) return true;
    this.#resume = resume;
    this.#remaining = head.length;
    const transforms = this.#owner.onHead(this, head);
    if (this.over) return true;
    const { response, method } = this.#client;
    response.writeHead(head.status, head.statusText, head.headers);
    this.begun = true;
    if (transforms.length > 0 && method !== 'HEAD') this.#through(transforms);
    else if (this.#remaining !== 0) process.nextTick(flushHead, response);
    return true;
  }

  onText(body: string): void {
    if (this.over) return;
    this.#client.bytesOut += body.length;
    if (this.#body !== undefined) {
      this.#body.write(body, 'latin1');
      return;
    }
    this.#ended = true;
    endInOneWrite(this.#client.response, body);
  }

  onData(chunk: Buffer): boolean {
    if (this.over) return true;
    const { response } = this.#client;
    this.#client.bytesOut += chunk.length;
    if (this.#body !== undefined) return this.#body.write(chunk) || this.#waitFor(this.#body);
    if (this.#remaining === chunk.length) {
      this.#ended = true;
      response.end(chunk);
      return true;
    }
    if (this.#remaining !== UNKNOWN_LENGTH) this.#remaining -= chunk.length;
    return response.write(chunk) || this.#waitFor(response);
  }

  onComplete(trailers: string[]): void {
    if (this.over) return;
    this.#leave();
    const { response } = this.#client;
    if (trailers.length > 0) response.addTrailers(pairs(trailers));
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
    this.#abort?.();
  }

  #leave(): void {
    this.over = true;
    this.backend.live.active--;
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

function pairs(flat: string[]): [string, string][] {
  const out: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) out.push([flat[i]!, flat[i + 1]!]);
  return out;
}

/** 103 with its Link fields (RFC 8297). */
function sendEarlyHints(response: ServerResponse, headers: string[]): void {
  const hints: Record<string, string | string[]> = {};
  const links: string[] = [];
  for (const [name, value] of pairs(headers)) {
    const lower = name.toLowerCase();
    if (lower === 'link') links.push(...value.split(/,\s*(?=<)/));
    else hints[lower] = value;
  }
  if (links.length === 0 || response.headersSent) return;
  try {
    response.writeEarlyHints({ ...hints, link: links });
  } catch {
    // Node takes only plain Link values; a hint may be left out (RFC 8297 section 2)
  }
}
