/** Damaged and hostile packets: none crashes the server, none is answered wrongly. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readTtls } from '../../../electron/engine/dns/cache.ts';
import { createForwarder } from '../../../electron/engine/dns/forward.ts';
import { isAnswerTo } from '../../../electron/engine/dns/question.ts';
import { createResponder } from '../../../electron/engine/dns/responder.ts';
import { answerWith, dig, queryOf, startUpstream } from '../../kit/dns.ts';
import { createRandom, faultOf, mutate } from '../../kit/dns-mutations.ts';
import { DNS_NAMES, startDns } from '../../kit/dns-room.ts';
import { until } from '../../kit/wait.ts';

const BULK = 100_000;
const OVER_UDP = 10_000;
/** Less than a socket's buffer holds. */
const BURST = 50;
const FENCE = 0xffff;

describe('mutated packets', () => {
  it('100,000 of them: each query that is one has one right answer, nothing else has any', async () => {
    const forwarder = createForwarder({ now: () => 0, isOurs: () => false });
    forwarder.adopt([]);
    const responder = createResponder({ forwarder, now: () => 0, record: () => undefined });
    responder.adopt(DNS_NAMES);
    const random = createRandom(42);
    const rcodes = new Map<number, number>();
    const faults: string[] = [];
    let unanswered = 0;
    for (let i = 0; i < BULK; i++) {
      const query = mutate(random);
      const isQuery = query.length >= 12 && (query[2]! & 0x80) === 0;
      if (isQuery) unanswered++;
      responder.respond(query, '127.0.0.1', true, (answer) => {
        unanswered--;
        const fault = faultOf(query, answer);
        if (fault !== undefined) faults.push(`${fault}: ${query.toString('hex')} ${answer.toString('hex')}`);
        rcodes.set(answer[3]! & 15, (rcodes.get(answer[3]! & 15) ?? 0) + 1);
      });
      if (i % 500 === 0) await new Promise(setImmediate); // for those that are passed on
    }
    await until(() => responder.waiting() === 0);
    expect(faults).toEqual([]);
    expect(unanswered).toBe(0);
    for (const rcode of [0, 1, 2, 3, 4, 5]) expect(rcodes.get(rcode), `rcode ${rcode}`).toBeGreaterThan(500);
  });

  it('10,000 of them over UDP: the same, and the server lives on', async () => {
    const { port } = await startDns();
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
    const sent = new Map<number, Buffer>();
    const faults: string[] = [];
    let answers = 0;
    let fenced = 0;
    socket.on('message', (answer) => {
      const id = answer.readUInt16BE(0);
      if (id === FENCE) return void fenced++;
      answers++;
      const query = sent.get(id);
      const fault = query === undefined ? 'answered twice, or never asked' : faultOf(query, answer);
      if (fault !== undefined) faults.push(fault);
      sent.delete(id);
    });
    const random = createRandom(7);
    for (let i = 0; i < OVER_UDP; i++) {
      const query = mutate(random);
      if (query.length >= 2) {
        query.writeUInt16BE(i, 0);
        sent.set(i, query);
      }
      socket.send(query);
      if (i % BURST !== BURST - 1) continue;
      const before = fenced;
      socket.send(queryOf('fence.test', { id: FENCE }));
      await until(() => fenced > before, { intervalMs: 1 });
    }
    socket.close();
    expect(faults).toEqual([]);
    expect(answers).toBeGreaterThan(OVER_UDP / 3);
    expect(await dig(port, '+short', 'shop.local')).toBe('127.0.0.1\n');
  });

  it('as frames over TCP, whole and torn, leave other connections served', async () => {
    const { port } = await startDns();
    const random = createRandom(11);
    for (let i = 0; i < 40; i++) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      for (let n = 0; n < 25; n++) {
        const query = mutate(random);
        const length = random(5) === 0 ? random(65_536) : query.length;
        socket.write(Buffer.concat([Buffer.from([length >> 8, length & 255]), query]));
      }
      socket.resume();
      socket.end();
    }
    expect(await dig(port, '+tcp', '+short', 'shop.local')).toBe('127.0.0.1\n');
  });

  it('from an upstream harm neither the reading of them nor the answers about local names', async () => {
    const random = createRandom(3);
    const query = queryOf('www.example.com', { edns: {} });
    const whole = answerWith(query, ['192.0.2.1', '192.0.2.2']);
    for (let i = 0; i < BULK / 2; i++) {
      const answer = Buffer.from(whole).subarray(0, random(4) === 0 ? random(whole.length) : undefined);
      for (let n = random(4); n > 0 && answer.length > 0; n--) answer[random(answer.length)] = random(256);
      if (!isAnswerTo(query, answer)) continue;
      const found = readTtls(answer);
      for (const offset of found?.offsets ?? []) expect(offset + 4).toBeLessThanOrEqual(answer.length);
      expect(found?.seconds ?? 1).toBeGreaterThanOrEqual(0);
    }
    const upstream = await startUpstream((asked) => {
      const answer = answerWith(asked, ['192.0.2.1']);
      for (let n = 0; n < 3; n++) answer[12 + random(answer.length - 12)] = random(256);
      return answer;
    });
    const { dns, port } = await startDns({ forward: [`127.0.0.1:${upstream.port}`] });
    const asked = Array.from({ length: 200 }, (_, i) => dns.query(`n${i}.example.com`, 'A'));
    expect(await dig(port, '+short', 'shop.local')).toBe('127.0.0.1\n');
    await Promise.all(asked);
  });
});
