/** The DNS server over real sockets: what it answers itself, what it passes on, and what it refuses. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import dns2 from 'dns2';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createDns, type Dns, type DnsNames } from '../../../electron/engine/dns/dns.ts';
import type { Upstream as UpstreamAddress } from '../../../electron/engine/dns/resolvers.ts';
import { answerWith, dig, queryOf, startUpstream } from '../../kit/dns.ts';
import { until } from '../../kit/wait.ts';

const { Packet } = dns2;

const NAMES: DnsNames = {
  hosts: ['shop.local', '*.app.local'],
  zones: ['test'],
  ttlSeconds: 5,
  addresses: { v4: '127.0.0.1', v6: '::1' },
  forward: [],
};

let clock: number;
beforeEach(() => (clock = 1_000_000));

async function start(
  names: Partial<DnsNames> = {},
  readSystem?: () => UpstreamAddress[],
): Promise<{ dns: Dns; port: number }> {
  const dns = createDns({ now: () => clock, ...(readSystem === undefined ? {} : { readSystem }) });
  dns.adopt({ ...NAMES, ...names });
  const opened = await dns.open({ kind: 'dns', address: '127.0.0.1', port: 0 });
  if (!opened.ok) throw new Error(opened.problems[0]!.message);
  onTestFinished(async () => {
    await opened.value.close(0);
    dns.close();
  });
  return { dns, port: opened.value.port };
}

/** One datagram there, one back; undefined when nothing came before the answer to a question sent after it. */
async function ask(port: number, query: Buffer): Promise<Buffer | undefined> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      socket.on('message', (answer) => resolve(answer.readUInt16BE(0) === 0xfffe ? undefined : answer));
      socket.connect(port, '127.0.0.1', () => {
        socket.send(query);
        socket.send(queryOf('fence.test', { id: 0xfffe }));
      });
    });
  } finally {
    socket.close();
  }
}

const rcode = (answer: Buffer | undefined): number | undefined => answer && answer[3]! & 15;
const toHere = (port: number): string => `127.0.0.1:${port}`;

describe('a local name', () => {
  it('has both loopback addresses, over UDP and TCP, as dig sees it', async () => {
    const { port } = await start();
    for (const args of [[], ['+tcp'], ['+noedns'], ['+bufsize=4096', '+dnssec']]) {
      const a = await dig(port, 'shop.local', 'A', ...args);
      expect(a).toContain('status: NOERROR');
      expect(a).toMatch(/flags: qr aa rd ra/);
      expect(a).toMatch(/shop\.local\.\s+5\s+IN\s+A\s+127\.0\.0\.1/);
      expect(await dig(port, 'shop.local', 'AAAA', ...args)).toMatch(/shop\.local\.\s+5\s+IN\s+AAAA\s+::1/);
    }
  });

  it('keeps the spelling of the question', async () => {
    const { port } = await start();
    const answer = await ask(port, queryOf('ShOp.LoCaL'));
    expect(answer?.toString('latin1')).toContain('ShOp');
    expect(Packet.parse(answer!).answers).toMatchObject([{ name: 'ShOp.LoCaL', address: '127.0.0.1' }]);
  });

  it('has an empty answer with SOA for other types, and NXDOMAIN where there is no such name', async () => {
    const { port } = await start();
    const mx = await dig(port, 'shop.local', 'MX');
    expect(mx).toMatch(/status: NOERROR.*ANSWER: 0, AUTHORITY: 1/s);
    expect(mx).toMatch(/shop\.local\.\s+5\s+IN\s+SOA\s+localhost\. nobody\.invalid\. 1 3600 600 86400 5/);
    const none = await dig(port, 'x.shop.local');
    expect(none).toMatch(/status: NXDOMAIN.*ANSWER: 0, AUTHORITY: 1/s);
    expect(none).toMatch(/shop\.local\.\s+5\s+IN\s+SOA/);
    expect(await dig(port, 'deep.er.nope.local')).toMatch(/local\.\s+5\s+IN\s+SOA/);
    expect(await dig(port, 'test', 'SOA')).toMatch(/ANSWER: 1/);
    expect(await dig(port, 'shop.local', 'ANY')).toContain('"RFC8482"');
    expect(await dig(port, 'shop.local', 'CNAME')).toMatch(/NOERROR.*ANSWER: 0/s);
  });

  it('without IPv6 has no AAAA; on the LAN it has the address of this machine', async () => {
    const { dns, port } = await start({ addresses: { v4: '192.168.1.7', v6: undefined } });
    expect(await dig(port, 'shop.local', 'AAAA')).toMatch(/NOERROR.*ANSWER: 0/s);
    expect(await dig(port, '+short', 'shop.local')).toBe('192.168.1.7\n');
    dns.adopt({ ...NAMES, addresses: { v4: '127.0.0.1', v6: 'fd00::1:2' } });
    expect(await dig(port, '+short', 'shop.local', 'AAAA')).toBe('fd00::1:2\n');
  });

  it('is another after an apply', async () => {
    const { dns, port } = await start();
    expect(await dig(port, 'new.example.com')).toContain('SERVFAIL');
    dns.adopt({ ...NAMES, hosts: ['new.example.com'] });
    expect(await dig(port, '+short', 'new.example.com')).toBe('127.0.0.1\n');
  });
});

