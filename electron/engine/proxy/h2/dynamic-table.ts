/** The fields that a header block may name by number because an earlier one held them (RFC 7541 section 2.3.2). */

/** Counted for each entry beside its name and value (RFC 7541 section 4.1). */
const ENTRY_BYTES = 32;
/** Entries dropped before the memory of their places is given back. */
const LAZY_DROPS = 64;

export const entryBytes = (name: string, value: string): number => name.length + value.length + ENTRY_BYTES;

export class DynamicTable {
  /** Oldest first, from #first on. */
  #names: string[] = [];
  #values: string[] = [];
  #first = 0;
  #bytes = 0;
  #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#names.length - this.#first;
  }

  /** The newest is 0. */
  name(index: number): string {
    return this.#names[this.#names.length - 1 - index]!;
  }

  value(index: number): string {
    return this.#values[this.#values.length - 1 - index]!;
  }

  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#makeRoom(0);
  }

  /** An entry larger than the table empties it (RFC 7541 section 4.4). */
  insert(name: string, value: string): void {
    const bytes = entryBytes(name, value);
    this.#makeRoom(bytes);
    if (bytes > this.#maxBytes) return;
    this.#names.push(name);
    this.#values.push(value);
    this.#bytes += bytes;
  }

  #makeRoom(bytes: number): void {
    while (this.#bytes + bytes > this.#maxBytes && this.length > 0) {
      this.#bytes -= entryBytes(this.#names[this.#first]!, this.#values[this.#first]!);
      this.#first++;
    }
    if (this.#first < LAZY_DROPS && this.length > 0) return;
    this.#names.splice(0, this.#first);
    this.#values.splice(0, this.#first);
    this.#first = 0;
  }
}
