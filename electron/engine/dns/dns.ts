/** The DNS room's door: listeners, the names in force, a question of our own, and the log of all. */
import {
  dnsRcodeName,
  dnsTypeCode,
  dnsTypeName,
  type DnsAnswer,
  type DnsQuery,
  type DnsRecord,
} from '../../../shared/dns.ts';
import { failure, problem, success, type Result } from '../../../shared/problem.ts';
import type { ListenAddress } from '../generation.ts';
import { createForwarder } from './forward.ts';
import type { LocalNames } from './local-names.ts';
import { parseUpstream, type Upstream } from './resolvers.ts';
import { createResponder } from './responder.ts';
import { openDnsListener, type DnsListener } from './server.ts';

/** A page load asks for dozens; older ones are dropped. */
const QUERY_RING = 500;

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
  /** Since the engine started. */
  count: () => number;
  close: () => void;
}

export interface DnsDeps {
  /** Milliseconds since 1970. */
  now?: () => number;
  readSystem?: () => Upstream[];
}

export function createDns({ now = Date.now, readSystem }: DnsDeps = {}): Dns {
  const ring: DnsQuery[] = [];
  let asked = 0;
  const ours = new Set<DnsListener>();
  const isOurs = (upstream: Upstream): boolean =>
    upstream.kind === 'dns' && [...ours].some((listener) => leadsTo(listener, upstream));
  const forwarder = createForwarder({ now, isOurs, ...(readSystem === undefined ? {} : { readSystem }) });
  const responder = createResponder({
    forwarder,
    now,
    record: (query) => void (ring[asked++ % QUERY_RING] = query),
  });
  const recent = (limit: number): DnsQuery[] => {
    const found: DnsQuery[] = [];
    for (let i = asked - 1; i >= 0 && i >= asked - QUERY_RING && found.length < limit; i--)
      found.push(ring[i % QUERY_RING]!);
    return found;
  };
  return {
    async open(address) {
      const opened = await openDnsListener(address, responder);
      if (!opened.ok) return opened;
      const listener: DnsListener = {
        ...opened.value,
        close: (deadlineMs) => {
          ours.delete(listener);
          return opened.value.close(deadlineMs);
        },
      };
      ours.add(listener);
      return success(listener);
    },
    adopt(names) {
      responder.adopt(names);
      const { forward } = names;
      forwarder.adopt(forward === 'system' ? forward : forward.flatMap((text) => parseUpstream(text) ?? []));
    },
    async query(name, type) {
      const code = dnsTypeCode(type);
      if (code === undefined)
        return failure(
          problem('DNS_TYPE_UNKNOWN', `${type} is no record type.`, { fix: 'Use A, AAAA, TXT or another.' }),
        );
      const { Packet } = await import('dns2');
      const query = questionOf(Packet, name, code);
      if (query === undefined)
        return failure(
          problem('DNS_NAME_INVALID', `${name} is no name.`, { fix: 'Labels have up to 63 characters, a name 253.' }),
        );
      const startedAt = performance.now();
      const answer = await new Promise<Buffer>((resolve) =>
        responder.respond(query, 'mogoly', false, (bytes) => resolve(Buffer.from(bytes))),
      );
      const packet = Packet.parse(answer);
      return success({
        name,
        type: dnsTypeName(code),
        rcode: dnsRcodeName(packet.header.rcode),
        source: recent(1)[0]?.source ?? 'local',
        isAuthoritative: packet.header.aa === 1,
        answers: packet.answers.map(recordOf),
        durationMs: performance.now() - startedAt,
      });
    },
    recent,
    count: () => asked,
    close: () => forwarder.close(),
  };
}

type Dns2Packet = typeof import('dns2').Packet;

function questionOf(Packet: Dns2Packet, name: string, type: number): Buffer | undefined {
  const labels = name.replace(/\.$/, '').split('.');
  if (name.length > 254 || labels.some((label) => label.length === 0 || label.length > 63)) return undefined;
  const packet = new Packet();
  packet.header.id = 1;
  packet.header.rd = 1;
  packet.questions.push({ name: labels.join('.'), type, class: Packet.CLASS.IN } as never);
  return packet.toBuffer();
}

interface ReadRecord {
  name: string;
  type: number;
  ttl: number;
  address?: string;
  domain?: string;
  data?: unknown;
  ns?: string;
  exchange?: string;
  primary?: string;
}

function recordOf(answer: object): DnsRecord {
  const { name, type, ttl, ...rest } = answer as ReadRecord;
  const data = rest.address ?? rest.domain ?? rest.ns ?? rest.exchange ?? rest.primary ?? rest.data;
  return {
    name,
    type: dnsTypeName(type),
    ttl,
    data:
      typeof data === 'string'
        ? data
        : Buffer.isBuffer(data)
          ? `\\# ${data.length} ${data.toString('hex')}`
          : JSON.stringify(data ?? ''),
  };
}

/** Also where it listens on all addresses of this machine. */
const leadsTo = (listener: DnsListener, { address, port }: Extract<Upstream, { kind: 'dns' }>): boolean =>
  port === listener.port &&
  (address === listener.address ||
    ((listener.address === '0.0.0.0' || listener.address === '::') &&
      (address.startsWith('127.') || address === '::1')));
