/** The DNS server over real sockets: what it answers itself, what it passes on, and what it refuses. */
import dns2 from 'dns2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileLocalNames } from '../../../electron/engine/dns/local-names.ts';
import { createNearness } from '../../../electron/engine/dns/near.ts';
import { answerWith, dig, queryOf, startUpstream } from '../../kit/dns.ts';
import { askUdp, DNS_NAMES, startDns } from '../../kit/dns-room.ts';

const { Packet } = dns2;

const rcode = (answer: Buffer | undefined): number | undefined => answer && answer[3]! & 15;

describe('a local name', () => {
  it('has both loopback addresses, over UDP and TCP, as dig sees it', async () => {
    const { port } = await startDns();
    for (const args of [[], ['+tcp'], ['+noedns'], ['+bufsize=4096', '+dnssec']]) {
      const a = await dig(port, 'shop.local', 'A', ...args);
      expect(a).toContain('status: NOERROR');
      expect(a).toMatch(/flags: qr aa rd ra/);
      expect(a).toMatch(/shop\.local\.\s+5\s+IN\s+A\s+127\.0\.0\.1/);
      expect(await dig(port, 'shop.local', 'AAAA', ...args)).toMatch(/shop\.local\.\s+5\s+IN\s+AAAA\s+::1/);
    }
  });

  it('keeps the spelling of the question', async () => {
    const { port } = await startDns();
    const answer = await askUdp(port, queryOf('ShOp.LoCaL'));
    expect(answer?.toString('latin1')).toContain('ShOp');
    expect(Packet.parse(answer!).answers).toMatchObject([{ name: 'ShOp.LoCaL', address: '127.0.0.1' }]);
  });

  it('has an empty answer with SOA for other types, and NXDOMAIN where there is no such name', async () => {
    const { port } = await startDns();
    const mx = await dig(port, 'shop.local', 'MX');
    expect(mx).toMatch(/status: NOERROR.*ANSWER: 0, AUTHORITY: 1/s);
    expect(mx).toMatch(/shop\.local\.\s+5\s+IN\s+SOA\s+localhost\. nobody\.invalid\. 1 3600 600 86400 5/);
    const none = await dig(port, 'x.shop.local');
    expect(none).toMatch(/status: NXDOMAIN.*ANSWER: 0, AUTHORITY: 1/s);
    expect(none).toMatch(/shop\.local\.\s+5\s+IN\s+SOA/);
    expect(await dig(port, 'deep.er.nope.local')).toMatch(/local\.\s+5\s+IN\s+SOA/);
    expect(await dig(port, 'test', 'SOA')).toMatch(/ANSWER: 1/);
    expect(await dig(port, 'test', 'NS')).toMatch(/test\.\s+5\s+IN\s+NS\s+localhost\./);
    expect(await dig(port, 'x.test', 'NS')).toMatch(/NOERROR.*ANSWER: 0, AUTHORITY: 1/s);
    expect(await dig(port, 'shop.local', 'ANY')).toContain('"RFC8482"');
    expect(await dig(port, 'shop.local', 'CNAME')).toMatch(/NOERROR.*ANSWER: 0/s);
  });

  it('without IPv6 has no AAAA; on the LAN it has the address of this machine', async () => {
    const { dns, port } = await startDns({ addresses: { v4: '192.168.1.7', v6: undefined } });
    expect(await dig(port, 'shop.local', 'AAAA')).toMatch(/NOERROR.*ANSWER: 0/s);
    expect(await dig(port, '+short', 'shop.local')).toBe('192.168.1.7\n');
    expect(await dig(port, '+short', 'localhost')).toBe('127.0.0.1\n'); // RFC 6761 section 6.3
    expect(await dig(port, '+short', 'x.localhost', 'AAAA')).toBe('::1\n');
    dns.adopt({ ...DNS_NAMES, addresses: { v4: '127.0.0.1', v6: 'fd00::1:2' } });
    expect(await dig(port, '+short', 'shop.local', 'AAAA')).toBe('fd00::1:2\n');
  });

  it('is another after an apply', async () => {
    const { dns, port } = await startDns();
    expect(await dig(port, 'new.example.com')).toContain('SERVFAIL');
    dns.adopt({ ...DNS_NAMES, find: compileLocalNames({ hosts: ['new.example.com'], zones: [] }) });
    expect(await dig(port, '+short', 'new.example.com')).toBe('127.0.0.1\n');
  });
});

describe('EDNS', () => {
  it('is answered by EDNS, its version 0', async () => {
    const { port } = await startDns();
    const answer = await askUdp(port, queryOf('a.test', { edns: { dnssec: true } }));
    expect(answer!.subarray(-11)).toEqual(Buffer.from([0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0]));
    expect((await askUdp(port, queryOf('a.test')))!.readUInt16BE(10)).toBe(0);
    const bad = await askUdp(port, queryOf('a.test', { edns: { version: 1 } }));
    expect([rcode(bad), bad!.at(-6)]).toEqual([0, 1]); // BADVERS is 16
  });
});

