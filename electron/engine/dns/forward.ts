/** Passes questions on: answers whole, equal questions joined, a dead upstream passed by. */
import { createDnsCache } from './cache.ts';
import { exchange } from './exchange.ts';
import { systemResolvers, upstreamName, type Upstream } from './resolvers.ts';
import { HEADER_BYTES, type Question } from './wire.ts';

/** Questions under way to upstreams; more are answered SERVFAIL. */
const MAX_UNDER_WAY = 300;
/** An upstream gets this long before the next one is asked too. */
const HEAD_START_MS = 400;
/** Asked last for so long after it failed. */
const DEAD_MS = 10_000;
/** Between looks whether the system has other resolvers now. */
const LOOK_AGAIN_MS = 5_000;

export interface Forwarded {
  /** With the id and the spelling of the question. */
  message: Buffer;
  source: 'cache' | 'upstream';
}

export interface Forwarder {
  /** Rejects with what went wrong at each upstream. */
  ask: (query: Buffer, question: Question) => Forwarded | Promise<Forwarded>;
  /** `system`, or upstreams in their order. */
  adopt: (forward: 'system' | readonly Upstream[]) => void;
  close: () => void;
}

export interface ForwardDeps {
  now: () => number;
  /** Addresses of our own, never asked. */
  isOurs: (upstream: Upstream) => boolean;
  readSystem?: () => Upstream[];
}

export function createForwarder({ now, isOurs, readSystem = systemResolvers }: ForwardDeps): Forwarder {
  const cache = createDnsCache(now);
  const underWay = new Map<string, Promise<Buffer>>();
  const deadUntil = new Map<string, number>();
  const closing = new AbortController();
  let forward: 'system' | readonly Upstream[] = 'system';
  let upstreams: readonly Upstream[] = [];
  let lookedAt = -Infinity;

  /** Another network has other answers, so they are asked anew. */
  const use = (next: readonly Upstream[]): void => {
    if (next.map(upstreamName).join() === upstreams.map(upstreamName).join()) return;
    upstreams = next;
    cache.clear();
    deadUntil.clear();
  };
  const current = (): readonly Upstream[] => {
    if (forward === 'system' && now() - lookedAt >= LOOK_AGAIN_MS) {
      lookedAt = now();
      use(readSystem().filter((upstream) => !isOurs(upstream)));
    }
    const isDead = (upstream: Upstream): boolean => (deadUntil.get(upstreamName(upstream)) ?? 0) > now();
    return [...upstreams].sort((a, b) => Number(isDead(a)) - Number(isDead(b)));
  };
  const fetch = async (query: Buffer, key: string): Promise<Buffer> => {
    const message = await race(current(), query, closing.signal, (upstream) =>
      deadUntil.set(upstreamName(upstream), now() + DEAD_MS),
    );
    cache.keep(key, message);
    return message;
  };

  return {
    ask(query, question) {
      const key = keyOf(query, question);
      current(); // other resolvers make the cache another
      const kept = cache.find(key);
      if (kept !== undefined) return { message: restore(kept, query, question), source: 'cache' };
      let answer = underWay.get(key);
      if (answer === undefined) {
        if (underWay.size >= MAX_UNDER_WAY) return Promise.reject(new Error('too many questions at once'));
        answer = fetch(query, key).finally(() => underWay.delete(key));
        underWay.set(key, answer);
      }
      return answer.then((message) => ({ message: restore(message, query, question), source: 'upstream' }));
    },
    adopt(next) {
      forward = next;
      lookedAt = -Infinity;
      if (next !== 'system') use(next.filter((upstream) => !isOurs(upstream)));
    },
    close: () => closing.abort(),
  };
}

/** What makes two questions one: name, type, class, EDNS, and the wishes for recursion and DNSSEC. */
const keyOf = (query: Buffer, { name, type, class: klass, opt }: Question): string =>
  `${name} ${type} ${klass} ${query[2]! & 0x01} ${query[3]! & 0x30} ${opt === undefined ? '-' : Number(opt.wantsDnssec)}`;

/** As this client asked: its id, and its own spelling of the name. */
function restore(message: Buffer, query: Buffer, question: Question): Buffer {
  const own = Buffer.from(message);
  query.copy(own, 0, 0, 2);
  query.copy(own, HEADER_BYTES, HEADER_BYTES, question.end);
  return own;
}

/** The first answer of upstreams asked one after the other, none waiting for one that hangs. */
function race(
  upstreams: readonly Upstream[],
  query: Buffer,
  closing: AbortSignal,
  onFailed: (upstream: Upstream) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const given = new AbortController();
    const stop = (): void => given.abort();
    closing.addEventListener('abort', stop);
    const failures: string[] = [];
    let next = 0;
    let timer: NodeJS.Timeout | undefined;
    const end = (act: () => void): void => {
      clearTimeout(timer);
      closing.removeEventListener('abort', stop);
      act();
      given.abort();
    };
    const askNext = (): void => {
      clearTimeout(timer);
      const upstream = upstreams[next++];
      if (upstream === undefined) {
        if (failures.length === upstreams.length)
          end(() => reject(new Error(failures.join('; ') || 'there is no upstream')));
        return;
      }
      timer = setTimeout(askNext, HEAD_START_MS);
      exchange(upstream, query, given.signal).then(
        (message) => end(() => resolve(message)),
        (error: Error) => {
          if (given.signal.aborted) {
            if (closing.aborted) end(() => reject(new Error('closed')));
            return;
          }
          failures.push(`${upstreamName(upstream)}: ${error.message}`);
          onFailed(upstream);
          askNext();
        },
      );
    };
    askNext();
  });
}
