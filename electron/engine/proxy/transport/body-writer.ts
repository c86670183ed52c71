/** Writes the body of a request to a backend, in the framing its head announced, no faster than it is taken. */
import type { Readable } from 'node:stream';
import type { Socket } from 'node:net';
import { TransportError } from './transport-error.ts';

export interface BodyEvents {
  onProgress: () => void;
  onDone: () => void;
  onError: (error: Error) => void;
}

export class BodyWriter {
  readonly #socket: Socket;
  readonly #body: Readable;
  /** Bytes still announced; undefined for a chunked body. */
  #announced: number | undefined;
  readonly #trailers: (() => string[]) | undefined;
  readonly #events: BodyEvents;

  constructor(
    socket: Socket,
    body: Readable,
    announced: number | undefined,
    trailers: (() => string[]) | undefined,
    events: BodyEvents,
  ) {
    this.#socket = socket;
    this.#body = body;
    this.#announced = announced;
    this.#trailers = trailers;
    this.#events = events;
    body.on('data', this.#onData);
    body.on('end', this.#onEnd);
    body.on('error', events.onError);
    socket.on('drain', this.#onDrain);
  }

  /** Leaves the body where it is; the socket is the caller's again. */
  stop(): void {
    this.#body.off('data', this.#onData);
    this.#body.off('end', this.#onEnd);
    this.#body.off('error', this.#events.onError);
    this.#socket.off('drain', this.#onDrain);
    this.#body.pause();
  }

  readonly #onDrain = (): void => {
    this.#events.onProgress();
    this.#body.resume();
  };

  readonly #onData = (chunk: Buffer): void => {
    this.#events.onProgress();
    if (!this.#write(chunk)) this.#body.pause();
  };

  #write(chunk: Buffer): boolean {
    if (this.#announced !== undefined) {
      this.#announced -= chunk.length;
      if (this.#announced >= 0) return this.#socket.write(chunk);
      this.#events.onError(tooLong());
      return false;
    }
    this.#socket.cork();
    this.#socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    this.#socket.write(chunk);
    const goesOn = this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
    return goesOn;
  }

  readonly #onEnd = (): void => {
    if (this.#announced !== undefined && this.#announced > 0) {
      this.#events.onError(tooLong());
      return;
    }
    if (this.#announced === undefined) this.#socket.write(`0\r\n${fields(this.#trailers?.() ?? [])}\r\n`, 'latin1');
    this.stop();
    this.#events.onDone();
  };
}

const tooLong = (): TransportError =>
  new TransportError('REQUEST_LENGTH', 'the body does not have the announced length');

/** Field lines of a flat list (RFC 9112 section 5). */
export function fields(flat: readonly string[]): string {
  let lines = '';
  for (let i = 0; i < flat.length; i += 2) lines += `${flat[i]!}: ${flat[i + 1]!}\r\n`;
  return lines;
}
