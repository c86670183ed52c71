/** The DNS room's door: listeners, the names in force, a question of our own, and the log of all. */
import { dnsTypeCode, dnsTypeName, type DnsAnswer, type DnsQuery, type DnsSource } from '../../../shared/dns.ts';
import { failure, problem, success, type Result } from '../../../shared/problem.ts';
import type { ListenAddress } from '../generation.ts';
import { answerInWords, ownQuery } from './answer-text.ts';
import { createForwarder } from './forward.ts';
import type { LocalNames } from './local-names.ts';
import { leadsTo } from './own-addresses.ts';
import { parseUpstream } from './resolvers.ts';
import { createResponder } from './responder.ts';
import { openDnsListener, type DnsListener } from './server.ts';

/** A page load asks for dozens; older ones are dropped. */
const QUERY_RING = 500;
/** How questions of our own are named in the log. */
export const OWN_CLIENT = 'mogoly';

export interface DnsNames extends LocalNames {
  /** `system`, or upstreams as in the config. */
  forward: 'system' | readonly string[];
}

export interface Dns {
  /** UDP and TCP. Errors: LISTEN_PORT_TAKEN, LISTEN_PORT_PRIVILEGED, LISTEN_ADDRESS_UNKNOWN, LISTEN_FAILED. */
  open: (address: ListenAddress) => Promise<Result<DnsListener>>;
  /** From here on these names are answered. */
  adopt: (names: DnsNames) => void;
  /** What a client would get. Errors: DNS_NAME_INVALID, DNS_TYPE_UNKNOWN. */
  query: (name: string, type: string) => Promise<Result<DnsAnswer>>;
  /** The newest first. */
  recent: (limit: number) => DnsQuery[];
  /** Queries since the start. */
  count: () => number;
  /** Gives up what is asked of upstreams; listeners are closed by themselves. */
  close: () => void;
}

export interface DnsDeps {
  /** Once for each query, when it has been answered. */
  report?: (query: DnsQuery) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Where the system keeps its resolvers, the best first; systemd-resolved's and /etc/resolv.conf unless told. */
  resolverFiles?: readonly string[];
  /** Certificate authorities of upstreams over HTTPS, PEM, in place of Node's. */
  ca?: string;
}

export function createDns({ report, now = Date.now, resolverFiles, ca }: DnsDeps = {}): Dns {
  const log = createQueryLog();
  const listeners = new Set<DnsListener>();
  const isOurs = leadsTo.bind(undefined, listeners);
  const forwarder = createForwarder({ now, isOurs, resolverFiles, ca });
  const record = (query: DnsQuery): void => {
    log.add(query);
    report?.(query);
  };
  const responder = createResponder({ forwarder, now, record });
  return {
    async open(address) {
      const opened = await openDnsListener(address, responder);
      if (!opened.ok) return opened;
      const close = async (deadlineMs: number): Promise<void> => {
        await opened.value.close(deadlineMs);
        listeners.delete(listener);
        forwarder.lookAgain();
      };
      const listener: DnsListener = { ...opened.value, close };
      listeners.add(listener);
      forwarder.lookAgain();
      return success(listener);
    },
    adopt(names) {
      responder.adopt(names);
      const { forward } = names;
      forwarder.adopt(forward === 'system' ? forward : forward.flatMap((text) => parseUpstream(text) ?? []));
    },
    async query(name, type) {
      const code = dnsTypeCode(type);
      const query = ownQuery(name, code ?? 0);
      if (code === undefined) return failure(TYPE_UNKNOWN(type));
      if (query === undefined) return failure(NAME_INVALID(name));
      const startedAt = performance.now();
      const [answer, source] = await new Promise<[Buffer, DnsSource]>((resolve) =>
        responder.respond(query, OWN_CLIENT, false, (bytes, from) => resolve([Buffer.from(bytes), from])),
      );
      const durationMs = performance.now() - startedAt;
      const { Packet } = (await import('dns2')).default; // only here: the engine starts without it
      return success({ name, type: dnsTypeName(code), source, ...answerInWords(Packet.parse(answer)), durationMs });
    },
    recent: log.recent,
    count: log.count,
    close: () => forwarder.close(),
  };
}

interface QueryLog {
  add: (query: DnsQuery) => void;
  recent: (limit: number) => DnsQuery[];
  count: () => number;
}

function createQueryLog(): QueryLog {
  const ring: DnsQuery[] = [];
  let added = 0;
  return {
    add: (query) => void (ring[added++ % QUERY_RING] = query),
    count: () => added,
    recent(limit) {
      const size = Math.max(0, Math.min(limit, ring.length));
      return Array.from({ length: size }, (_, i) => ring[(added - 1 - i) % QUERY_RING]!);
    },
  };
}

const TYPE_UNKNOWN = (type: string): ReturnType<typeof problem> =>
  problem('DNS_TYPE_UNKNOWN', `${type} is no record type.`, { fix: 'Use A, AAAA, TXT or another.' });

const NAME_INVALID = (name: string): ReturnType<typeof problem> =>
  problem('DNS_NAME_INVALID', `"${name}" is no name.`, { fix: 'Labels have up to 63 characters, a name 253.' });
