/** What the client may still send, of one stream or of all together (RFC 9113 section 5.2). */

export class Credit {
  readonly #windowBytes: number;
  #left: number;
  /** Consumed, and not told yet. */
  #owed = 0;

  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
    this.#left = windowBytes;
  }

  /** False when the client sends more than it may. */
  take(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** How much to tell the client now, in a WINDOW_UPDATE: nothing until half of the window is used up. */
  giveBack(bytes: number): number {
    this.#owed += bytes;
    const owed = this.#owed;
    if (owed * 2 < this.#windowBytes) return 0;
    this.#owed = 0;
    this.#left += owed;
    return owed;
  }
}
