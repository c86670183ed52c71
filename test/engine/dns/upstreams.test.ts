/** What the DNS server does when upstreams fail it, change, or are ourselves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leadsTo } from '../../../electron/engine/dns/own-addresses.ts';
import { parseUpstream, systemResolvers, upstreamName } from '../../../electron/engine/dns/resolvers.ts';
import { answerWith, dig, queryOf, startUpstream } from '../../kit/dns.ts';
import { askUdp, startDns } from '../../kit/dns-room.ts';
import { tempHome } from '../../kit/temp-home.ts';
import { until } from '../../kit/wait.ts';

const at = (port: number): string => `127.0.0.1:${port}`;
const withRcode = (query: Buffer, rcode: number): Buffer => {
  const answer = answerWith(query, []);
  answer[3] = 0x80 | rcode;
  return answer;
};

describe('an upstream', () => {
  // No route, no right to broadcast, no such link: each fails in connect(), before anything is sent.
  it.each(['255.255.255.255', '[fe80::1]:53', '[fe80::1%nosuch0]:53', '[2001:db8::1]:1'])(
    'at %s that cannot be reached is passed by',
    async (unreachable) => {
      const good = await startUpstream((query) => answerWith(query, ['192.0.2.2']));
      const { port } = await startDns({ forward: [unreachable, at(good.port)] });
      expect(await dig(port, '+short', 'www.example.com')).toBe('192.0.2.2\n');
    },
  );

  it('that was silent is not waited for again until a while later', async () => {
    const silent = await startUpstream(() => undefined);
    const good = await startUpstream((query) => answerWith(query, ['192.0.2.2']));
    const { dns, clock } = await startDns({ forward: [at(silent.port), at(good.port)] });
    for (const name of ['a', 'b', 'c']) await dns.query(`${name}.example.com`, 'A');
    expect([silent.asked, good.asked.length]).toEqual([['a.example.com'], 3]);
    clock.nowMs += 11_000;
    await dns.query('d.example.com', 'A');
    expect(silent.asked).toEqual(['a.example.com', 'd.example.com']);
  });

  it.each([2, 4, 5])('that says %i has the next one asked; its word stands when nobody knows better', async (rcode) => {
    const bad = await startUpstream((query) => withRcode(query, rcode));
    const good = await startUpstream((query) => answerWith(query, ['192.0.2.2']));
    const { dns } = await startDns({ forward: [at(bad.port), at(good.port)] });
    const answer = await dns.query('www.example.com', 'A');
    expect(answer).toMatchObject({ ok: true, value: { rcode: 'NOERROR', answers: [{ data: '192.0.2.2' }] } });
    expect(dns.recent(1)).toMatchObject([{ source: 'forward', upstream: at(good.port) }]);
    dns.adopt({
      find: () => undefined,
      ttlSeconds: 5,
      addresses: { v4: '127.0.0.1', v6: '::1' },
      forward: [at(bad.port)],
    });
    const names = new Map([
      [2, 'SERVFAIL'],
      [4, 'NOTIMP'],
      [5, 'REFUSED'],
    ]);
    expect(await dns.query('other.example.com', 'A')).toMatchObject({ value: { rcode: names.get(rcode) } });
  });

  it('is told nothing that is between the client and us', async () => {
    const seen: Buffer[] = [];
    const upstream = await startUpstream((query) => {
      seen.push(Buffer.from(query));
      return answerWith(query, ['192.0.2.1']);
    });
    const { port } = await startDns({ forward: [at(upstream.port)] });
    await dig(port, '+cookie=0123456789abcdef', '+subnet=192.0.2.0/24', '+dnssec', '+cdflag', 'www.example.com');
    const [query] = seen;
    expect(query?.subarray(-11)).toEqual(Buffer.from([0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0])); // DO, no options
    expect([query![2], query![3]! & 0x10]).toEqual([1, 0x10]); // RD and CD as asked
  });

  it('that answers when the listener is gone harms nothing; a listener that may waits for it', async () => {
    const held: (() => void)[] = [];
    const upstream = await startUpstream((query) => {
      const copy = Buffer.from(query);
      return new Promise((resolve) => held.push(() => resolve(answerWith(copy, ['192.0.2.1']))));
    });
    const first = await startDns({ forward: [at(upstream.port)] });
    void askUdp(first.port, queryOf('late.example.com'));
    await until(() => held.length === 1);
    await first.listener.close(0);
    held[0]!();
    await until(() => first.dns.recent(5).some(({ name }) => name === 'late.example.com'));

    const second = await startDns({ forward: [at(upstream.port)] });
    const answer = dig(second.port, '+short', 'waited.example.com');
    await until(() => held.length === 2);
    const closed = second.listener.close(5_000);
    held[1]!();
    expect(await answer).toBe('192.0.2.1\n');
    await closed;
  });

  it('whose answer lacks records that it counts is not believed', async () => {
    const torn = await startUpstream((query) => answerWith(query, ['192.0.2.66', '192.0.2.67']).subarray(0, -6));
    const good = await startUpstream((query) => answerWith(query, ['192.0.2.2']));
    const { port } = await startDns({ forward: [at(torn.port), at(good.port)] });
    expect(await dig(port, '+short', 'www.example.com')).toBe('192.0.2.2\n');
  });

  it('is asked again when the question or its answer was lost', async () => {
    const asked: Buffer[] = [];
    const upstream = await startUpstream((query) => {
      asked.push(Buffer.from(query));
      return asked.length === 1 ? undefined : answerWith(query, ['192.0.2.1']);
    });
    const { port } = await startDns({ forward: [at(upstream.port)] });
    expect(await dig(port, '+short', 'www.example.com')).toBe('192.0.2.1\n');
    expect(asked[1]).toEqual(asked[0]);
  });

  it('has no more than 300 questions at once; those that are too many are told so', async () => {
    const upstream = await startUpstream(() => undefined);
    const { dns } = await startDns({ forward: [at(upstream.port)] });
    const answers = Array.from({ length: 310 }, (_, i) => dns.query(`n${i}.example.com`, 'A'));
    const refused = await Promise.all(answers.slice(300));
    expect(refused.every((answer) => answer.ok && answer.value.rcode === 'SERVFAIL')).toBe(true);
    await until(() => new Set(upstream.asked).size === 300);
    dns.close();
    await Promise.all(answers);
  });
});

describe('the resolvers of the system', () => {
  const file = (name: string, ...servers: string[]): string => {
    const path = join(tempHome(), name);
    writeFileSync(path, servers.map((server) => `nameserver ${server}\n`).join(''));
    return path;
  };

  it('are followed when their file changes, and what was kept goes; ourselves are never asked', async () => {
    const one = await startUpstream((query) => answerWith(query, ['192.0.2.1'], 3_600));
    const two = await startUpstream((query) => answerWith(query, ['192.0.2.2'], 3_600));
    const path = file('resolv.conf', at(one.port));
    const { port, clock } = await startDns({ forward: 'system' }, { resolverFiles: [path] });
    expect(await dig(port, '+short', 'www.example.com')).toBe('192.0.2.1\n');
    writeFileSync(path, `# moved\nnameserver ${at(port)}\nnameserver ${at(two.port)}\noptions edns0\n`);
    clock.nowMs += 3_000;
    expect(await dig(port, '+short', 'www.example.com')).toBe('192.0.2.2\n');
    writeFileSync(path, `nameserver ${at(port)}\n`);
    clock.nowMs += 3_000;
    expect(await dig(port, 'www.example.com')).toMatch(/SERVFAIL.*EDE: 22.*there is no upstream/s);
  });

  it('are those behind systemd-resolved, not its stub', () => {
    const stub = file('stub.conf', '127.0.0.53');
    const names = (files: string[]): string[] => systemResolvers(files).map(upstreamName);
    expect(names([file('real.conf', '192.0.2.53', 'fd00::1'), stub])).toEqual(['192.0.2.53:53', '[fd00::1]:53']);
    expect(names([file('none.conf'), stub])).toEqual([]);
    expect(names([join(tempHome(), 'missing'), stub])).toEqual(['127.0.0.53:53']);
    expect(names([file('link.conf', 'fe80::1%eth0', 'not-an-address')])).toEqual(['[fe80::1%eth0]:53']);
  });

  it('are ourselves on every address of this machine where we listen on all', () => {
    const listeners = [{ kind: 'dns', address: '0.0.0.0', port: 53 } as const];
    const is = (text: string): boolean => leadsTo(listeners, parseUpstream(text)!);
    expect(['127.0.0.1', '127.8.8.8', '127.0.0.1:5354', '192.0.2.1', 'https://127.0.0.1/'].map(is)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('are written as an address, with a port or without, or as an https address', () => {
    const texts = ['1.1.1.1', '1.1.1.1:5353', '::1', '[::1]:5353', 'https://dns.example/dns-query'];
    expect(texts.map((text) => upstreamName(parseUpstream(text)!))).toEqual([
      '1.1.1.1:53',
      '1.1.1.1:5353',
      '[::1]:53',
      '[::1]:5353',
      'https://dns.example/dns-query',
    ]);
    for (const text of ['', 'dns.example', '1.1.1.1:0', '1.1.1.1:65536', 'http://1.1.1.1/', 'https://'])
      expect(parseUpstream(text)).toBeUndefined();
  });
});
