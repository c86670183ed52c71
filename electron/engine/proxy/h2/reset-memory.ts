/** The streams that we have reset lately: what their client had sent before it knew is passed over (RFC 9113 section 5.1). */
import { REMEMBERED_RESETS } from './bounds.ts';

export class ResetMemory {
  /** Oldest first. */
  readonly #ids = new Set<number>();

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  add(id: number): void {
    this.#ids.add(id);
    if (this.#ids.size <= REMEMBERED_RESETS) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
