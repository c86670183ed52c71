/** Reads IP addresses and CIDR blocks, and tells which addresses a list of them covers. */

/** 128 bits as four unsigned 32-bit words; an IPv4 address is its last word alone (`v4`). */
interface Address {
  v4: boolean;
  words: readonly [number, number, number, number];
}

interface Block extends Address {
  /** Leading bits that count: up to 32 for IPv4, up to 128 for IPv6. */
  bits: number;
}

/**
 * A test for membership: `createAddressMatcher(['10.0.0.0/8', '::1'])('10.1.2.3')` is true.
 * IPv4-mapped IPv6 (`::ffff:10.1.2.3`, RFC 4291 §2.5.5.2) counts as IPv4 on both sides, a zone (`%eth0`) is ignored,
 * and text that is no address is covered by nothing. An entry that isValidCidr refuses throws a TypeError.
 */
export function createAddressMatcher(list: readonly string[]): (address: string) => boolean {
  const single = new Set<number>();
  const blocks: Block[] = [];
  for (const entry of list) {
    const block = parseBlock(entry);
    if (!block) throw new TypeError(`"${entry}" is not an IP address or a CIDR block`);
    if (block.v4 && block.bits === 32) single.add(block.words[3]);
    else blocks.push(block);
  }
  return (text) => {
    const address = parseAddress(text);
    if (!address) return false;
    return (address.v4 && single.has(address.words[3])) || blocks.some((block) => covers(block, address));
  };
}

/** Whether the text is an IPv4 or IPv6 address, alone or with a prefix length, as in `10.0.0.0/8` or `fd00::/8`. */
export const isValidCidr = (text: string): boolean => parseBlock(text) !== undefined;

/**
 * One name for the network a client stands for: an IPv4 address is itself, an IPv6 address its /64, since one host
 * has a whole /64 to draw from. Text that is no address is returned as it is.
 */
export function clientNetwork(text: string): string {
  const address = parseAddress(text);
  if (!address) return text;
  const [first, second, , last] = address.words;
  if (address.v4) return [24, 16, 8, 0].map((shift) => (last >>> shift) & 0xff).join('.');
  const groups = [first >>> 16, first & 0xffff, second >>> 16, second & 0xffff];
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}

function covers(block: Block, address: Address): boolean {
  if (block.v4 !== address.v4) return false;
  let left = block.bits;
  for (let index = block.v4 ? 3 : 0; left > 0; index++, left -= 32) {
    const mask = left >= 32 ? 0xffffffff : ~(0xffffffff >>> left);
    if (((block.words[index]! ^ address.words[index]!) & mask) !== 0) return false;
  }
  return true;
}

function parseBlock(text: string): Block | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address || (slash >= 0 && text.includes('%'))) return undefined;
  const written = text.includes(':') ? 128 : 32;
  const bits = slash < 0 ? written : parseDecimal(text.slice(slash + 1), written);
  if (bits === undefined) return undefined;
  // A mapped block such as ::ffff:0:0/96 is an IPv4 block; one wider than the mapped range stays IPv6.
  if (!address.v4 || written === 32) return { ...address, bits };
  return bits >= 96 ? { ...address, bits: bits - 96 } : { v4: false, words: [0, 0, 0xffff, address.words[3]], bits };
}

function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const word = parseV4(text);
    return word === undefined ? undefined : { v4: true, words: [0, 0, 0, word] };
  }
  const zone = text.indexOf('%');
  const groups = parseV6(zone < 0 ? text : text.slice(0, zone));
  if (!groups) return undefined;
  const word = (index: number): number => ((groups[index]! << 16) | groups[index + 1]!) >>> 0;
  const words = [word(0), word(2), word(4), word(6)] as const;
  const v4 = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return { v4, words: v4 ? [0, 0, 0, words[3]] : words };
}

function parseV4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let word = 0;
  for (const part of parts) {
    const byte = parseDecimal(part, 255);
    if (byte === undefined) return undefined;
    word = ((word << 8) | byte) >>> 0;
  }
  return word;
}

/** Eight 16-bit groups. */
function parseV6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const word = isLast && index === parts.length - 1 ? parseV4(part) : undefined;
      if (word === undefined) return undefined;
      groups.push(word >>> 16, word & 0xffff);
      continue;
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
    groups.push(Number.parseInt(part, 16));
  }
  return groups;
}

/** Decimal digits without a leading zero, at most `max`. */
function parseDecimal(text: string, max: number): number | undefined {
  if (!/^(0|[1-9]\d{0,2})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}
