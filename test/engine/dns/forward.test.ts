/** What the DNS server passes on: whole answers, kept as long as they say, from whichever upstream is there. */
import { describe, expect, it } from 'vitest';
import { answerWith, dig, queryOf, startUpstream } from '../../kit/dns.ts';
import { askUdp, startDns } from '../../kit/dns-room.ts';
import { until } from '../../kit/wait.ts';

const toHere = (port: number): string => `127.0.0.1:${port}`;

describe('another name', () => {
  it('is passed on, its answer whole, and kept as long as it says', async () => {
    const upstream = await startUpstream((query) => answerWith(query, ['192.0.2.1'], 60));
    const { port, clock } = await startDns({ forward: [toHere(upstream.port)] });
    expect(await dig(port, 'www.example.com')).toMatch(
      /flags: qr rd ra.*www\.example\.com\.\s+60\s+IN\s+A\s+192\.0\.2\.1/s,
    );
    clock.nowMs += 20_000;
    expect(await dig(port, 'WWW.example.com')).toMatch(/WWW\.example\.com\.\s+40\s+IN\s+A/);
    expect(upstream.asked.length).toBe(1);
    clock.nowMs += 41_000;
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
    const { port } = await startDns({ forward: [toHere(upstream.port)] });
    expect(await dig(port, '+adflag', 'no.example.com')).toMatch(/status: NXDOMAIN.*flags: qr aa rd ra ad/s);
  });

  it('that is special is never passed on', async () => {
    const upstream = await startUpstream((query) => answerWith(query, ['192.0.2.1']));
    const { port } = await startDns({ forward: [toHere(upstream.port)] });
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
    const { port } = await startDns({ forward: [toHere(upstream.port)] });
    const lines = (await dig(port, '+short', 'many.example.com')).trim().split('\n');
    expect(lines).toHaveLength(60); // dig took the cut one, and came back over TCP
    expect(upstream.askedByTcp).toEqual(['many.example.com']);
    expect(await dig(port, '+ignore', '+bufsize=512', 'many.example.com')).toMatch(/flags: qr tc rd ra/);
    expect((await dig(port, '+ignore', '+bufsize=4096', '+short', 'many.example.com')).trim().split('\n')).toHaveLength(
      60,
    );
  });

  it('whose answer is larger than a datagram is cut, whatever the client says it takes', async () => {
    const most = Array.from({ length: 4_093 }, (_, i) => `192.0.${i >> 8}.${i & 255}`); // 65,521 bytes
    const upstream = await startUpstream((query, isTcp) => {
      const answer = answerWith(query, isTcp ? most : []);
      if (!isTcp) answer[2] = 0x83;
      return answer;
    });
    const { port } = await startDns({ forward: [toHere(upstream.port)] });
    await dig(port, '+tcp', '+noadflag', 'most.example.com'); // kept: the same question over UDP finds it at hand
    const answer = await askUdp(port, queryOf('most.example.com', { edns: { udpBytes: 65_535 } }));
    expect([answer?.[2], answer?.length]).toEqual([0x83, 45]);
  });

  it('asked by many at once is asked upstream once', async () => {
    const upstream = await startUpstream((query) => answerWith(query, ['192.0.2.1']));
    const { dns } = await startDns({ forward: [toHere(upstream.port)] });
    const answers = await Promise.all(Array.from({ length: 20 }, () => dns.query('joined.example.com', 'A')));
    expect(answers.every((answer) => answer.ok && answer.value.answers[0]?.data === '192.0.2.1')).toBe(true);
    expect(upstream.asked.length).toBe(1);
  });

  it('comes from the next upstream where the first is silent or dead; local names do not wait for it', async () => {
    const silent = await startUpstream(() => undefined);
    const good = await startUpstream((query) => answerWith(query, ['192.0.2.2']));
    const { dns, port } = await startDns({ forward: [toHere(silent.port), toHere(good.port)] });
    const forwarded = dns.query('www.example.com', 'A');
    await until(() => silent.asked.length === 1);
    expect(await dig(port, '+short', 'shop.local')).toBe('127.0.0.1\n');
    expect(good.asked).toEqual([]); // still waiting for the silent one
    const answer = await forwarded;
    expect(answer.ok && answer.value.answers[0]?.data).toBe('192.0.2.2');
  });

  it('that nobody can answer is SERVFAIL, and says why', async () => {
    const { port } = await startDns({ forward: ['127.0.0.1:9'] });
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
    const { dns } = await startDns({ forward: [toHere(upstream.port), toHere(good.port)] });
    const answer = await dns.query('www.example.com', 'A');
    expect(answer.ok && answer.value.answers.map(({ data }) => data)).toEqual(['192.0.2.2']);
  });
});
