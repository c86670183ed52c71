/** The body of a request on its way to a backend; a failed attempt never takes the client's socket with it. */
import { Readable } from 'node:stream';
import type { Client } from './client/client.ts';

/** Read ahead of the backend; more waits in the client's socket. */
const READ_AHEAD_BYTES = 64 * 1024;

export class RequestBody extends Readable {
  /** True once a byte, or the end, was taken from the client: from then on the body cannot be sent again. */
  touched = false;
  /** The last byte has come. */
  isWhole = false;
  #begun = false;
  readonly #client: Pick<Client, 'source' | 'isComplete'>;
  readonly #source: Readable;
  readonly #count: (bytes: number, chunk: Buffer) => void;

  constructor(client: Pick<Client, 'source' | 'isComplete'>, count: (bytes: number, chunk: Buffer) => void) {
    super({ highWaterMark: READ_AHEAD_BYTES });
    this.#client = client;
    this.#source = client.source;
    this.#count = count;
    this.on('error', ignore); // a transport that is done with it no longer listens, and the client may still leave
  }

  override _read(): void {
    if (!this.#begun) this.#begin();
    this.#source.resume();
  }

  #begin(): void {
    this.#begun = true;
    this.#source.on('data', this.#onData);
    this.#source.on('end', this.#onEnd);
    this.#source.on('close', this.#onClose);
    this.#source.on('error', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.touched = true;
    this.#count(chunk.length, chunk);
    if (!this.push(chunk)) this.#source.pause();
  };

  readonly #onEnd = (): void => {
    this.touched = true;
    this.isWhole = true;
    this.push(null);
  };

  readonly #onClose = (): void => {
    if (!this.#client.isComplete) this.destroy(new Error('the client left before its request was complete'));
  };

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.off('data', this.#onData);
    this.#source.off('end', this.#onEnd);
    this.#source.off('close', this.#onClose);
    this.#source.off('error', this.#onClose);
    // What nobody wants any more is read and dropped; a body not begun waits for the next attempt.
    if (this.touched) this.#source.resume();
    else if (this.#begun) this.#source.pause();
    callback(error);
  }
}

const ignore = (): void => undefined;
