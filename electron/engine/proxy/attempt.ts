/** One try at one backend: sends the request, streams the answer to the client with back-pressure. */
import { pipeline, type Transform } from 'node:stream';
import type { Backend } from '../generation.ts';
import type { Client, Written } from './client/client.ts';
import { describeFailure, type Failure } from './failure.ts';
import { passedTrailers } from './headers.ts';
import { UNKNOWN_LENGTH, type ResponseHandler, type ResponseHead } from './transport/transport.ts';

/** Who decides what an attempt leads to. */
export interface AttemptOwner {
  /** The head is complete: last changes to it, and what the body goes through. */
  onHead: (attempt: Attempt, head: ResponseHead) => Transform[];
  onContinue: () => void;
  /** Bytes of the body, before any transform; text has a character a byte. */
  onBytes: (count: number, body: Buffer | string) => void;
  onDone: (attempt: Attempt) => void;
  onFailed: (attempt: Attempt, failure: Failure) => void;
}

/** 1xx answers passed on ahead of one answer; more are left out, since nothing slows their sender. */
const MAX_INFORMATIONAL = 32;

export class Attempt implements ResponseHandler {
  readonly backend: Backend;
  /** The request may have reached the backend. */
  sent = false;
  /** The response has begun: nothing can be tried again. */
  begun = false;
  over = false;
  /** Its connection had to be opened; on the clock of performance.now(), 0 for a kept one. */
  connectedAt = 0;
  /** The transport has been asked: what is not connected by now waits for a new connection. */
  isDispatched = false;
  readonly #owner: AttemptOwner;
  readonly #client: Client;
  #abort: (() => void) | undefined;
  #resume: () => void = () => undefined;
  /** Bytes still to come. */
  #remaining = UNKNOWN_LENGTH;
  #ended = false;
  /** Sent when the answer is complete: until then the client has no reason to leave. */
  #bodiless: ResponseHead | undefined;
  #body: Transform | undefined;
  #resuming = false;
  #informed = 0;

  constructor(owner: AttemptOwner, client: Client, backend: Backend) {
    this.#owner = owner;
    this.#client = client;
    this.backend = backend;
    backend.live.active++;
    backend.live.requests++;
  }

  onConnect(abort: () => void): void {
    this.sent = true;
    if (this.isDispatched) this.connectedAt = performance.now();
    this.#abort = abort;
    if (this.over) abort();
  }

  onInformational(status: number, headers: string[]): void {
    if (this.over) return;
    if (status === 100) this.#owner.onContinue();
    else if (this.#informed++ < MAX_INFORMATIONAL) this.#client.sendInformational(status, headers);
  }

  onHead(head: ResponseHead, resume: () => void): boolean {
    if (this.over) return true;
    this.#resume = resume;
    this.#remaining = head.length;
    const transforms = this.#owner.onHead(this, head);
    if (this.over) return true;
    if (head.length === 0) this.#bodiless = head;
    else {
      this.#client.sendHead(head.status, head.statusText, head.headers, true);
      this.begun = true;
      if (transforms.length > 0) this.#through(transforms);
      else this.#client.flushHead();
    }
    return true;
  }

  onText(body: string): void {
    if (this.over) return;
    this.#owner.onBytes(body.length, body);
    if (this.#body !== undefined) {
      this.#body.write(body, 'latin1');
      return;
    }
    this.#ended = true;
    this.#client.endWithText(body);
  }

  onData(chunk: Buffer): Written {
    if (this.over) return 'kept';
    const client = this.#client;
    this.#owner.onBytes(chunk.length, chunk);
    if (this.#body !== undefined) return this.#body.write(chunk) ? 'kept' : this.#waitForBody(this.#body);
    if (this.#remaining === chunk.length) {
      this.#ended = true;
      client.end(chunk);
      return 'kept';
    }
    if (this.#remaining !== UNKNOWN_LENGTH) this.#remaining -= chunk.length;
    const written = client.write(chunk);
    return written === 'full' ? this.#waitFor(client) : written;
  }

  onComplete(trailers: string[]): void {
    if (this.over) return;
    if (this.#bodiless !== undefined && !this.#sendBodiless(this.#bodiless)) return;
    this.#leave();
    if (trailers.length > 0) this.#client.setTrailers(passedTrailers(trailers));
    if (this.#body !== undefined) this.#body.end();
    else if (!this.#ended) this.#client.end();
    this.#owner.onDone(this);
  }

  #sendBodiless(head: ResponseHead): boolean {
    try {
      this.#client.sendHead(head.status, head.statusText, head.headers, false);
      this.#ended = true;
      return true;
    } catch (error) {
      this.onError(error as Error);
      return false;
    }
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
    this.#body = transforms[0];
    pipeline([...transforms, this.#client.sink], (error) => {
      if (error && !this.over) this.cancel();
    });
    this.#client.flushHead();
  }

  #waitFor(client: Client): Written {
    if (!this.#resuming) client.onDrain(this.#onDrain);
    this.#resuming = true;
    return 'full';
  }

  #waitForBody(body: Transform): Written {
    if (!this.#resuming) body.once('drain', this.#onDrain);
    this.#resuming = true;
    return 'full';
  }

  readonly #onDrain = (): void => {
    this.#resuming = false;
    this.#resume();
  };
}
