/** The body of a request as it comes in DATA frames: it flows when somebody reads it, and the client waits for that. */
import { Readable } from 'node:stream';

/** Parts smaller than this are put together while they wait: each would cost more than what it holds. */
const SMALL_PART_BYTES = 2_048;
const GATHERED_BYTES = 16 * 1024;

/** Read ahead of who reads it; more waits within the window of the stream. */
const READ_AHEAD_BYTES = 64 * 1024;

export class StreamSource extends Readable {
  readonly #consumed: (bytes: number) => void;
  #queue: Buffer[] = [];
  /** The last of the queue, where it has room for more. */
  #gathering: Buffer | undefined;
  #gathered = 0;
  #isWanted = false;
  #isWhole = false;

  /** `consumed` is told of bytes that have made room. */
  constructor(consumed: (bytes: number) => void) {
    super({ highWaterMark: READ_AHEAD_BYTES });
    this.#consumed = consumed;
    this.on('error', () => undefined); // who reads it has been told
  }

  feed(chunk: Buffer): void {
    if (this.destroyed) this.#consumed(chunk.length);
    else if (this.#isWanted) this.#give(chunk);
    else if (chunk.length < SMALL_PART_BYTES) this.#gather(chunk);
    else this.#enqueue(chunk);
  }

  /** The last has come. */
  finish(): void {
    this.#isWhole = true;
    if (this.#queue.length === 0) this.push(null);
  }

  override _read(): void {
    this.#isWanted = true;
    while (this.#isWanted && this.#queue.length > 0) {
      const chunk = this.#queue.shift()!;
      if (this.#queue.length === 0) this.#gathering = undefined;
      this.#give(chunk);
      if (this.#queue.length === 0 && this.#isWhole) this.push(null);
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const dropped = this.#queue.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#queue = [];
    if (dropped > 0) this.#consumed(dropped);
    done(error);
  }

  #enqueue(chunk: Buffer): void {
    this.#gathering = undefined;
    this.#queue.push(chunk);
  }

  #gather(part: Buffer): void {
    if (this.#gathering === undefined || this.#gathered + part.length > GATHERED_BYTES) {
      this.#enqueue(part);
      this.#gathering = Buffer.allocUnsafeSlow(GATHERED_BYTES);
      this.#gathered = 0;
    }
    this.#gathering.set(part, this.#gathered);
    this.#gathered += part.length;
    this.#queue[this.#queue.length - 1] = this.#gathering.subarray(0, this.#gathered);
  }

  #give(chunk: Buffer): void {
    this.#isWanted = this.push(chunk);
    this.#consumed(chunk.length);
  }
}
