/** What a connection sends, gathered and written once in a turn of the event loop: a write over TLS costs more than an answer. */
import type { Socket } from 'node:net';

/** More than this waits for the socket before bodies go on. */
const HIGH_WATER_BYTES = 128 * 1024;
/** A client that takes no answers is not read from either. */
const MAX_UNSENT_BYTES = 1024 * 1024;

export class Output {
  readonly #socket: Socket;
  readonly #onRoom: () => void;
  /** A character a byte. */
  #text = '';
  /** Before #text. */
  #parts: (string | Buffer)[] = [];
  #gathered = 0;
  #isScheduled = false;

  /** `onRoom` is called when a clog may have cleared. */
  constructor(socket: Socket, onRoom: () => void) {
    this.#socket = socket;
    this.#onRoom = onRoom;
    socket.on('drain', onRoom);
  }

  get isClogged(): boolean {
    return this.#gathered + this.#socket.writableLength >= HIGH_WATER_BYTES;
  }

  get isFlooded(): boolean {
    return this.#gathered + this.#socket.writableLength >= MAX_UNSENT_BYTES;
  }

  /** Frames as text. */
  send(frames: string): void {
    this.#text += frames;
    this.#gather(frames.length);
  }

  /** A frame whose payload stays where it is. */
  sendBytes(head: string, payload: Buffer): void {
    this.#parts.push(this.#text + head, payload);
    this.#text = '';
    this.#gather(head.length + payload.length);
  }

  #gather(bytes: number): void {
    this.#gathered += bytes;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.flush);
  }

  readonly flush = (): void => {
    this.#isScheduled = false;
    const wasClogged = this.isClogged;
    this.#write();
    if (wasClogged && !this.isClogged) this.#onRoom();
  };

  /** Sends all there is, then ends the connection. */
  end(): void {
    this.#write();
    this.#socket.end();
  }

  #write(): void {
    const text = this.#text;
    const parts = this.#parts;
    this.#text = '';
    this.#gathered = 0;
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) {
      this.#parts = [];
      return;
    }
    if (parts.length === 0) {
      if (text !== '') socket.write(text, 'latin1');
      return;
    }
    this.#parts = [];
    socket.cork();
    for (const part of parts) {
      if (typeof part === 'string') socket.write(part, 'latin1');
      else socket.write(part);
    }
    if (text !== '') socket.write(text, 'latin1');
    socket.uncork();
  }
}
