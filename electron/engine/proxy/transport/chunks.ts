/** Takes a chunked body apart as its bytes come (RFC 9112 section 7.1). */
import { latin1 } from '../../latin1.ts';
import { malformed } from './response-head.ts';

/** Size, extensions and line end of one chunk. */
const MAX_SIZE_LINE_BYTES = 1_024;
/** As much as a head. */
const MAX_TRAILER_BYTES = 64 * 1024;

const LF = 10;

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What would end a line, and what is no character of HTTP (RFC 9110 section 5.5). */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;

type State = 'size' | 'data' | 'data end' | 'trailers' | 'done';

export class ChunkReader {
  #state: State = 'size';
  #line = '';
  #remaining = 0;
  #trailerBytes = 0;
  /** Flat. */
  readonly trailers: string[] = [];

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Gives the bytes of the body in these bytes, one part at a time; returns how many bytes it has used. */
  read(bytes: Buffer, onData: (part: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const part = bytes.subarray(at, at + this.#remaining);
        at += part.length;
        this.#remaining -= part.length;
        if (this.#remaining === 0) this.#state = 'data end';
        onData(part);
      } else at = this.#readLine(bytes, at);
    }
    return at;
  }

  #readLine(bytes: Buffer, start: number): number {
    const lf = bytes.indexOf(LF, start);
    const end = lf === -1 ? bytes.length : lf + 1;
    this.#line += latin1(bytes, start, end);
    const limit = this.#state === 'trailers' ? MAX_TRAILER_BYTES : MAX_SIZE_LINE_BYTES;
    if (this.#line.length > limit) throw malformed('a chunk whose size has no end');
    if (lf === -1) return end;
    if (!this.#line.endsWith('\r\n')) throw malformed('a chunk without CR LF');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#take(line);
    return end;
  }

  #take(line: string): void {
    if (this.#state === 'size') {
      const size = /^([0-9a-f]{1,12})[\t ]*(;.*)?$/i.exec(line)?.[1];
      if (size === undefined) throw malformed('a chunk without a size');
      this.#remaining = parseInt(size, 16);
      this.#state = this.#remaining === 0 ? 'trailers' : 'data';
    } else if (this.#state === 'data end') {
      if (line !== '') throw malformed('a chunk longer than its size');
      this.#state = 'size';
    } else if (line === '') this.#state = 'done';
    else this.#takeTrailer(line);
  }

  #takeTrailer(line: string): void {
    this.#trailerBytes += line.length;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (!TOKEN.test(name) || UNSAFE.test(value) || this.#trailerBytes > MAX_TRAILER_BYTES)
      throw malformed('trailers that are none');
    this.trailers.push(name, value);
  }
}
