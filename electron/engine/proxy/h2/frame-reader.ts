/** Cuts the bytes of a connection into frames; what a DATA frame carries passes on as it comes (RFC 9113 section 4.1). */
import { ConnectionError, DATA, ERROR, FRAME_HEAD_BYTES, MAX_FRAME_BYTES, PADDED, PREFACE } from './frames.ts';
import { latin1 } from '../../latin1.ts';

export interface FrameSink {
  /** Nothing more is read until read() is called again. */
  readonly isHeld: boolean;
  /** `bytes` are good during the call, for all frames but DATA. */
  onFrame: (type: number, flags: number, id: number, bytes: Buffer, start: number, end: number) => void;
  /** A DATA frame without padding begins: so many bytes of it will come by onDataPart. */
  onDataBegin: (flags: number, id: number, length: number) => void;
  onDataPart: (part: Buffer, isLast: boolean) => void;
}

export class FrameReader {
  readonly #sink: FrameSink;
  #rest: Buffer | undefined;
  #hasPreface = false;
  /** Bytes to come of a DATA frame. */
  #dataLeft = 0;
  #isStopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Part of a frame is here, or of the preface; bodies may take their time. */
  get isAmidst(): boolean {
    return this.#rest !== undefined || !this.#hasPreface;
  }

  /** Nothing more is read. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Throws a ConnectionError, also one of the sink's. */
  read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = this.#hasPreface ? 0 : this.#readPreface(bytes);
    while (at < bytes.length && !this.#isStopped && !this.#sink.isHeld) {
      const next = this.#dataLeft > 0 ? this.#readData(bytes, at) : this.#readFrame(bytes, at);
      if (next === at) break;
      at = next;
    }
    if (at < bytes.length && !this.#isStopped) this.#rest = at === 0 ? bytes : bytes.subarray(at);
  }

  #readPreface(bytes: Buffer): number {
    const text = latin1(bytes, 0, Math.min(bytes.length, PREFACE.length));
    if (!PREFACE.startsWith(text)) throw new ConnectionError(ERROR.PROTOCOL_ERROR, 'no preface of HTTP/2');
    if (text.length < PREFACE.length) return 0;
    this.#hasPreface = true;
    return PREFACE.length;
  }

  /** Where the next frame begins; `at` itself while this one is not complete. */
  #readFrame(bytes: Buffer, at: number): number {
    if (!this.#hasPreface || bytes.length - at < FRAME_HEAD_BYTES) return at;
    const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const type = bytes[at + 3]!;
    const flags = bytes[at + 4]!;
    const id = ((bytes[at + 5]! & 0x7f) << 24) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 8) | bytes[at + 8]!;
    if (length > MAX_FRAME_BYTES) throw new ConnectionError(ERROR.FRAME_SIZE_ERROR, 'a frame larger than was allowed');
    const start = at + FRAME_HEAD_BYTES;
    if (type === DATA && (flags & PADDED) === 0) {
      this.#dataLeft = length;
      this.#sink.onDataBegin(flags, id, length);
      return start;
    }
    if (bytes.length - start < length) return at;
    this.#sink.onFrame(type, flags, id, bytes, start, start + length);
    return start + length;
  }

  #readData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#dataLeft);
    this.#dataLeft -= end - at;
    this.#sink.onDataPart(bytes.subarray(at, end), this.#dataLeft === 0);
    return end;
  }
}
