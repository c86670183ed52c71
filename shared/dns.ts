/** What the window and the CLI see of the DNS server. */

/** Where an answer came from: our own names, a forwarded answer kept, an upstream now; `refused`: it was none. */
export type DnsSource = 'local' | 'cache' | 'forward' | 'refused';

/** One query, as the log keeps it. */
export interface DnsQuery {
  /** Milliseconds since 1970. */
  at: number;
  client: string;
  /** Lower case, without the final dot; `.` for the root; empty where the question could not be read. */
  name: string;
  /** As in `AAAA`; `TYPE1234` for one without a name here; empty where the question could not be read. */
  type: string;
  /** As in `NOERROR` and `NXDOMAIN`. */
  rcode: string;
  source: DnsSource;
  durationMs: number;
  /** The resolver that answered, as in `192.0.2.1:53`. */
  upstream?: string;
}

export interface DnsRecord {
  name: string;
  type: string;
  /** Seconds. */
  ttl: number;
  /** As in zone files: an address, a name, quoted text. */
  data: string;
}

/** The answer to one question, asked as a client would. */
export interface DnsAnswer {
  name: string;
  type: string;
  rcode: string;
  source: DnsSource;
  /** Answered by us with authority. */
  isAuthoritative: boolean;
  answers: DnsRecord[];
  /** The SOA record of an answer without records. */
  authorities: DnsRecord[];
  durationMs: number;
}

const TYPES = new Map<number, string>([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [13, 'HINFO'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [33, 'SRV'],
  [35, 'NAPTR'],
  [39, 'DNAME'],
  [43, 'DS'],
  [46, 'RRSIG'],
  [48, 'DNSKEY'],
  [52, 'TLSA'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [255, 'ANY'],
  [257, 'CAA'],
]);
const BY_NAME = new Map([...TYPES].map(([code, name]) => [name, code]));
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export const dnsTypeName = (code: number): string => TYPES.get(code) ?? `TYPE${code}`;

/** Undefined for what is neither a name here nor TYPE followed by a number (RFC 3597 section 5). */
export function dnsTypeCode(name: string): number | undefined {
  const upper = name.toUpperCase();
  const number = /^TYPE(\d{1,5})$/.exec(upper)?.[1];
  return BY_NAME.get(upper) ?? (number !== undefined && Number(number) <= 65_535 ? Number(number) : undefined);
}

export const dnsRcodeName = (code: number): string => RCODES[code] ?? (code === 16 ? 'BADVERS' : `RCODE${code}`);
