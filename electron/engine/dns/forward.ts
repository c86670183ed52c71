/** Passes questions on: answers whole, equal questions joined, kept by their TTL, a dead upstream passed by. */
import { setMaxListeners } from 'node:events';
import { createDnsCache } from './cache.ts';
import { createDohClient } from './doh.ts';
import { exchange } from './exchange.ts';
import { questionFor } from './question.ts';
import { race, type Won } from './race.ts';
import { createUpstreams, type Upstreams, type UpstreamsDeps } from './upstreams.ts';
import { HEADER_BYTES, questionKey, type Question } from './wire.ts';

/** Different questions under way to upstreams; more are answered SERVFAIL. */
const MAX_UNDER_WAY = 300;
/** Clients that wait for them; more are answered SERVFAIL. */
const MAX_WAITING = 2_000;
/** An upstream that takes longer is not there. */
const TIMEOUT_MS = 3_000;

export interface Forwarded {
  /** With the id and the spelling of the question. */
  message: Buffer;
  source: 'cache' | 'forward';
  upstream?: string;
}

export interface Forwarder extends Pick<Upstreams, 'adopt' | 'lookAgain'> {
  /** Rejects with what went wrong at each upstream. */
  ask: (query: Buffer, question: Question) => Forwarded | Promise<Forwarded>;
  close: () => void;
}

export interface ForwardDeps extends Omit<UpstreamsDeps, 'onChanged'> {
  /** Certificate authorities of upstreams over HTTPS, PEM, in place of Node's. */
  ca?: string | undefined;
}

export function createForwarder({ ca, ...deps }: ForwardDeps): Forwarder {
  const cache = createDnsCache(deps.now);
  const upstreams = createUpstreams({ ...deps, onChanged: () => cache.clear() }); // another network has other answers
  const doh = createDohClient({ bootstrap: upstreams.system, ca });
  const underWay = new Map<string, Promise<Won>>();
  const closing = new AbortController();
  setMaxListeners(MAX_UNDER_WAY, closing.signal); // one for each question; Node warns of more than ten
  let waiting = 0;

  const fetch = async (query: Buffer, key: string): Promise<Won> => {
    const asked = upstreams.current();
    const won = await race(upstreams.inOrder(), {
      ask: (upstream, signal) =>
        upstream.kind === 'https'
          ? doh.ask(upstream.url, query, signal, TIMEOUT_MS)
          : exchange(upstream, query, signal, TIMEOUT_MS),
      onFailed: upstreams.failed,
      onAnswered: upstreams.answered,
      closing: closing.signal,
    });
    if (asked === upstreams.current()) cache.keep(key, won.message);
    return won;
  };
  const join = async (query: Buffer, question: Question, key: string): Promise<Forwarded> => {
    let answer = underWay.get(key);
    if (waiting >= MAX_WAITING || (answer === undefined && underWay.size >= MAX_UNDER_WAY))
      throw new Error('too many questions at once');
    if (answer === undefined) {
      answer = fetch(questionFor(query, question), key).finally(() => underWay.delete(key));
      underWay.set(key, answer);
    }
    waiting++;
    try {
      const { message, upstream } = await answer;
      return { message: restore(Buffer.from(message), query, question), source: 'forward', upstream };
    } finally {
      waiting--;
    }
  };

  return {
    ask(query, question) {
      upstreams.current(); // others make the cache another
      const key = keyOf(query, question);
      const kept = cache.find(key);
      return kept === undefined
        ? join(query, question, key)
        : { message: restore(kept, query, question), source: 'cache' };
    },
    adopt: upstreams.adopt,
    lookAgain: upstreams.lookAgain,
    close() {
      closing.abort();
      doh.close();
    },
  };
}

/** What makes two questions one: name, type, class, EDNS, and the wishes for recursion and DNSSEC. */
const keyOf = (query: Buffer, { end, opt }: Question): string =>
  `${query[2]! & 0x01} ${query[3]! & 0x30} ${opt === undefined ? '-' : Number(opt.wantsDnssec)} ${questionKey(query, end)}`;

/** As this client asked: its id, and its own spelling of the name. */
function restore(message: Buffer, query: Buffer, question: Question): Buffer {
  query.copy(message, 0, 0, 2);
  query.copy(message, HEADER_BYTES, HEADER_BYTES, question.end);
  return message;
}
