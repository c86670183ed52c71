/** Header blocks of one connection, decoded and checked; the same block is read once while it means the same. */
import { latin1 } from '../../latin1.ts';
import { MAX_BLOCK_BYTES, MAX_CONTINUATIONS } from './bounds.ts';
import { ConnectionError, ERROR } from './frames.ts';
import { HpackDecoder, type FieldList } from './hpack-decoder.ts';
import { readStreamHead, type StreamHead } from './request-head.ts';

/** A client that repeats itself sends blocks of a few bytes. */
const KEPT_BLOCK_BYTES = 128;
/** Different requests of a client that are kept. */
const KEPT_BLOCKS = 64;

/** A block whose CONTINUATION frames are still to come (RFC 9113 section 6.10). */
export interface OpenBlock {
  id: number;
  flags: number;
  parts: Buffer[];
  bytes: number;
  continuations: number;
}

/** Throws a ConnectionError for a block without end. */
export function addToBlock(block: OpenBlock, part: Buffer): void {
  block.parts.push(Buffer.from(part));
  block.bytes += part.length;
  if (++block.continuations > MAX_CONTINUATIONS || block.bytes > MAX_BLOCK_BYTES)
    throw new ConnectionError(ERROR.ENHANCE_YOUR_CALM, 'a header block without end');
}

export class HeadBlocks {
  readonly #decoder = new HpackDecoder();
  readonly #kept = new Map<string, StreamHead>();
  /** Of the decoder when they were kept. */
  #changes = 0;

  /** Undefined for a head that is larger than we take. Throws a ConnectionError or a StreamError. */
  head(bytes: Buffer, start: number, end: number): StreamHead | undefined {
    const key = end - start <= KEPT_BLOCK_BYTES ? latin1(bytes, start, end) : undefined;
    if (this.#changes !== this.#decoder.changes) this.#forget();
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (kept !== undefined) return kept;
    const { fields, isTooLarge } = this.#decoder.decode(bytes, start, end);
    if (isTooLarge) return undefined;
    const head = readStreamHead(fields);
    const isLasting = this.#changes === this.#decoder.changes;
    if (key !== undefined && isLasting && this.#kept.size < KEPT_BLOCKS) this.#kept.set(key, head);
    return head;
  }

  /** As they are. Throws a ConnectionError. */
  fields(bytes: Buffer, start: number, end: number): FieldList {
    return this.#decoder.decode(bytes, start, end);
  }

  #forget(): void {
    this.#changes = this.#decoder.changes;
    if (this.#kept.size > 0) this.#kept.clear();
  }
}
