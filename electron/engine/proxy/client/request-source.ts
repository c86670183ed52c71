/** The body of a request as it comes from a connection: it flows when somebody reads it. */
import { Readable } from 'node:stream';
import { ChunkReader } from '../transport/chunks.ts';
import { RefusedRequest } from './request-head.ts';

/** Read ahead of who reads it; more waits in the client's socket. */
const READ_AHEAD_BYTES = 64 * 1024;

const CHUNKED = -1;

export class RequestSource extends Readable {
  isComplete = false;
  /** Flat. */
  rawTrailers: string[] = [];
  readonly #chunks: ChunkReader | undefined;
  readonly #resume: () => void;
  #remaining: number;
  #isDropped = false;

  /** `resume` asks the connection for more. */
  constructor(length: number, resume: () => void) {
    super({ highWaterMark: READ_AHEAD_BYTES });
    this.#remaining = length;
    this.#resume = resume;
    if (length === CHUNKED) this.#chunks = new ChunkReader();
    if (length === 0) {
      this.isComplete = true;
      this.push(null);
    }
    this.on('error', () => undefined); // who reads it has been told
  }

  override _read(): void {
    this.#resume();
  }

  /** Nobody reads it any more: what still comes is passed over. */
  passOver(): void {
    this.#isDropped = true;
    this.#resume();
  }

  /** Returns how many of the bytes are its own; `goesOn` false asks to wait. Throws a RefusedRequest. */
  feed(bytes: Buffer): { used: number; goesOn: boolean } {
    let goesOn = true;
    const give = (part: Buffer): void => {
      if (!this.#isDropped && !this.push(part)) goesOn = false;
    };
    let used: number;
    if (this.#chunks === undefined) {
      const mine = bytes.length > this.#remaining ? bytes.subarray(0, this.#remaining) : bytes;
      used = mine.length;
      this.#remaining -= used;
      if (used > 0) give(mine);
      this.isComplete = this.#remaining === 0;
    } else {
      used = this.#readChunks(this.#chunks, bytes, give);
    }
    if (this.isComplete && !this.#isDropped) this.push(null);
    return { used, goesOn };
  }

  #readChunks(chunks: ChunkReader, bytes: Buffer, give: (part: Buffer) => void): number {
    try {
      const used = chunks.read(bytes, give);
      this.isComplete = chunks.isDone;
      if (chunks.isDone) this.rawTrailers = chunks.trailers;
      return used;
    } catch {
      throw new RefusedRequest('REQUEST_MALFORMED', 'The request is not HTTP: its chunks are not well made.');
    }
  }
}
