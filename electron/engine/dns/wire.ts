/** Bytes of DNS messages (RFC 1035 section 4, RFC 6891). */
import { latin1 } from '../latin1.ts';

export const HEADER_BYTES = 12;
export const MAX_NAME_BYTES = 255;

export const TYPE = { A: 1, NS: 2, SOA: 6, HINFO: 13, AAAA: 28, OPT: 41, IXFR: 251, AXFR: 252, ANY: 255 } as const;
export const CLASS_IN = 1;
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  /** Its upper bits stand in the OPT record. */
  BADVERS: 16,
} as const;

/** Without EDNS a message over UDP is no larger (RFC 1035 section 2.3.4). */
export const PLAIN_UDP_BYTES = 512;
/** The most that fits a datagram over IPv4, whatever a client says it takes (RFC 768, RFC 791). */
const MAX_UDP_BYTES = 65_507;
/** What we say we take over UDP: no fragments on any common path (RFC 9715). */
export const OUR_UDP_BYTES = 1_232;

/** An OPT record without options. */
export const OPT_BYTES = 11;

export interface Opt {
  udpBytes: number;
  version: number;
  /** DNSSEC records are wanted (RFC 3225). */
  wantsDnssec: boolean;
}

export interface Question {
  /** Lower case, without the final dot; empty for the root. A dot inside a label reads as U+0001. */
  name: string;
  type: number;
  class: number;
  /** Where it ends in the message. */
  end: number;
  opt: Opt | undefined;
}

const scratch = Buffer.allocUnsafeSlow(MAX_NAME_BYTES + 1);

/** The question of a query with exactly one; undefined for a message that is malformed. */
export function readQuestion(message: Buffer): Question | undefined {
  if (message[4] !== 0 || message[5] !== 1) return undefined;
  let at = HEADER_BYTES;
  let length = 0;
  for (;;) {
    const size = message[at];
    if (size === undefined || size > 63) return undefined;
    at++;
    if (size === 0) break;
    if (at + size > message.length || length + size + 1 > MAX_NAME_BYTES - 1) return undefined;
    if (length > 0) scratch[length++] = 46;
    for (const end = at + size; at < end; at++) {
      const byte = message[at]!;
      scratch[length++] = byte >= 65 && byte <= 90 ? byte + 32 : byte === 46 ? 1 : byte;
    }
  }
  const end = at + 4;
  if (end > message.length) return undefined;
  const opt = readOpt(message, end);
  if (opt === null) return undefined;
  return {
    name: latin1(scratch, 0, length),
    type: (message[at]! << 8) | message[at + 1]!,
    class: (message[at + 2]! << 8) | message[at + 3]!,
    end,
    opt,
  };
}

/** The OPT record of a query; null where what follows the question is malformed. */
function readOpt(message: Buffer, start: number): Opt | undefined | null {
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let at = start;
  let opt: Opt | undefined;
  for (let i = 0; i < records; i++) {
    const name = skipName(message, at);
    if (name === undefined || name + 10 > message.length) return null;
    const end = name + 10 + message.readUInt16BE(name + 8);
    if (end > message.length) return null;
    if (message.readUInt16BE(name) === TYPE.OPT) {
      if (opt !== undefined || name !== at + 1) return null;
      opt = {
        udpBytes: message.readUInt16BE(name + 2),
        version: message[name + 5]!,
        wantsDnssec: (message[name + 6]! & 0x80) !== 0,
      };
    }
    at = end;
  }
  return opt;
}

/** Where a name ends; undefined where it does not. Pointers are not followed. */
export function skipName(message: Buffer, start: number): number | undefined {
  for (let at = start; ;) {
    const size = message[at];
    if (size === undefined) return undefined;
    if (size === 0) return at + 1;
    if (size >= 0xc0) return at + 2 <= message.length ? at + 2 : undefined;
    if (size > 63) return undefined;
    at += 1 + size;
  }
}

/** Whether all the records that the header counts are there; `start` is behind the question. */
export function hasWholeRecords(message: Buffer, start: number): boolean {
  let left = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  for (let at = start; left > 0; left--) {
    const name = skipName(message, at);
    if (name === undefined || name + 10 > message.length) return false;
    at = name + 10 + message.readUInt16BE(name + 8);
    if (at > message.length) return false;
  }
  return true;
}

/** The question, whatever the case of its letters, as text: two that are the same are one question. */
export function questionKey(message: Buffer, end: number): string {
  let text = '';
  for (let at = HEADER_BYTES; at < end; at++) {
    const byte = message[at]!;
    // Lengths are below 64 and so no letters; type and class are not in letters.
    text += String.fromCharCode(at < end - 4 && byte >= 65 && byte <= 90 ? byte + 32 : byte);
  }
  return text;
}

/** Labels of a name as bytes, with the root. */
export function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

/** What a UDP client takes. */
export const udpLimit = (opt: Opt | undefined): number =>
  Math.min(MAX_UDP_BYTES, Math.max(PLAIN_UDP_BYTES, opt?.udpBytes ?? 0));

export const rcodeOf = (message: Buffer): number => message[3]! & 0x0f;
export const isTruncated = (message: Buffer): boolean => (message[2]! & 0x02) !== 0;
