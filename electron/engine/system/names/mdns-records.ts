/** What we say over multicast DNS for a published name, decided without a socket (RFC 6762). */
import { isIPv6 } from 'node:net';
import type { Answer, Packet, Question, RecordType } from 'dns-packet';

/** RFC 6762 section 10: records that hold an address, in seconds. */
export const ADDRESS_TTL = 120;
/** RFC 6762 section 6.7: the most that an ordinary DNS client may keep, in seconds. */
const LEGACY_TTL = 10;
/** The class IN with the unicast-response bit of RFC 6762 section 5.4, as dns-packet spells it. */
const CLASS_IN_UNICAST = 'UNKNOWN_32769';

/** Any type; dns-packet's own list of types leaves it out. */
const TYPE_ANY: string = 'ANY';

type AddressType = 'A' | 'AAAA';
export type MdnsQuery = Packet & { questions: Question[] };
export type MdnsResponse = Packet & { answers: Answer[] };

export interface MdnsReply {
  answers: Answer[];
  additionals: Answer[];
  /** Every question that was ours asked for a reply to itself alone. */
  isUnicast: boolean;
}

const typeOf = (address: string): AddressType => (isIPv6(address) ? 'AAAA' : 'A');

/** One record an address, with the cache-flush bit, for we alone own the name (RFC 6762 section 10.2). */
export function addressRecords(host: string, addresses: readonly string[], ttl = ADDRESS_TTL): Answer[] {
  return addresses.map((data) => ({ name: host, type: typeOf(data), class: 'IN', ttl, flush: true, data }));
}

/** Says which types the name has, and so that it has no others (RFC 6762 section 6.1). */
export function absenceRecord(host: string, addresses: readonly string[]): Answer {
  const rrtypes = [...new Set(addresses.map(typeOf))].sort();
  const data = { nextDomain: host, rrtypes };
  return { name: host, type: 'NSEC', class: 'IN', ttl: ADDRESS_TTL, flush: true, data };
}

/** The first of three: asks for any owner of the name and shows what we mean to publish (RFC 6762 section 8.1). */
export function probePacket(host: string, addresses: readonly string[]): MdnsQuery {
  // No unicast-response bit: the port is shared with other responders of this machine (section 15.1).
  const authorities = addressRecords(host, addresses).map((record) => ({ ...record, flush: false }));
  return { questions: [{ name: host, type: TYPE_ANY as RecordType }], authorities };
}

export const announcement = (host: string, addresses: readonly string[]): MdnsResponse => ({
  answers: [...addressRecords(host, addresses), absenceRecord(host, addresses)],
});

/** Takes the name out of every cache (RFC 6762 section 10.1). */
export const goodbye = (host: string, addresses: readonly string[]): MdnsResponse => ({
  answers: addressRecords(host, addresses, 0),
});

/** The reply to a query, or undefined when it is not about us or holds all that we would say (known answers, section 7.1). */
export function replyTo(query: Packet, published: ReadonlyMap<string, readonly string[]>): MdnsReply | undefined {
  const answers = new Map<string, Answer>();
  const additionals = new Map<string, Answer>();
  let isUnicast = true;
  for (const { name, type, class: questionClass } of query.questions ?? []) {
    const host = name.toLowerCase();
    const addresses = published.get(host);
    if (addresses === undefined || !isInternet(questionClass)) continue;
    if (questionClass !== (CLASS_IN_UNICAST as string)) isUnicast = false;
    for (const record of recordsFor(host, addresses, type)) answers.set(keyOf(record), record);
    for (const record of besideFor(host, addresses, type)) additionals.set(keyOf(record), record);
  }
  for (const known of query.answers ?? []) if (isFresh(known)) answers.delete(keyOf(known));
  if (answers.size === 0) return undefined;
  for (const key of answers.keys()) additionals.delete(key);
  return { answers: [...answers.values()], additionals: [...additionals.values()], isUnicast };
}

/** The same for a client that is no mDNS responder: it asked from another port and knows no cache-flush bit (section 6.7). */
export function legacyReply(query: Packet, { answers, additionals }: MdnsReply): MdnsResponse {
  const plain = (record: Answer): Answer => ({ ...record, ttl: LEGACY_TTL, flush: false }) as Answer;
  const questions = (query.questions ?? []).map(({ name, type }) => ({ name, type, class: 'IN' as const }));
  return { id: query.id ?? 0, questions, answers: answers.map(plain), additionals: additionals.map(plain) };
}

/** An address that others claim for the host in these records: not one of ours, and not a goodbye. */
export function foreignClaim(
  records: readonly Answer[] | undefined,
  host: string,
  isOurs: (address: string) => boolean,
): string | undefined {
  return claims(records, host).find((address) => !isOurs(address));
}

/**
 * Whether the other of two who probe for the name at once comes first: the later list in order of type and data wins
 * (RFC 6762 section 8.2).
 */
export function losesTo(theirs: readonly Answer[] | undefined, host: string, ours: readonly string[]): boolean {
  const key = (addresses: readonly string[]): string => addresses.map(sortKey).sort().join(' ');
  const others = claims(theirs, host);
  return others.length > 0 && key(others) > key(ours);
}

const claims = (records: readonly Answer[] | undefined, host: string): string[] =>
  (records ?? []).flatMap((record) =>
    (record.type === 'A' || record.type === 'AAAA') && record.name.toLowerCase() === host && record.ttl !== 0
      ? [record.data]
      : [],
  );

/** Type 1 before type 28, then the bytes of the address. */
const sortKey = (address: string): string =>
  isIPv6(address) ? `28:${expandIPv6(address)}` : `01:${paddedIPv4(address)}`;

const paddedIPv4 = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');

function expandIPv6(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const front = groups(head);
  const back = groups(tail);
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back].map((group) => group.padStart(4, '0')).join('');
}

function recordsFor(host: string, addresses: readonly string[], type: RecordType): Answer[] {
  if (type === TYPE_ANY) return addressRecords(host, addresses);
  const found = addressRecords(host, addresses).filter((record) => record.type === type);
  return found.length > 0 ? found : [absenceRecord(host, addresses)];
}

/** The other address family, and what there is not: it saves the next question (RFC 6762 section 6.2). */
function besideFor(host: string, addresses: readonly string[], type: RecordType): Answer[] {
  if (type !== 'A' && type !== 'AAAA') return [];
  return [...addressRecords(host, addresses), absenceRecord(host, addresses)];
}

const isInternet = (questionClass: string | undefined): boolean =>
  questionClass === undefined || ['IN', 'ANY', CLASS_IN_UNICAST].includes(questionClass);

const keyOf = (record: Answer): string =>
  `${record.name.toLowerCase()} ${record.type} ${record.type === 'A' || record.type === 'AAAA' ? record.data : ''}`;

const isFresh = (record: Answer): boolean => 'ttl' in record && (record.ttl ?? 0) >= ADDRESS_TTL / 2;
