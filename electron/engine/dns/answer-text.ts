/** A question of our own as bytes, and its answer in words. */
import { domainToASCII } from 'node:url';
import type { Packet } from 'dns2';
import { dnsRcodeName, dnsTypeName, type DnsAnswer, type DnsRecord } from '../../../shared/dns.ts';
import { encodeName, HEADER_BYTES, MAX_NAME_BYTES, OPT_BYTES, OUR_UDP_BYTES, TYPE } from './wire.ts';

const MAX_LABEL_BYTES = 63;

/** With EDNS, as most clients ask; undefined for what is no name. IDN as punycode. */
export function ownQuery(name: string, type: number): Buffer | undefined {
  // Only what is not ASCII: names of services start with an underscore, which is none of a host.
  const ascii = /^[\x21-\x7e]*$/.test(name) ? name : domainToASCII(name);
  const plain = ascii.replace(/\.$/, '');
  const labels = plain === '' ? [] : plain.split('.');
  if (name === '' || (ascii === '' && name !== '')) return undefined;
  if (labels.some((label) => label.length === 0 || label.length > MAX_LABEL_BYTES)) return undefined;
  const encoded = encodeName(plain);
  if (encoded.length > MAX_NAME_BYTES) return undefined;
  const query = Buffer.alloc(HEADER_BYTES + encoded.length + 4 + OPT_BYTES);
  query[2] = 0x01; // recursion desired
  query[5] = 1;
  query[11] = 1;
  encoded.copy(query, HEADER_BYTES);
  const at = HEADER_BYTES + encoded.length;
  query.writeUInt16BE(type, at);
  query[at + 3] = 1;
  query.writeUInt16BE(TYPE.OPT, at + 5);
  query.writeUInt16BE(OUR_UDP_BYTES, at + 7);
  return query;
}

/** What of the answer its bytes say. */
export function answerInWords(
  packet: Packet,
): Pick<DnsAnswer, 'rcode' | 'isAuthoritative' | 'answers' | 'authorities'> {
  return {
    rcode: dnsRcodeName(packet.header.rcode),
    isAuthoritative: packet.header.aa === 1,
    answers: packet.answers.map(recordInWords),
    authorities: packet.authorities.map(recordInWords),
  };
}

/** As dns2 reads them; each type has some of these. */
interface ReadRecord {
  name: string;
  type: number;
  ttl: number;
  address?: string;
  domain?: string;
  ns?: string;
  data?: string | string[] | Buffer;
  exchange?: string;
  priority?: number;
  weight?: number;
  port?: number;
  target?: string;
  flags?: number;
  tag?: string;
  value?: string;
  primary?: string;
  admin?: string;
  serial?: number;
  refresh?: number;
  retry?: number;
  expiration?: number;
  minimum?: number;
}

function recordInWords(record: object): DnsRecord {
  const { name, type, ttl, ...rest } = record as ReadRecord;
  return { name: name === '' ? '.' : name, type: dnsTypeName(type), ttl, data: dataInWords(rest) };
}

function dataInWords(record: Omit<ReadRecord, 'name' | 'type' | 'ttl'>): string {
  const single = record.address ?? record.domain ?? record.ns;
  if (single !== undefined) return single;
  if (record.exchange !== undefined) return `${record.priority ?? 0} ${record.exchange}`;
  if (record.target !== undefined)
    return `${record.priority ?? 0} ${record.weight ?? 0} ${record.port ?? 0} ${record.target}`;
  if (record.tag !== undefined) return `${record.flags ?? 0} ${record.tag} ${quoted(record.value ?? '')}`;
  if (record.primary !== undefined) {
    const { primary, admin, serial, refresh, retry, expiration, minimum } = record;
    return [primary, admin, serial, refresh, retry, expiration, minimum].join(' ');
  }
  const { data } = record;
  if (data === undefined) return '';
  if (Buffer.isBuffer(data)) return `\\# ${data.length} ${data.toString('hex')}`; // RFC 3597 section 5
  return (typeof data === 'string' ? [data] : data).map(quoted).join(' ');
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
