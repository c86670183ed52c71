/** Reads header blocks of one connection (RFC 7541); what is wrong with one ends the connection. */
import { latin1 } from '../../latin1.ts';
import { HEADER_TABLE_BYTES, MAX_HEADER_LIST_BYTES } from './bounds.ts';
import { DynamicTable, entryBytes } from './dynamic-table.ts';
import { ConnectionError, ERROR } from './frames.ts';
import { decodeHuffman } from './huffman.ts';
import { STATIC_LENGTH, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

export interface FieldList {
  /** Flat, a character a byte. */
  fields: string[];
  /** It was larger than we take: the rest of it was read and dropped. */
  isTooLarge: boolean;
}

/** Bytes of an integer after its first: enough for all that fits in a block. */
const MAX_INTEGER_BYTES = 4;

export class HpackDecoder {
  readonly #table = new DynamicTable(HEADER_TABLE_BYTES);
  /** Counts the changes of the table: what was decoded before one may read differently after it. */
  changes = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** Throws a ConnectionError. */
  decode(bytes: Buffer, start: number, end: number): FieldList {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    const fields: string[] = [];
    let size = 0;
    this.#readSizeUpdates();
    while (this.#at < this.#end) {
      const at = fields.length;
      this.#readField(fields);
      size += entryBytes(fields[at]!, fields[at + 1]!);
      if (size > MAX_HEADER_LIST_BYTES) fields.length = 0;
    }
    return { fields, isTooLarge: size > MAX_HEADER_LIST_BYTES };
  }

  /** At the beginning of a block only (RFC 7541 section 4.2). */
  #readSizeUpdates(): void {
    while (this.#at < this.#end && (this.#bytes[this.#at]! & 0xe0) === 0x20) {
      const size = this.#integer(5);
      if (size > HEADER_TABLE_BYTES) throw broken('a table larger than was allowed');
      this.#table.resize(size);
      this.changes++;
    }
  }

  #readField(fields: string[]): void {
    const first = this.#bytes[this.#at]!;
    if ((first & 0x80) !== 0) return this.#readIndexed(fields);
    if ((first & 0xe0) === 0x20) throw broken('a change of the table in the middle of a block');
    const isIndexing = (first & 0x40) !== 0;
    const index = this.#integer(isIndexing ? 6 : 4);
    const name = index === 0 ? this.#text() : this.#nameAt(index);
    const value = this.#text();
    fields.push(name, value);
    if (!isIndexing) return;
    this.#table.insert(name, value);
    this.changes++;
  }

  #readIndexed(fields: string[]): void {
    const index = this.#integer(7);
    const name = this.#nameAt(index);
    fields.push(name, index <= STATIC_LENGTH ? STATIC_VALUES[index]! : this.#table.value(index - STATIC_LENGTH - 1));
  }

  #nameAt(index: number): string {
    if (index === 0 || index > STATIC_LENGTH + this.#table.length) throw broken('an index of no entry');
    return index <= STATIC_LENGTH ? STATIC_NAMES[index]! : this.#table.name(index - STATIC_LENGTH - 1);
  }

  /** RFC 7541 section 5.1. */
  #integer(prefixBits: number): number {
    const most = (1 << prefixBits) - 1;
    const value = this.#bytes[this.#at++]! & most;
    return value < most ? value : most + this.#integerRest();
  }

  #integerRest(): number {
    let value = 0;
    for (let i = 0; i < MAX_INTEGER_BYTES; i++) {
      if (this.#at >= this.#end) throw broken('an integer that does not end');
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw broken('an integer that is too large');
  }

  /** RFC 7541 section 5.2. */
  #text(): string {
    if (this.#at >= this.#end) throw broken('a field without its end');
    const isHuffman = (this.#bytes[this.#at]! & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#at;
    if (length > this.#end - start) throw broken('a text longer than its block');
    this.#at += length;
    if (!isHuffman) return latin1(this.#bytes, start, this.#at);
    const text = decodeHuffman(this.#bytes, start, this.#at);
    if (text === undefined) throw broken('a text that is no Huffman code');
    return text;
  }
}

const broken = (what: string): ConnectionError =>
  new ConnectionError(ERROR.COMPRESSION_ERROR, `the header block has ${what}`);
