/** What one HTTP/2 connection may ask of us, so that no client can keep us busy for nothing. */
import { MAX_FRAME_BYTES } from './frames.ts';

/** Open at a time; a browser opens hundreds for a page of modules. */
export const MAX_STREAMS = 256;
/** What a stream may send ahead of its reader. */
export const STREAM_WINDOW_BYTES = 256 * 1024;
/** For all streams of a connection together. */
export const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024;
/** A window larger than this is an error (RFC 9113 section 6.9.1). */
export const MAX_WINDOW = 2 ** 31 - 1;
/** Names, values and 32 bytes for each, decoded; more is answered 431. */
export const MAX_HEADER_LIST_BYTES = 64 * 1024;
/** A header block as it is sent, with room for one that is answered 431. */
export const MAX_BLOCK_BYTES = 2 * MAX_HEADER_LIST_BYTES;
/** CONTINUATION frames of a header block: enough for the largest, none left over for empty ones. */
export const MAX_CONTINUATIONS = MAX_BLOCK_BYTES / MAX_FRAME_BYTES;
/** Of the HPACK table that a client may fill (RFC 7541 section 4.2). */
export const HEADER_TABLE_BYTES = 4_096;
/** Changes of settings in one frame; there are seven. */
export const MAX_SETTINGS = 32;
/** Streams we have reset whose late frames are passed over (RFC 9113 section 5.1). */
export const REMEMBERED_RESETS = 1_024;

/** Streams that end badly by the client's doing: who cancels a page does it for all of its requests at once. */
const RESET_BURST = 1_000;
const RESETS_PER_SECOND = 33;
/** Frames that move nothing on: PING, SETTINGS, PRIORITY, empty DATA, unknown ones. */
const NOISE_BURST = 10_000;
const NOISE_PER_SECOND = 1_000;

/** A bucket of tokens: full at first, filled again in time. */
export class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #filledAt = performance.now();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
  }

  /** False when there is none left. */
  take(): boolean {
    if (this.#left < 1) this.#fill();
    return --this.#left >= 0;
  }

  #fill(): void {
    const now = performance.now();
    const gained = ((now - this.#filledAt) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#burst, Math.max(0, this.#left) + gained);
    this.#filledAt = now;
  }
}

export const allowResets = (): Allowance => new Allowance(RESET_BURST, RESETS_PER_SECOND);
export const allowNoise = (): Allowance => new Allowance(NOISE_BURST, NOISE_PER_SECOND);
