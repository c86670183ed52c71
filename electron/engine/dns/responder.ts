/** From a query to its answer, whatever it came over: ours, the cache's or an upstream's. */
import type { DnsQuery, DnsSource } from '../../../shared/dns.ts';
import { dnsRcodeName, dnsTypeName } from '../../../shared/dns.ts';
import type { Forwarder } from './forward.ts';
import { createLocalAnswers, writeHead, writeOpt, type LocalAnswers } from './local-answer.ts';
import type { LocalNames } from './local-names.ts';
import {
  CLASS_ANY,
  CLASS_IN,
  HEADER_BYTES,
  RCODE,
  rcodeOf,
  readQuestion,
  TYPE,
  udpLimit,
  type Question,
} from './wire.ts';

export interface ResponderDeps {
  forwarder: Forwarder;
  /** Milliseconds since 1970. */
  now: () => number;
  record: (query: DnsQuery) => void;
}

export interface Responder {
  /**
   * `reply` is called at most once, at once for local names, with memory that is good until it returns; never for what
   * is no query.
   */
  respond: (query: Buffer, client: string, isUdp: boolean, reply: (answer: Buffer) => void) => void;
  adopt: (names: LocalNames) => void;
}

/** Extended DNS Errors (RFC 8914): no upstream could be reached. */
const EDE_CODE = 15;
const NO_REACHABLE_AUTHORITY = 22;
const MAX_EDE_TEXT = 200;

export function createResponder({ forwarder, now, record }: ResponderDeps): Responder {
  const local = createLocalAnswers();
  const log = (question: Question, client: string, source: DnsSource, rcode: number, startedAt: number): void =>
    record({
      at: startedAt,
      client,
      name: question.name === '' ? '.' : question.name,
      type: dnsTypeName(question.type),
      rcode: dnsRcodeName(rcode),
      source,
      durationMs: Math.max(0, now() - startedAt),
    });

  return {
    adopt: local.adopt,
    respond(query, client, isUdp, reply) {
      if (query.length < HEADER_BYTES || (query[2]! & 0x80) !== 0) return; // an answer is never answered
      const startedAt = now();
      if ((query[2]! & 0x78) !== 0) return reply(local.refuse(query, undefined, RCODE.NOTIMP));
      const question = hasOneQuestion(query) ? readQuestion(query) : undefined;
      if (question === undefined) return reply(local.refuse(query, undefined, RCODE.FORMERR));
      const refused = refusal(question);
      const own = refused === undefined ? local.answer(query, question) : local.refuse(query, question, refused);
      if (own !== undefined) {
        const source = refused === undefined && rcodeOf(own) !== RCODE.REFUSED ? 'local' : 'refused';
        reply(own);
        return log(question, client, source, refused ?? rcodeOf(own), startedAt);
      }
      const limit = isUdp ? udpLimit(question.opt) : Infinity;
      const kept = Buffer.from(query); // the socket may reuse its memory
      const pass = ({ message, source }: { message: Buffer; source: 'cache' | 'upstream' }): void => {
        reply(message.length > limit ? truncated(message, question) : message);
        log(question, client, source, rcodeOf(message), startedAt);
      };
      const asked = forwarder.ask(kept, question);
      if (!(asked instanceof Promise)) return pass(asked);
      asked.then(pass, (error: Error) => {
        reply(failed(kept, question, error.message));
        log(question, client, 'upstream', RCODE.SERVFAIL, startedAt);
      });
    },
  };
}

/** And no records where a query has none (RFC 1035 section 4.1.1). */
const hasOneQuestion = (query: Buffer): boolean =>
  query.readUInt16BE(4) === 1 && query.readUInt16BE(6) === 0 && query.readUInt16BE(8) === 0;

function refusal({ opt, class: klass, type }: Question): number | undefined {
  if (opt !== undefined && opt.version > 0) return RCODE.BADVERS;
  if (klass !== CLASS_IN && klass !== CLASS_ANY) return RCODE.REFUSED;
  return type === TYPE.AXFR || type === TYPE.IXFR ? RCODE.REFUSED : undefined;
}

/** The client asks again over TCP (RFC 2181 section 9). */
function truncated(message: Buffer, question: Question): Buffer {
  const short = Buffer.alloc(question.end + 11);
  message.copy(short, 0, 0, question.end);
  short[2] = short[2]! | 0x02;
  short.fill(0, 6, HEADER_BYTES);
  const end = question.opt === undefined ? question.end : writeOpt(short, question.end, question.opt, RCODE.NOERROR);
  return short.subarray(0, end);
}

function failed(query: Buffer, question: Question, why: string): Buffer {
  const text = Buffer.from(why).subarray(0, MAX_EDE_TEXT);
  const options = Buffer.alloc(6 + text.length);
  options.writeUInt16BE(EDE_CODE, 0);
  options.writeUInt16BE(2 + text.length, 2);
  options.writeUInt16BE(NO_REACHABLE_AUTHORITY, 4);
  text.copy(options, 6);
  const out = Buffer.alloc(question.end + 11 + options.length);
  const end = writeHead(out, query, question, RCODE.SERVFAIL, false);
  return out.subarray(0, question.opt === undefined ? end : writeOpt(out, end, question.opt, RCODE.SERVFAIL, options));
}

export type { LocalAnswers };