describe('EDNS', () => {
  it('is answered by EDNS, its version 0', async () => {
    const { port } = await start();
    const answer = await ask(port, queryOf('a.test', { edns: { dnssec: true } }));
    expect(answer!.subarray(-11)).toEqual(Buffer.from([0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0]));
    expect((await ask(port, queryOf('a.test')))!.readUInt16BE(10)).toBe(0);
    const bad = await ask(port, queryOf('a.test', { edns: { version: 1 } }));
    expect([rcode(bad), bad!.at(-6)]).toEqual([0, 1]); // BADVERS is 16
  });
});

describe('what is no question', () => {
  it('is told so, or met with silence', async () => {
    const { port } = await start();
    const changed = (at: number, value: number): Buffer => {
      const query = queryOf('a.test');
      query[at] = value;
      return query;
    };
    expect(await ask(port, changed(2, 0x81))).toBeUndefined(); // an answer
    expect(await ask(port, queryOf('a.test').subarray(0, 8))).toBeUndefined();
    expect(rcode(await ask(port, changed(2, 0x28)))).toBe(4); // an update
    expect(rcode(await ask(port, changed(5, 2)))).toBe(1); // two questions
    expect(rcode(await ask(port, changed(5, 0)))).toBe(1);
    expect(rcode(await ask(port, changed(12, 0xc0)))).toBe(1); // a pointer in the question
    expect(rcode(await ask(port, changed(12, 64)))).toBe(1);
    expect(rcode(await ask(port, queryOf('a.test').subarray(0, -1)))).toBe(1);
    expect(rcode(await ask(port, queryOf('a.test', { class: 3 })))).toBe(5); // CHAOS
    expect(rcode(await ask(port, queryOf('a.test', { type: 252 })))).toBe(5); // AXFR
    expect(rcode(await ask(port, queryOf(`${'x'.repeat(63)}.`.repeat(4) + 'test')))).toBe(1); // 260 bytes
  });

  it('in 100,000 mutations crashes nothing and gets nothing that is wrong', async () => {
    const { port } = await start();
    let seed = 42;
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) % below;
    const bases = ['shop.local', 'a.app.local', 'x.test', 'nope.local'].flatMap((name) => [
      queryOf(name, { type: 28 }),
      queryOf(name, { edns: { dnssec: true } }),
    ]);
    const { createResponder } = await import('../../../electron/engine/dns/responder.ts');
    const { createForwarder } = await import('../../../electron/engine/dns/forward.ts');
    const forwarder = createForwarder({ now: () => clock, isOurs: () => false });
    forwarder.adopt([]);
    const responder = createResponder({ forwarder, now: () => clock, record: () => undefined });
    responder.adopt(NAMES);
    let answered = 0;
    for (let i = 0; i < 100_000; i++) {
      const query = Buffer.from(bases[i % bases.length]!).subarray(0, random(8) === 0 ? random(40) : undefined);
      for (let n = random(4); n >= 0 && query.length > 0; n--) query[random(query.length)] = random(256);
      responder.respond(query, '127.0.0.1', true, (answer) => {
        answered++;
        const isRight =
          answer.readUInt16BE(0) === query.readUInt16BE(0) &&
          (answer[2]! & 0x80) !== 0 &&
          (query[2]! & 0x80) === 0 &&
          answer.length <= 1_024;
        if (!isRight) throw new Error(`wrong answer to ${query.toString('hex')}: ${answer.toString('hex')}`);
      });
    }
    expect(answered).toBeGreaterThan(30_000);
    for (let i = 0; i < 2_000; i++) {
      const query = Buffer.from(bases[i % bases.length]!);
      query[random(query.length)] = random(256);
      if (i % 100 === 0) await ask(port, query);
    }
    expect(await dig(port, '+short', 'shop.local')).toBe('127.0.0.1\n');
  });

  it('has answers that any reader understands', async () => {
    const { port } = await start();
    const label = fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.array(label, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(1, 28, 6, 15, 16, 65, 255),
        async (labels, type) => {
          const name = `${labels.join('.')}.test`;
          const packet = Packet.parse((await ask(port, queryOf(name, { type })))!);
          expect(packet.questions).toMatchObject([{ name, type }]);
          expect(packet.answers.length + packet.authorities.length).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('over TCP', () => {
  it('several questions on one connection are all answered', async () => {
    const { port } = await start();
    const socket = connect(port, '127.0.0.1');
    let got = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => (got = Buffer.concat([got, chunk])));
    const frames = ['a.test', 'b.test', 'c.test'].map((name, id) => {
      const query = queryOf(name, { id });
      return Buffer.concat([Buffer.from([0, query.length]), query]);
    });
    const bytes = Buffer.concat(frames);
    socket.write(bytes.subarray(0, 7));
    socket.write(bytes.subarray(7));
    const size = 2 + 12 + 6 + 6 + 16;
    await until(() => got.length === 3 * size);
    expect([0, 1, 2].map((i) => got.readUInt16BE(i * size + 2))).toEqual([0, 1, 2]);
    socket.destroy();
  });
});

describe('another name', () => {
  it('is passed on, its answer whole, and kept as long as it says', async () => {
    const upstream = await startUpstream((query) => answerWith(query, ['192.0.2.1'], 60));
    const { port } = await start({ forward: [toHere(upstream.port)] });
    expect(await dig(port, 'www.example.com')).toMatch(
      /flags: qr rd ra.*www\.example\.com\.\s+60\s+IN\s+A\s+192\.0\.2\.1/s,
    );
    clock += 20_000;
    expect(await dig(port, 'WWW.example.com')).toMatch(/WWW\.example\.com\.\s+40\s+IN\s+A/);
    expect(upstream.asked.length).toBe(1);
    clock += 41_000;
    await dig(port, 'www.example.com');
    expect(upstream.asked.length).toBe(2);
  });

  it('keeps the code, the authority and the flags of its answer', async () => {
    const upstream = await startUpstream((query) => {
      const answer = answerWith(query, []);
      answer[2] = 0x85;
      answer[3] = 0xa3; // RA, AD, NXDOMAIN
      return answer;
    });
    const { port } = await start({ forward: [toHere(upstream.port)] });
    expect(await dig(port, '+adflag', 'no.example.com')).toMatch(/status: NXDOMAIN.*flags: qr aa rd ra ad/s);
  });

  it('that is special is never passed on', async () => {
    const upstream = await startUpstream((query) => answerWith(query, ['192.0.2.1']));
    const { port } = await start({ forward: [toHere(upstream.port)] });
    for (const name of ['nope.local', 'nope.invalid', 'nope.onion'])
      expect(await dig(port, name)).toContain('NXDOMAIN');
    expect(await dig(port, '+short', 'x.localhost')).toBe('127.0.0.1\n');
    expect(upstream.asked).toEqual([]);
  });

  it('whose answer is cut is asked for over TCP, and cut again for a client that takes less', async () => {
    const many = Array.from({ length: 60 }, (_, i) => `192.0.2.${i}`);
    const upstream = await startUpstream((query, isTcp) => {
      if (isTcp) return answerWith(query, many);
      const cut = answerWith(query, []);
      cut[2] = 0x83;
      return cut;
    });
    const { port } = await start({ forward: [toHere(upstream.port)] });
    const lines = (await dig(port, '+short', 'many.example.com')).trim().split('\n');
    expect(lines).toHaveLength(60); // dig took the cut one, and came back over TCP
    expect(upstream.askedByTcp).toEqual(['many.example.com']);
    expect(await dig(port, '+ignore', '+bufsize=512', 'many.example.com')).toMatch(/flags: qr tc rd ra/);
    expect((await dig(port, '+ignore', '+bufsize=4096', '+short', 'many.example.com')).trim().split('\n')).toHaveLength(
      60,
    );
  });

  it('asked by many at once is asked upstream once', async () => {
    const waiting: (() => void)[] = [];
    const upstream = await startUpstream(() => undefined);
    const slow = await startUpstream((query) => answerWith(query, ['192.0.2.1']));
    const { dns } = await start({ forward: [toHere(slow.port)] });
    const answers = await Promise.all(Array.from({ length: 20 }, () => dns.query('joined.example.com', 'A')));
    expect(answers.every((answer) => answer.ok && answer.value.answers[0]?.data === '192.0.2.1')).toBe(true);
    expect(slow.asked.length).toBe(1);
    expect([upstream.asked, waiting]).toEqual([[], []]);
  });

  it('comes from the next upstream where the first is silent or dead; local names do not wait for it', async () => {
    const silent = await startUpstream(() => undefined);
    const good = await startUpstream((query) => answerWith(query, ['192.0.2.2']));
    const { dns, port } = await start({ forward: [toHere(silent.port), toHere(good.port)] });
    const forwarded = dns.query('www.example.com', 'A');
    await until(() => silent.asked.length === 1);
    expect(await dig(port, '+short', 'shop.local')).toBe('127.0.0.1\n');
    expect(good.asked).toEqual([]); // still waiting for the silent one
    const answer = await forwarded;
    expect(answer.ok && answer.value.answers[0]?.data).toBe('192.0.2.2');
  });

  it('that nobody can answer is SERVFAIL, and says why', async () => {
    const { port } = await start({ forward: ['127.0.0.1:9'] });
    const answer = await dig(port, 'www.example.com');
    expect(answer).toContain('status: SERVFAIL');
    expect(answer).toMatch(/EDE: 22.*127\.0\.0\.1:9/);
  });

  it('is not taken from a forged answer', async () => {
    const upstream = await startUpstream((query) => {
      const forged = answerWith(query, ['203.0.113.66']);
      forged.writeUInt16BE(query.readUInt16BE(0) ^ 1, 0);
      return forged;
    });
    const good = await startUpstream((query) => answerWith(query, ['192.0.2.2']));
    const { dns } = await start({ forward: [toHere(upstream.port), toHere(good.port)] });
    const answer = await dns.query('www.example.com', 'A');
    expect(answer.ok && answer.value.answers.map(({ data }) => data)).toEqual(['192.0.2.2']);
  });

  it('follows the resolvers of the system, and never asks ourselves', async () => {
    const one = await startUpstream((query) => answerWith(query, ['192.0.2.1'], 3_600));
    const two = await startUpstream((query) => answerWith(query, ['192.0.2.2'], 3_600));
    let system = one.port;
    const self: UpstreamAddress[] = [];
    const { port } = await start({ forward: 'system' }, () => [
      ...self,
      { kind: 'dns', address: '127.0.0.1', port: system },
    ]);
    self.push({ kind: 'dns', address: '127.0.0.1', port });
    expect(await dig(port, '+short', 'www.example.com')).toBe('192.0.2.1\n');
    system = two.port;
    clock += 6_000;
    expect(await dig(port, '+short', 'www.example.com')).toBe('192.0.2.2\n');
  });
});

describe('the log', () => {
  it('has each query, the newest first, and no more than it should', async () => {
    const upstream = await startUpstream((query) => answerWith(query, ['192.0.2.1']));
    const { dns, port } = await start({ forward: [toHere(upstream.port)] });
    await dig(port, 'Shop.local', 'AAAA');
    await dig(port, 'www.example.com');
    await dig(port, 'www.example.com');
    expect(dns.recent(10)).toMatchObject([
      { name: 'www.example.com', type: 'A', rcode: 'NOERROR', source: 'cache', client: '127.0.0.1' },
      { name: 'www.example.com', source: 'upstream' },
      { name: 'shop.local', type: 'AAAA', source: 'local' },
    ]);
    for (let i = 0; i < 600; i++) await dns.query('x.test', 'A');
    expect(dns.recent(1_000)).toHaveLength(500);
  });

  it('a question of our own is answered in words', async () => {
    const { dns } = await start();
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
    const { dns, port } = await start();
    expect(await dns.open({ kind: 'dns', address: '127.0.0.1', port })).toMatchObject({
      ok: false,
      problems: [{ code: 'LISTEN_PORT_TAKEN', path: ['listen', 'dns'] }],
    });
  });
});