describe('what is no question', () => {
  it('is told so, or met with silence', async () => {
    const { port } = await startDns();
    const changed = (at: number, value: number): Buffer => {
      const query = queryOf('a.test');
      query[at] = value;
      return query;
    };
    expect(await askUdp(port, changed(2, 0x81))).toBeUndefined(); // an answer
    expect(await askUdp(port, queryOf('a.test').subarray(0, 8))).toBeUndefined();
    expect(rcode(await askUdp(port, changed(2, 0x28)))).toBe(4); // an update
    expect(rcode(await askUdp(port, changed(5, 2)))).toBe(1); // two questions
    expect(rcode(await askUdp(port, changed(5, 0)))).toBe(1);
    expect(rcode(await askUdp(port, changed(12, 0xc0)))).toBe(1); // a pointer in the question
    expect(rcode(await askUdp(port, changed(12, 64)))).toBe(1);
    expect(rcode(await askUdp(port, queryOf('a.test').subarray(0, -1)))).toBe(1);
    expect(rcode(await askUdp(port, queryOf('a.test', { class: 3 })))).toBe(5); // CHAOS
    expect(rcode(await askUdp(port, queryOf('a.test', { class: 255 })))).toBe(5); // ANY
    expect(rcode(await askUdp(port, queryOf('a.test', { type: 252 })))).toBe(5); // AXFR
    expect(rcode(await askUdp(port, queryOf('a.test', { type: 251 })))).toBe(5); // IXFR
    expect(rcode(await askUdp(port, queryOf(`${'x'.repeat(63)}.`.repeat(4) + 'test')))).toBe(1); // 260 bytes
  });

  it('has answers that any reader understands', async () => {
    const { port } = await startDns();
    const label = fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.array(label, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(1, 28, 6, 15, 16, 65, 255),
        async (labels, type) => {
          const name = `${labels.join('.')}.test`;
          const packet = Packet.parse((await askUdp(port, queryOf(name, { type })))!);
          expect(packet.questions).toMatchObject([{ name, type }]);
          expect(packet.answers.length + packet.authorities.length).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('who asks', () => {
  it('is answered from this machine and private networks alone', () => {
    const isNear = createNearness();
    for (const near of [
      '127.0.0.1',
      '127.9.9.9',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.9.9',
      '::1',
      'fd12::1',
      'fe80::1%eth0',
    ])
      expect([near, isNear(near), isNear(near)]).toEqual([near, true, true]);
    for (const far of ['8.8.8.8', '172.32.0.1', '192.0.2.1', '2001:db8::1', '', '11.0.0.1'])
      expect([far, isNear(far), isNear(far)]).toEqual([far, false, false]);
  });
});

describe('the log', () => {
  it('has each query, the newest first, and no more than it should', async () => {
    const upstream = await startUpstream((query) => answerWith(query, ['192.0.2.1']));
    const { dns, port } = await startDns({ forward: [`127.0.0.1:${upstream.port}`] });
    await dig(port, 'Shop.local', 'AAAA');
    await dig(port, 'www.example.com');
    await dig(port, 'www.example.com');
    expect(dns.recent(10)).toMatchObject([
      { name: 'www.example.com', type: 'A', rcode: 'NOERROR', source: 'cache', client: '127.0.0.1' },
      { name: 'www.example.com', source: 'forward' },
      { name: 'shop.local', type: 'AAAA', source: 'local' },
    ]);
    for (let i = 0; i < 600; i++) await dns.query('x.test', 'A');
    expect(dns.recent(1_000)).toHaveLength(500);
  });

  it('a question of our own is answered in words', async () => {
    const { dns } = await startDns();
    expect(await dns.query('shop.local', 'aaaa')).toMatchObject({
      ok: true,
      value: { rcode: 'NOERROR', source: 'local', isAuthoritative: true, answers: [{ type: 'AAAA', ttl: 5 }] },
    });
    expect(await dns.query('shop..local', 'A')).toMatchObject({ ok: false, problems: [{ code: 'DNS_NAME_INVALID' }] });
    expect(await dns.query('shop.local', 'NOPE')).toMatchObject({
      ok: false,
      problems: [{ code: 'DNS_TYPE_UNKNOWN' }],
    });
  });
});

describe('a port', () => {
  it('that is taken says so', async () => {
    const { dns, port } = await startDns();
    expect(await dns.open({ kind: 'dns', address: '127.0.0.1', port })).toMatchObject({
      ok: false,
      problems: [{ code: 'LISTEN_PORT_TAKEN', path: ['listen', 'dns'] }],
    });
  });
});
