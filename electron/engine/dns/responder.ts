/** From a query to its answer, whatever it came over: ours, the cache's or an upstream's. */
import type { DnsQuery, DnsSource } from '../../../shared/dns.ts';
import { dnsRcodeName, dnsTypeName } from '../../../shared/dns.ts';
import { failed, truncated } from './failure-answer.ts';
import type { Forwarded, Forwarder } from './forward.ts';
import { createLocalAnswers } from './local-answer.ts';
import type { LocalNames } from './local-names.ts';
import { CLASS_IN, HEADER_BYTES, RCODE, rcodeOf, readQuestion, TYPE, udpLimit, type Question } from './wire.ts';

export interface ResponderDeps {
  forwarder: Forwarder;
  /** Milliseconds since 1970. */
  now: () => number;
  record: (query: DnsQuery) => void;
}

export type Reply = (answer: Buffer, source: DnsSource) => void;

export interface Responder {
  /**
   * `reply` is called at most once, at once for local names, with memory that is good until it returns; never for what
   * is no query.
   */
  respond: (query: Buffer, client: string, isUdp: boolean, reply: Reply) => void;
  /** The memory of the last answer is still being sent: the next ones are written elsewhere. */
  renew: () => void;
  /** Queries that wait for an upstream. */
  waiting: () => number;
  adopt: (names: LocalNames) => void;
}

export function createResponder({ forwarder, now, record }: ResponderDeps): Responder {
  const local = createLocalAnswers();
  let waiting = 0;

  const forward = (query: Buffer, question: Question, client: string, isUdp: boolean, reply: Reply): void => {
    const startedAt = now();
    const sinceMs = (): number => Math.max(0, now() - startedAt);
    const limit = isUdp ? udpLimit(question.opt) : Infinity;
    const pass = ({ message, source, upstream }: Forwarded): void => {
      reply(message.length > limit ? truncated(message, question) : message, source);
      const logged = line(question, client, source, rcodeOf(message), startedAt, sinceMs());
      record(upstream === undefined ? logged : { ...logged, upstream });
    };
    const kept = Buffer.from(query); // the socket may reuse its memory
    const asked = forwarder.ask(kept, question);
    if (!(asked instanceof Promise)) return pass(asked);
    waiting++;
    void asked.then(
      (answer) => {
        waiting--;
        pass(answer);
      },
      (error: Error) => {
        waiting--;
        reply(failed(kept, question, error.message), 'forward');
        record(line(question, client, 'forward', RCODE.SERVFAIL, startedAt, sinceMs()));
      },
    );
  };

  return {
    adopt: local.adopt,
    renew: local.renew,
    waiting: () => waiting,
    respond(query, client, isUdp, reply) {
      if (query.length < HEADER_BYTES || (query[2]! & 0x80) !== 0) return; // an answer is never answered
      const question = readQuestion(query);
      const refused = refusal(query, question);
      if (question !== undefined && refused === undefined) {
        const own = local.answer(query, question);
        if (own === undefined) return forward(query, question, client, isUdp, reply);
        reply(own, 'local');
        return record(line(question, client, 'local', rcodeOf(own), now(), 0));
      }
      const rcode = refused ?? RCODE.FORMERR;
      reply(local.refuse(query, question, rcode), 'refused');
      record(line(question, client, 'refused', rcode, now(), 0));
    },
  };
}

function line(
  question: Question | undefined,
  client: string,
  source: DnsSource,
  rcode: number,
  at: number,
  durationMs: number,
): DnsQuery {
  return {
    at,
    client,
    name: question === undefined ? '' : question.name || '.',
    type: question === undefined ? '' : dnsTypeName(question.type),
    rcode: dnsRcodeName(rcode),
    source,
    durationMs,
  };
}

/** The rcode for what is not answered at all. */
function refusal(query: Buffer, question: Question | undefined): number | undefined {
  if ((query[2]! & 0x78) !== 0) return RCODE.NOTIMP;
  if (question === undefined) return RCODE.FORMERR;
  if (question.opt !== undefined && question.opt.version > 0) return RCODE.BADVERS;
  if (question.class !== CLASS_IN) return RCODE.REFUSED;
  return question.type === TYPE.AXFR || question.type === TYPE.IXFR ? RCODE.REFUSED : undefined;
}
