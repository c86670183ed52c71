/** Waiting for a TXT record at real DNS servers. */
import { createSocket } from 'node:dgram';
import { expect, it, onTestFinished } from 'vitest';
import { waitVisible } from '../../../electron/engine/tls/acme-dns/visible.ts';

/** A DNS server over UDP that has one TXT record, from the moment `shown()` is true. */
async function dnsServer(value: string, shown: () => boolean): Promise<{ address: string; questions: () => number }> {
  const socket = createSocket('udp4');
  let questions = 0;
  socket.on('message', (query, from) => {
    questions++;
    const end = query.indexOf(0, 12) + 5;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8400, 2);
    head.writeUInt16BE(shown() ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const text = Buffer.from([value.length, ...Buffer.from(value)]);
    const answer = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 5, 0, text.length, ...text]);
    socket.send(Buffer.concat([head, query.subarray(12, end), ...(shown() ? [answer] : [])]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => socket.close(() => resolve())));
  return { address: `127.0.0.1:${socket.address().port}`, questions: () => questions };
}

const name = '_acme-challenge.shop.example.com';
const options = (resolvers: string[], timeoutMs = 5_000) => ({
  resolvers,
  timeoutMs,
  signal: new AbortController().signal,
  onWait: () => undefined,
});

it('ends when the last of the servers shows the value', async () => {
  const early = await dnsServer('value', () => true);
  const late = await dnsServer('value', () => late.questions() > 2);
  expect(await waitVisible(name, 'value', options([early.address, late.address]))).toBe('visible');
  expect(late.questions()).toBe(3);
});

it('an older value is not taken for it; the server that lacks it is named', async () => {
  const server = await dnsServer('older', () => true);
  await expect(waitVisible(name, 'value', options([server.address], 300))).rejects.toMatchObject({
    problems: [{ code: 'ACME_DNS_NOT_VISIBLE', message: expect.stringContaining(server.address) }],
  });
});

it('goes on unchecked when no server answers', async () => {
  expect(await waitVisible(name, 'value', options(['127.0.0.1:1']))).toBe('unchecked');
});

it('ends with its signal', async () => {
  const server = await dnsServer('value', () => false);
  const controller = new AbortController();
  const waiting = waitVisible(name, 'value', { ...options([server.address], 60_000), signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await expect(waiting).rejects.toThrow(/abort/i);
});

it('does not wait for a mute server when it is aborted', async () => {
  const mute = createSocket('udp4');
  await new Promise<void>((resolve) => mute.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => mute.close(() => resolve())));
  const controller = new AbortController();
  const asked = new Promise((resolve) => mute.once('message', resolve));
  const address = `127.0.0.1:${mute.address().port}`;
  const waiting = waitVisible(name, 'value', { ...options([address]), signal: controller.signal });
  await asked;
  const before = performance.now();
  controller.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  expect(performance.now() - before).toBeLessThan(2_500); // of the 3 s that an answer is given
});
