/** Questions that we put to others, and whether an answer is one to them (RFC 5452). */
import { randomInt } from 'node:crypto';
import {
  hasWholeRecords,
  HEADER_BYTES,
  isTruncated,
  OPT_BYTES,
  OUR_UDP_BYTES,
  questionKey,
  skipName,
  TYPE,
  type Question,
} from './wire.ts';

/**
 * The question alone, with its wishes (RD, AD, CD, DO): options such as cookies are between two parties (RFC 7873), and the
 * answer may go to several.
 */
export function questionFor(query: Buffer, { end, opt }: Question): Buffer {
  const own = Buffer.alloc(end + (opt === undefined ? 0 : OPT_BYTES));
  query.copy(own, HEADER_BYTES, HEADER_BYTES, end);
  own[2] = query[2]! & 0x01;
  own[3] = query[3]! & 0x30;
  own[5] = 1;
  if (opt === undefined) return own;
  own[11] = 1;
  own.writeUInt16BE(TYPE.OPT, end + 1);
  own.writeUInt16BE(OUR_UDP_BYTES, end + 3);
  own[end + 7] = opt.wantsDnssec ? 0x80 : 0;
  return own;
}

/** An id of its own for each (RFC 5452 section 9.2). */
export function withId(query: Buffer, id = randomInt(65_536)): Buffer {
  const copy = Buffer.from(query);
  copy.writeUInt16BE(id, 0);
  return copy;
}

/** The same id and question, whatever the case of its letters; and whole records, but where it says that it was cut. */
export function isAnswerTo(query: Buffer, message: Buffer): boolean {
  if (message.length < HEADER_BYTES || message.readUInt16BE(0) !== query.readUInt16BE(0)) return false;
  if ((message[2]! & 0xf8) !== 0x80 || message.readUInt16BE(4) !== 1) return false;
  const end = skipName(query, HEADER_BYTES)! + 4;
  if (message.length < end || questionKey(message, end) !== questionKey(query, end)) return false;
  return isTruncated(message) || hasWholeRecords(message, end);
}
