/** The Huffman code of HPACK (RFC 7541 section 5.2 and appendix B), read half a byte at a time. */
import { latin1 } from '../../latin1.ts';

/** Bits of the code of each byte, the last is EOS: codes of one length ascend, as in any canonical code. */
// prettier-ignore
export const CODE_LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];

const EOS = 256;
const LONGEST = 30;
/** The most that padding may hold (RFC 7541 section 5.2). */
const MAX_PADDING_BITS = 7;

/** The code of each symbol. */
export function huffmanCodes(): number[] {
  const codes: number[] = new Array<number>(CODE_LENGTHS.length).fill(0);
  let next = 0;
  for (let length = 1; length <= LONGEST; length++) {
    next *= 2;
    CODE_LENGTHS.forEach((own, symbol) => {
      if (own === length) codes[symbol] = next++;
    });
  }
  return codes;
}

/** Nodes of the tree: two children each, a child below zero is a symbol, ~symbol. */
function createTree(): number[] {
  const children = [0, 0];
  huffmanCodes().forEach((code, symbol) => {
    let node = 0;
    for (let bit = CODE_LENGTHS[symbol]! - 1; bit >= 0; bit--) {
      const slot = node * 2 + (Math.floor(code / 2 ** bit) % 2);
      if (bit === 0) children[slot] = ~symbol;
      else if (children[slot] === 0) {
        node = children.length / 2;
        children[slot] = node;
        children.push(0, 0);
      } else node = children[slot]!;
    }
  });
  return children;
}

/** A step: the next node, and a symbol where one is complete; no code is shorter than half a byte. */
const EMITS = 0x1_0000;
const FAILS = 0x2_0000;

function createSteps(): { steps: Uint32Array; ends: Uint8Array } {
  const tree = createTree();
  const nodes = tree.length / 2;
  const steps = new Uint32Array(nodes * 16);
  for (let node = 0; node < nodes; node++)
    for (let half = 0; half < 16; half++) steps[node * 16 + half] = stepFrom(tree, node, half);
  const ends = new Uint8Array(nodes);
  let node = 0;
  for (let bits = 0; bits <= MAX_PADDING_BITS; bits++) {
    ends[node] = 1; // padding is the beginning of EOS: ones alone
    node = tree[node * 2 + 1]!;
  }
  return { steps, ends };
}

function stepFrom(tree: readonly number[], from: number, half: number): number {
  let node = from;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const child = tree[node * 2 + ((half >> bit) & 1)]!;
    if (child < 0) {
      if (~child === EOS) return FAILS;
      emitted = EMITS | (~child << 18);
      node = 0;
    } else node = child;
  }
  return emitted | node;
}

/** Made for the first text that is coded so: it would hold up every start. */
let table: ReturnType<typeof createSteps> | undefined;

/** Grows to the longest text there was; a byte is at most 8/5 of one. */
let scratch = Buffer.allocUnsafeSlow(4_096);

/** Undefined for what is no Huffman code, or ends in anything but a few ones. */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string | undefined {
  const { steps, ends } = (table ??= createSteps());
  const most = Math.ceil(((end - start) * 8) / 5);
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(most);
  let node = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    for (let shift = 4; shift >= 0; shift -= 4) {
      const step = steps[node * 16 + ((byte >> shift) & 15)]!;
      if ((step & FAILS) !== 0) return undefined;
      if ((step & EMITS) !== 0) scratch[length++] = step >>> 18;
      node = step & 0xffff;
    }
  }
  return ends[node] === 1 ? latin1(scratch, 0, length) : undefined;
}
