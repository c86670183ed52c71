/** DNS queries changed at random, always in the same way, and what is true of every answer to them. */
import dns2 from 'dns2';
import { queryOf } from './dns.ts';

const { Packet } = dns2;

/** Names of all kinds: served, below a zone, missing, special, elsewhere; with EDNS and without. */
const BASES = ['shop.local', 'a.APP.local', 'x.y.test', 'nope.local', 'localhost', 'www.example.com', ''].flatMap(
  (name) => [
    queryOf(name),
    queryOf(name, { type: 28, edns: { dnssec: true } }),
    queryOf(name, { type: 255, edns: { udpBytes: 4_096 } }),
  ],
);

/** Whole numbers below a bound, the same with each run (a linear congruential generator). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Bytes changed, cut off, doubled or added; the id, the first two bytes, stays. */
export function mutate(random: (below: number) => number): Buffer {
  let query = Buffer.from(BASES[random(BASES.length)]!);
  const cut = random(10);
  if (cut === 0) query = query.subarray(0, random(query.length));
  if (cut === 1) query = Buffer.concat([query, query.subarray(random(query.length))]);
  if (cut === 2) query = Buffer.concat([query, Buffer.from(Array.from({ length: random(40) }, () => random(256)))]);
  for (let n = random(5); n > 0 && query.length > 2; n--) query[2 + random(query.length - 2)] = random(256);
  return query;
}

/** What is wrong with an answer of a server whose names are those of `DNS_NAMES`; undefined when nothing is. */
export function faultOf(query: Buffer, answer: Buffer): string | undefined {
  if (query.length < 12 || (query[2]! & 0x80) !== 0) return 'answers what is no query';
  if (answer.readUInt16BE(0) !== query.readUInt16BE(0)) return 'another id';
  if ((answer[2]! & 0xf8) !== (0x80 | (query[2]! & 0x78))) return 'no answer, or another opcode';
  if ((answer[2]! & 0x01) !== (query[2]! & 0x01)) return 'RD is not as asked';
  if (answer.length > 512) return 'longer than a client must take';
  const packet = Packet.parse(answer);
  const { header, questions, answers, authorities, additionals } = packet;
  const counts = [header.qdcount, header.ancount, header.nscount, header.arcount];
  const lists = [questions, answers, authorities, additionals].map((list) => list.length);
  if (counts.join() !== lists.join()) return `says ${counts.join()} records and has ${lists.join()}`;
  if (header.qdcount === 0) return header.rcode === 1 || header.rcode === 4 ? undefined : 'no question';
  const end = endOfQuestion(answer);
  if (!answer.subarray(12, end).equals(query.subarray(12, end))) return 'another question';
  return answers.length > 0 ? faultOfRecord(packet) : undefined;
}

/** Written apart from the product's own reading. */
function endOfQuestion(message: Buffer): number {
  let at = 12;
  while (message[at] !== 0) at += message[at]! + 1;
  return at + 5;
}

function faultOfRecord({ header, questions, answers }: InstanceType<typeof Packet>): string | undefined {
  const { name, type } = questions[0]! as { name: string; type: number };
  const lower = name.toLowerCase();
  const record = answers[0] as unknown as { type: number; address?: string };
  const isServed =
    ['shop.local', 'localhost'].includes(lower) ||
    ['.test', '.app.local', '.localhost'].some((end) => lower.endsWith(end));
  const isApex = ['test', 'app.local', 'shop.local', 'localhost', 'local', 'invalid', 'onion', 'alt'].includes(lower);
  if (header.rcode !== 0 || header.aa !== 1) return 'records with an error';
  if (record.type === 1 || record.type === 28) {
    if (!isServed || record.type !== type) return `an address for ${name}`;
    return record.address === (type === 1 ? '127.0.0.1' : '::1') ? undefined : `the address ${record.address}`;
  }
  if (record.type === 13) return isServed && type === 255 ? undefined : `HINFO for ${name}`;
  return isApex && record.type === type ? undefined : `type ${record.type} for ${name}`;
}
