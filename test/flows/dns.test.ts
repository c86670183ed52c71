/** The DNS room between real clients, dig and kdig, and a real resolver, dnsmasq. */
import { describe, expect, it, type TestContext } from 'vitest';
import { dig, startUpstream } from '../kit/dns.ts';
import { startDns } from '../kit/dns-room.ts';
import { kdig, missingProgram, startDnsmasq } from '../kit/dns-peers.ts';
import { until } from '../kit/wait.ts';

const RECORDS = [
  '--address=/www.example.com/192.0.2.1',
  '--address=/www.example.com/2001:db8::1',
  '--host-record=web.example.net,192.0.2.7,2001:db8::7,300',
  '--cname=alias.example.net,web.example.net,120',
  '--mx-host=example.net,mail.example.net,10',
  '--srv-host=_sip._tcp.example.net,sip.example.net,5060,1,2',
  '--txt-record=example.net,"v=spf1 -all","two"',
  '--caa-record=example.net,0,issue,ca.example',
  '--local=/missing.example.net/',
  '--dns-rr=example.net,65,000100',
  ...Array.from({ length: 40 }, (_, i) => `--txt-record=long.example.net,${'x'.repeat(60)}${i}`),
];

function need(context: TestContext, program: string, debianPackage: string): void {
  const missing = missingProgram(program, debianPackage);
  if (missing !== undefined) context.skip(missing);
}

/** Flags, counts and records, without what differs by chance. */
const essence = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => /^(;; (->>HEADER|flags)|[^;\s])/.test(line))
    .map((line) => line.replace(/, id: \d+/, '').replace(/\s+/g, ' '))
    .sort();

describe('between dig and dnsmasq', () => {
  it('answers come through as they are: all types, aliases, missing names, errors', async (context) => {
    need(context, 'dnsmasq', 'dnsmasq-base');
    const resolver = await startDnsmasq(...RECORDS);
    const { port } = await startDns({ forward: [`127.0.0.1:${resolver}`] });
    const questions = [
      ['www.example.com', 'A'],
      ['www.example.com', 'AAAA'],
      ['alias.example.net', 'A'],
      ['alias.example.net', 'AAAA'],
      ['example.net', 'MX'],
      ['example.net', 'TXT'],
      ['example.net', 'CAA'],
      ['example.net', 'TYPE65'],
      ['_sip._tcp.example.net', 'SRV'],
      ['missing.example.net', 'A'],
      ['refused.example.org', 'A'],
      ['WwW.eXaMpLe.CoM', 'A'],
    ] as const;
    for (const [name, type] of questions) {
      const options = ['+nocookie', '+noall', '+comments', '+answer', '+authority', '+additional', name, type];
      const straight = essence(await dig(resolver, ...options));
      expect(straight.length, `${name} ${type}`).toBeGreaterThan(1);
      expect(essence(await dig(port, ...options)), `${name} ${type}`).toEqual(straight);
    }
  });

  it('a long answer goes over TCP, or whole over UDP where the client takes it', async (context) => {
    need(context, 'dnsmasq', 'dnsmasq-base');
    const resolver = await startDnsmasq('--edns-packet-max=1232', ...RECORDS);
    const { port } = await startDns({ forward: [`127.0.0.1:${resolver}`] });
    const count = async (...options: string[]): Promise<number> =>
      (await dig(port, '+short', ...options, 'long.example.net', 'TXT')).split('\n').filter((line) => line !== '')
        .length;
    expect(await count()).toBe(40);
    expect(await count('+tcp')).toBe(40);
    expect(await count('+noedns')).toBe(40);
    expect(await count('+ignore', '+bufsize=8192')).toBe(40);
    expect(await dig(port, '+ignore', '+bufsize=512', 'long.example.net', 'TXT')).toMatch(/flags: qr (aa )?tc/);
  });

  it('a question of our own is answered in the words of zone files', async (context) => {
    need(context, 'dnsmasq', 'dnsmasq-base');
    const resolver = await startDnsmasq(...RECORDS);
    const { dns } = await startDns({ forward: [`127.0.0.1:${resolver}`] });
    const data = async (name: string, type: string): Promise<string[]> => {
      const answer = await dns.query(name, type);
      return answer.ok ? answer.value.answers.map((record) => record.data) : [];
    };
    expect(await data('example.net', 'MX')).toEqual(['10 mail.example.net']);
    expect(await data('example.net', 'CAA')).toEqual(['0 issue "ca.example"']);
    expect(await data('example.net', 'TYPE65')).toEqual(['\\# 3 000100']);
    expect(await data('_sip._tcp.example.net', 'SRV')).toEqual(['1 2 5060 sip.example.net']);
    expect((await data('alias.example.net', 'A')).sort()).toEqual(['192.0.2.7', 'web.example.net']);
    expect(await dns.query('x.shop.local', 'A')).toMatchObject({
      value: { rcode: 'NXDOMAIN', authorities: [{ name: 'shop.local', type: 'SOA' }] },
    });
    expect(await dns.query('bücher.test', 'A')).toMatchObject({ value: { answers: [{ name: 'xn--bcher-kva.test' }] } });
    expect(await dns.query('.', 'NS')).toMatchObject({ ok: true });
  });
});

describe('kdig', () => {
  it('is answered over UDP and TCP, and on a connection that it keeps open', async (context) => {
    need(context, 'kdig', 'knot-dnsutils');
    const { port } = await startDns();
    for (const options of [[], ['+tcp'], ['+bufsize=512'], ['+bufsize=4096'], ['+noedns'], ['+dnssec'], ['+nordflag']])
      expect(await kdig(port, ...options, 'shop.local', 'A'), options.join()).toMatch(
        /shop\.local\.\s+5\s+IN\s+A\s+127\.0\.0\.1/,
      );
    const kept = await kdig(port, '+tcp', '+keepopen', '+short', 'a.test', 'AAAA', 'b.test', 'A', 'shop.local', 'A');
    expect(
      kept
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith(';')),
    ).toEqual(['::1', '127.0.0.1', '127.0.0.1']);
    expect(await kdig(port, '+edns=1', 'shop.local', 'A')).toMatch(/BADVERS/);
    for (const type of ['AXFR', 'IXFR=1']) expect(await kdig(port, 'shop.local', type), type).toMatch(/REFUSED/);
  });
});

describe('a dead upstream', () => {
  it('does not slow local names: hundreds are answered while it is waited for', async () => {
    const silent = await startUpstream(() => undefined);
    const { dns, port } = await startDns({ forward: [`127.0.0.1:${silent.port}`] });
    let isDone = false;
    const waiting = Promise.all(Array.from({ length: 100 }, (_, i) => dns.query(`n${i}.example.com`, 'A')));
    void waiting.then(() => (isDone = true));
    await until(() => silent.asked.length > 50);
    const durations: number[] = [];
    for (let i = 0; i < 300; i++) {
      const answer = await dns.query(`local${i}.test`, 'A');
      if (answer.ok) durations.push(answer.value.durationMs);
    }
    expect(await dig(port, '+short', 'shop.local')).toBe('127.0.0.1\n');
    expect(isDone).toBe(false);
    expect(durations).toHaveLength(300);
    dns.close();
    expect((await waiting).every((answer) => answer.ok && answer.value.rcode === 'SERVFAIL')).toBe(true);
  });
});
