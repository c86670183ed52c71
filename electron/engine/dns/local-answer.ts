/** Answers the questions about local names, from bytes to bytes: the path that every page load takes. */
import { isIPv6 } from 'node:net';
import { compileLocalNames, type LocalNames } from './local-names.ts';
import {
  CLASS_ANY,
  CLASS_IN,
  encodeName,
  HEADER_BYTES,
  OUR_UDP_BYTES,
  RCODE,
  TYPE,
  type Opt,
  type Question,
} from './wire.ts';

/** A name of the longest kind, a SOA record and an OPT record. */
const MAX_ANSWER_BYTES = 1_024;
const POINTER_TO_NAME = 0xc000 | HEADER_BYTES;

/** Who keeps the zone is nobody to ask or to write to (RFC 1035 section 3.3.13). */
const SOA_NAMES = Buffer.concat([encodeName('localhost'), encodeName('nobody.invalid')]);
const SOA_REFRESH_S = 3_600;
const SOA_RETRY_S = 600;
const SOA_EXPIRE_S = 86_400;

/** In place of everything there is (RFC 8482 section 4.2). */
const HINFO = Buffer.from('\x07RFC8482\x00', 'latin1');

export interface LocalAnswers {
  /** The answer, in memory that the next call writes over; undefined for a name that is not ours. */
  answer: (query: Buffer, question: Question) => Buffer | undefined;
  /** The same memory: header and question, an rcode and no records. */
  refuse: (query: Buffer, question: Question | undefined, rcode: number) => Buffer;
  adopt: (names: LocalNames) => void;
}

export function createLocalAnswers(): LocalAnswers {
  const out = Buffer.alloc(MAX_ANSWER_BYTES);
  let find = compileLocalNames({ hosts: [], zones: [] });
  let ttl = 0;
  let v4 = Buffer.from([127, 0, 0, 1]);
  let v6: Buffer | undefined;

  const writeSoa = (at: number, question: Question, zone: string): number => {
    const owner = question.name.length === zone.length ? 0 : question.name.length - zone.length;
    out.writeUInt16BE(0xc000 | (HEADER_BYTES + owner), at);
    out.writeUInt16BE(TYPE.SOA, at + 2);
    out.writeUInt16BE(CLASS_IN, at + 4);
    out.writeUInt32BE(ttl, at + 6);
    out.writeUInt16BE(SOA_NAMES.length + 20, at + 10);
    SOA_NAMES.copy(out, at + 12);
    let end = at + 12 + SOA_NAMES.length;
    for (const value of [1, SOA_REFRESH_S, SOA_RETRY_S, SOA_EXPIRE_S, ttl]) end = out.writeUInt32BE(value, end);
    return end;
  };
  const writeRecord = (at: number, type: number, data: Buffer): number => {
    out.writeUInt16BE(POINTER_TO_NAME, at);
    out.writeUInt16BE(type, at + 2);
    out.writeUInt16BE(CLASS_IN, at + 4);
    out.writeUInt32BE(ttl, at + 6);
    out.writeUInt16BE(data.length, at + 10);
    data.copy(out, at + 12);
    return at + 12 + data.length;
  };
  const refuse = (query: Buffer, question: Question | undefined, rcode: number): Buffer => {
    const end = writeHead(out, query, question, rcode, false);
    return out.subarray(0, question?.opt === undefined ? end : writeOpt(out, end, question.opt, rcode));
  };

  return {
    refuse,
    answer(query, question) {
      const found = find(question.name);
      if (found === undefined) return undefined;
      const { type } = question;
      if (question.class !== CLASS_IN && question.class !== CLASS_ANY) return refuse(query, question, RCODE.REFUSED);
      if (type === TYPE.AXFR || type === TYPE.IXFR) return refuse(query, question, RCODE.REFUSED);
      let at = writeHead(out, query, question, found.kind === 'none' ? RCODE.NXDOMAIN : RCODE.NOERROR, true);
      const start = at;
      if (found.kind === 'address') {
        if (type === TYPE.A) at = writeRecord(at, TYPE.A, v4);
        else if (type === TYPE.AAAA && v6 !== undefined) at = writeRecord(at, TYPE.AAAA, v6);
        else if (type === TYPE.ANY) at = writeRecord(at, TYPE.HINFO, HINFO);
      }
      const isApex = type === TYPE.SOA && question.name === found.zone;
      if (isApex) at = writeSoa(at, question, found.zone);
      out[7] = at > start ? 1 : 0;
      if (at === start) {
        at = writeSoa(at, question, found.zone);
        out[9] = 1;
      }
      return out.subarray(0, question.opt === undefined ? at : writeOpt(out, at, question.opt, RCODE.NOERROR));
    },
    adopt(names) {
      find = compileLocalNames(names);
      ttl = names.ttlSeconds;
      v4 = Buffer.from(names.addresses.v4.split('.').map(Number));
      v6 = names.addresses.v6 === undefined ? undefined : ipv6Bytes(names.addresses.v6);
    },
  };
}

/** Header and question; no records are counted yet. */
export function writeHead(
  out: Buffer,
  query: Buffer,
  question: Question | undefined,
  rcode: number,
  isAuthoritative: boolean,
): number {
  const end = question?.end ?? HEADER_BYTES;
  query.copy(out, 0, 0, end);
  out[2] = 0x80 | (query[2]! & 0x79) | (isAuthoritative ? 0x04 : 0); // answer; opcode and RD as asked
  out[3] = 0x80 | (query[3]! & 0x10) | (rcode & 0x0f); // we recurse; CD as asked
  out.fill(0, 4, HEADER_BYTES);
  if (question !== undefined) out[5] = 1;
  return end;
}

/** EDNS is answered by EDNS (RFC 6891 section 6.1.1); `options` are complete. */
export function writeOpt(out: Buffer, at: number, opt: Opt, rcode: number, options: Buffer = NO_OPTIONS): number {
  out[11] = out[11]! + 1;
  out[at] = 0;
  out.writeUInt16BE(TYPE.OPT, at + 1);
  out.writeUInt16BE(OUR_UDP_BYTES, at + 3);
  out[at + 5] = rcode >> 4;
  out[at + 6] = 0;
  out.writeUInt16BE(opt.wantsDnssec ? 0x8000 : 0, at + 7);
  out.writeUInt16BE(options.length, at + 9);
  options.copy(out, at + 11);
  return at + 11 + options.length;
}

const NO_OPTIONS = Buffer.alloc(0);

function ipv6Bytes(address: string): Buffer {
  if (!isIPv6(address)) throw new TypeError(`not an IPv6 address: ${address}`);
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const bytes = Buffer.alloc(16);
  before.forEach((group, i) => bytes.writeUInt16BE(group, i * 2));
  after.forEach((group, i) => bytes.writeUInt16BE(group, (8 - after.length + i) * 2));
  return bytes;
}
