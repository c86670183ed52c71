/** What multicast DNS says for a published name: who asks what, and what it has already. */
import { decode, encode, type Packet } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import {
  foreignClaim,
  goodbye,
  legacyReply,
  losesTo,
  probePacket,
  replyTo,
} from '../../../electron/engine/system/names/mdns-records.ts';

const PUBLISHED = new Map([
  ['shop.local', ['10.0.0.5', 'fd00::5']],
  ['four.local', ['10.0.0.5']],
]);

/** A question as it comes from the wire; `unicast` sets the top bit of its class. */
function question(name: string, type: number, unicast = false): Packet {
  const bytes = encode({ type: 'query', id: 7, questions: [{ name, type: 'A' }] });
  const end = bytes.length;
  bytes.writeUInt16BE(type, end - 4);
  if (unicast) bytes.writeUInt8(0x80, end - 2);
  return decode(bytes);
}

const A = 1;
const TXT = 16;
const AAAA = 28;
const ANY = 255;

const said = (query: Packet): string[] | undefined =>
  replyTo(query, PUBLISHED)?.answers.map(
    (answer) => `${answer.type} ${JSON.stringify('data' in answer && answer.data)}`,
  );

describe('a reply', () => {
  it('has the asked records, all for ANY, in any case of the name', () => {
    expect(said(question('shop.local', A))).toEqual(['A "10.0.0.5"']);
    expect(said(question('SHOP.local', AAAA))).toEqual(['AAAA "fd00::5"']);
    expect(said(question('shop.local', ANY))).toEqual(['A "10.0.0.5"', 'AAAA "fd00::5"']);
    expect(said(question('other.local', A))).toBeUndefined();
  });

  it('says with NSEC what there is not, and adds the other address family', () => {
    expect(said(question('four.local', AAAA))).toEqual(['NSEC {"nextDomain":"four.local","rrtypes":["A"]}']);
    expect(said(question('shop.local', TXT))).toEqual(['NSEC {"nextDomain":"shop.local","rrtypes":["A","AAAA"]}']);
    const beside = replyTo(question('shop.local', A), PUBLISHED)?.additionals.map(({ type }) => type);
    expect(beside).toEqual(['AAAA', 'NSEC']);
  });

  it('goes to one asker alone when every question wants that', () => {
    expect(replyTo(question('shop.local', A, true), PUBLISHED)?.isUnicast).toBe(true);
    expect(replyTo(question('shop.local', A), PUBLISHED)?.isUnicast).toBe(false);
  });

  it('leaves out what the asker knows for at least half its life', () => {
    const knowing = (ttl: number): Packet => ({
      ...question('shop.local', A),
      answers: [{ name: 'shop.local', type: 'A', ttl, data: '10.0.0.5' }],
    });
    expect(said(knowing(60))).toBeUndefined();
    expect(said(knowing(59))).toEqual(['A "10.0.0.5"']);
  });

  it('for an ordinary DNS client has its id and question, a short life and no cache-flush bit', () => {
    const query = question('shop.local', A);
    const reply = replyTo(query, PUBLISHED);
    const packet = decode(encode({ ...legacyReply(query, reply!), type: 'response' }));
    expect(packet).toMatchObject({
      id: 7,
      questions: [{ name: 'shop.local', type: 'A', class: 'IN' }],
      answers: [{ data: '10.0.0.5', ttl: 10, flush: false }],
    });
  });
});

describe('a claim', () => {
  const isOurs = (address: string): boolean => address === '10.0.0.5';

  it('is foreign with an address that is not ours, and none with a goodbye', () => {
    expect(foreignClaim(probePacket('shop.local', ['10.0.0.9']).authorities, 'shop.local', isOurs)).toBe('10.0.0.9');
    expect(foreignClaim(probePacket('Shop.local', ['10.0.0.5']).authorities, 'shop.local', isOurs)).toBeUndefined();
    expect(foreignClaim(goodbye('shop.local', ['10.0.0.9']).answers, 'shop.local', isOurs)).toBeUndefined();
  });

  it('of two at once goes to the later in order of bytes', () => {
    const theirs = (...addresses: string[]) => probePacket('a.local', addresses).authorities;
    expect(losesTo(theirs('10.0.0.9'), 'a.local', ['10.0.0.10'])).toBe(false);
    expect(losesTo(theirs('10.0.0.200'), 'a.local', ['10.0.0.21'])).toBe(true);
    expect(losesTo(theirs('10.0.0.5', 'fd00::ff'), 'a.local', ['10.0.0.5', 'fd00::1:0'])).toBe(false);
    expect(losesTo(theirs('10.0.0.5', 'fd00::1:0'), 'a.local', ['10.0.0.5', 'fd00::ff'])).toBe(true);
    expect(losesTo(theirs('10.0.0.5'), 'b.local', ['10.0.0.4'])).toBe(false);
  });
});
