/** The little of DER (X.690) that certificates need beside node-forge: elements written, and read one after another. */

/** One element: its tag, its content, and all of its bytes. */
export interface DerElement {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

export const DER_TAGS = {
  boolean: 0x01,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  /** `[0]` with elements inside. */
  context0: 0xa0,
  /** `[3]` with elements inside: the extensions of a certificate. */
  context3: 0xa3,
} as const;

/** A certificate is a few kilobytes; a length of more than four bytes is garbage. */
const MAX_LENGTH_BYTES = 4;

/** Length octets in their shortest form (X.690 section 10.1). */
export function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

/** An element with a one-byte tag. */
export function derElement(tag: number, ...content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([tag]), derLength(length), ...content]);
}

export const derSequence = (...content: readonly Buffer[]): Buffer => derElement(DER_TAGS.sequence, ...content);

/** Whole bytes, so no unused bits. */
export const derBitString = (bytes: Buffer): Buffer => derElement(DER_TAGS.bitString, Buffer.from([0]), bytes);

/** Throws a RangeError at what is not DER, or not of the tags and lengths that certificates have. */
export function readDer(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = readElement(bytes, at);
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

function readElement(bytes: Buffer, at: number): DerElement {
  const tag = bytes[at]!;
  const { length, size } = readLength(bytes, at + 1);
  const start = at + 1 + size;
  if ((tag & 0x1f) === 0x1f || start + length > bytes.length) throw new RangeError(`no DER element at byte ${at}`);
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) };
}

function readLength(bytes: Buffer, at: number): { length: number; size: number } {
  const first = bytes[at] ?? 0x80;
  if (first < 0x80) return { length: first, size: 1 };
  const count = first & 0x7f;
  if (count === 0 || count > MAX_LENGTH_BYTES || at + count >= bytes.length)
    throw new RangeError(`no DER length at byte ${at}`);
  const length = bytes.readUIntBE(at + 1, count);
  if (length < 0x80 || (count > 1 && bytes[at + 1] === 0)) throw new RangeError(`a DER length too long at byte ${at}`);
  return { length, size: 1 + count };
}
