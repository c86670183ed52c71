/** Answers the questions about local names, from bytes to bytes: the path that every page load takes. */
import { compileLocalNames, type LocalAnswer, type LocalNames } from './local-names.ts';
import { addressBytes, recordBytes, soaData, HINFO_DATA, NS_DATA } from './records.ts';
import { HEADER_BYTES, OUR_UDP_BYTES, RCODE, TYPE, type Opt, type Question } from './wire.ts';

/** A name of the longest kind, a SOA record and an OPT record are below it, and below what any client takes. */
const MAX_ANSWER_BYTES = 512;

export interface LocalAnswers {
  /** The answer, in memory that the next call writes over; undefined for a name that is not ours. */
  answer: (query: Buffer, question: Question) => Buffer | undefined;
  /** The same memory: header and question, an rcode and no records. */
  refuse: (query: Buffer, question: Question | undefined, rcode: number) => Buffer;
  /** The memory of the last answer is still being read: takes other memory from here on. */
  renew: () => void;
  adopt: (names: LocalNames) => void;
}

/** Whole records, ready to be copied: their owner is a pointer to the question. */
type Records = ReadonlyMap<number, Buffer>;

export function createLocalAnswers(): LocalAnswers {
  let out = Buffer.allocUnsafeSlow(MAX_ANSWER_BYTES);
  let views: (Buffer | undefined)[] = [];
  let find = compileLocalNames({ hosts: [], zones: [] });
  let ours: Records = new Map();
  let loopback: Records = new Map();
  let apex: Records = new Map();
  let soa: Buffer = Buffer.alloc(0);

  /** A view of what is written, made once for each length. */
  const finish = (end: number): Buffer => (views[end] ??= out.subarray(0, end));
  const recordFor = ({ name, type }: Question, { kind, zone }: LocalAnswer): Buffer | undefined => {
    const record = kind === 'address' ? ours.get(type) : kind === 'loopback' ? loopback.get(type) : undefined;
    return record ?? (name.length === zone.length ? apex.get(type) : undefined);
  };
  const appendSoa = (at: number, owner: number): number => {
    const end = append(out, at, soa);
    out.writeUInt16BE(0xc000 | owner, at);
    out[9] = 1;
    return end;
  };
  const refuse = (query: Buffer, question: Question | undefined, rcode: number): Buffer => {
    const end = writeHead(out, query, question, rcode, false);
    return finish(question?.opt === undefined ? end : writeOpt(out, end, question.opt, rcode));
  };

  return {
    refuse,
    answer(query, question) {
      const found = find(question.name);
      if (found === undefined) return undefined;
      let at = writeHead(out, query, question, found.kind === 'none' ? RCODE.NXDOMAIN : RCODE.NOERROR, true);
      const record = recordFor(question, found);
      if (record === undefined) {
        at = appendSoa(at, HEADER_BYTES + Math.max(0, question.name.length - found.zone.length));
      } else {
        at = append(out, at, record);
        out[7] = 1;
      }
      return finish(question.opt === undefined ? at : writeOpt(out, at, question.opt, RCODE.NOERROR));
    },
    renew() {
      out = Buffer.allocUnsafeSlow(MAX_ANSWER_BYTES);
      views = [];
    },
    adopt(names) {
      const ttl = names.ttlSeconds;
      find = names.find;
      ours = addressRecords(names.addresses, ttl);
      loopback = addressRecords({ v4: '127.0.0.1', v6: '::1' }, ttl);
      soa = recordBytes(TYPE.SOA, ttl, soaData(ttl));
      apex = new Map([
        [TYPE.SOA, soa],
        [TYPE.NS, recordBytes(TYPE.NS, ttl, NS_DATA)],
      ]);
    },
  };
}

/** Also what stands in place of everything there is (RFC 8482 section 4.2). */
function addressRecords({ v4, v6 }: LocalNames['addresses'], ttl: number): Records {
  const records = new Map<number, Buffer>([
    [TYPE.A, recordBytes(TYPE.A, ttl, addressBytes(v4))],
    [TYPE.ANY, recordBytes(TYPE.HINFO, ttl, HINFO_DATA)],
  ]);
  if (v6 !== undefined) records.set(TYPE.AAAA, recordBytes(TYPE.AAAA, ttl, addressBytes(v6)));
  return records;
}

/** A loop: for so few bytes a call costs more than copying them. */
function append(out: Buffer, at: number, bytes: Buffer): number {
  for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i]!;
  return at + bytes.length;
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
  out[0] = query[0]!;
  out[1] = query[1]!;
  out[2] = 0x80 | (query[2]! & 0x79) | (isAuthoritative ? 0x04 : 0); // an answer; opcode and RD as asked
  out[3] = 0x80 | (query[3]! & 0x10) | (rcode & 0x0f); // we recurse; CD as asked
  for (let i = 4; i < HEADER_BYTES; i++) out[i] = 0;
  if (question !== undefined) out[5] = 1;
  for (let i = HEADER_BYTES; i < end; i++) out[i] = query[i]!;
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
  return append(out, at + 11, options);
}

const NO_OPTIONS = Buffer.alloc(0);
