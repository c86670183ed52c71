/** Answers that say why there is no whole one: cut short, or none of the upstreams gave any. */
import { writeHead, writeOpt } from './local-answer.ts';
import { HEADER_BYTES, OPT_BYTES, RCODE, type Question } from './wire.ts';

/** Extended DNS Errors (RFC 8914): no upstream could be reached. */
const EDE_CODE = 15;
const NO_REACHABLE_AUTHORITY = 22;
const MAX_EDE_TEXT = 200;

/** The client asks again over TCP (RFC 2181 section 9). */
export function truncated(message: Buffer, question: Question): Buffer {
  const short = Buffer.alloc(question.end + OPT_BYTES);
  message.copy(short, 0, 0, question.end);
  short[2] = short[2]! | 0x02;
  short.fill(0, 6, HEADER_BYTES);
  const end = question.opt === undefined ? question.end : writeOpt(short, question.end, question.opt, RCODE.NOERROR);
  return short.subarray(0, end);
}

/** SERVFAIL; `why` for a client that speaks EDNS. */
export function failed(query: Buffer, question: Question, why: string): Buffer {
  const text = Buffer.from(why).subarray(0, MAX_EDE_TEXT);
  const options = Buffer.alloc(6 + text.length);
  options.writeUInt16BE(EDE_CODE, 0);
  options.writeUInt16BE(2 + text.length, 2);
  options.writeUInt16BE(NO_REACHABLE_AUTHORITY, 4);
  text.copy(options, 6);
  const out = Buffer.alloc(question.end + OPT_BYTES + options.length);
  const end = writeHead(out, query, question, RCODE.SERVFAIL, false);
  return out.subarray(0, question.opt === undefined ? end : writeOpt(out, end, question.opt, RCODE.SERVFAIL, options));
}
