/** Records of our own, as bytes (RFC 1035 section 3.2.1). */
import { CLASS_IN, encodeName, HEADER_BYTES } from './wire.ts';

const SOA_REFRESH_S = 3_600;
const SOA_RETRY_S = 600;
const SOA_EXPIRE_S = 86_400;

/** Names are kept by this machine. */
export const NS_DATA = encodeName('localhost');

/** In place of everything there is (RFC 8482 section 4.2). */
export const HINFO_DATA = Buffer.from('\x07RFC8482\x00', 'latin1');

/** Nobody to write to about it (RFC 1035 section 3.3.13); `ttl` also bounds how long a missing name is missing. */
export function soaData(ttl: number): Buffer {
  const numbers = Buffer.alloc(20);
  [1, SOA_REFRESH_S, SOA_RETRY_S, SOA_EXPIRE_S, ttl].forEach((value, i) => numbers.writeUInt32BE(value, i * 4));
  return Buffer.concat([encodeName('localhost'), encodeName('nobody.invalid'), numbers]);
}

/** A record whose owner is the name asked for; `ttl` in seconds. */
export function recordBytes(type: number, ttl: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

/** 4 bytes of an IPv4 address, 16 of an IPv6 address. */
export function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const bytes = Buffer.alloc(16);
  before.forEach((group, i) => bytes.writeUInt16BE(group, i * 2));
  after.forEach((group, i) => bytes.writeUInt16BE(group, (8 - after.length + i) * 2));
  return bytes;
}
