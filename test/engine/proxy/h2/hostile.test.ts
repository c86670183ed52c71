/** What a client may not make us do: each bound of h2/bounds.ts and of the timeouts, over real sockets. */
import { describe, expect, it } from 'vitest';
import * as BOUNDS from '../../../../electron/engine/proxy/h2/bounds.ts';
import { Allowance } from '../../../../electron/engine/proxy/h2/bounds.ts';
import * as F from '../../../../electron/engine/proxy/h2/frames.ts';
import { ERROR } from '../../../../electron/engine/proxy/h2/frames.ts';
import { block, data, GET, headers, POST, RawClient, setting, SETTINGS, startRawServer } from '../../../kit/h2-raw.ts';
import { until } from '../../../kit/wait.ts';

const { END_HEADERS, END_STREAM } = F;
const silent = (): void => undefined;
const repeat = (count: number, frames: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => frames(i)).join('');

async function endsBy(frames: string, code: number, settings = SETTINGS): Promise<void> {
  const server = await startRawServer(silent);
  const client = await RawClient.open(server.port, settings);
  client.send(frames);
  expect(await client.goAway()).toBe(code);
  expect(server.clients.every(({ isClosed }) => isClosed)).toBe(true);
  await until(() => server.sockets.size === 0);
}

describe('a flood', () => {
  it('of streams opened and reset at once ends the connection (CVE-2023-44487)', async () => {
    await endsBy(
      repeat(1_200, (i) => headers(2 * i + 1) + F.resetFrame(2 * i + 1, ERROR.CANCEL)),
      ERROR.ENHANCE_YOUR_CALM,
    );
  });

  it('of streams that we have to reset ends it too (CVE-2025-8671)', async () => {
    const bad = (i: number): string => headers(2 * i + 1) + F.windowUpdateFrame(2 * i + 1, 0);
    await endsBy(repeat(1_200, bad), ERROR.ENHANCE_YOUR_CALM);
  });

  it.each([
    ['pings', F.frame(F.PING, 0, 0, '12345678')],
    ['settings', SETTINGS],
    ['priorities', F.frame(F.PRIORITY, 0, 1, '\0\0\0\0\0')],
    ['unknown frames', F.frame(0x77, 0, 0, '')],
    ['empty bodies', data(1, '', false)],
  ])('of %s ends it', async (_name, frame) => {
    await endsBy(headers(1, POST, END_HEADERS) + frame.repeat(12_000), ERROR.ENHANCE_YOUR_CALM);
  });

  it('of header blocks without end is cut by count and by size (CVE-2024-27316)', async () => {
    const begin = F.frame(F.HEADERS, END_STREAM, 1, '\x82');
    await endsBy(begin + F.frame(F.CONTINUATION, 0, 1, '').repeat(9), ERROR.ENHANCE_YOUR_CALM);
    await endsBy(begin + F.frame(F.CONTINUATION, 0, 1, '\x82'.repeat(16_384)).repeat(8), ERROR.ENHANCE_YOUR_CALM);
  });

  it('of settings in one frame ends it', async () => {
    await endsBy(F.frame(F.SETTINGS, 0, 0, setting(99, 1).repeat(BOUNDS.MAX_SETTINGS + 1)), ERROR.ENHANCE_YOUR_CALM);
  });

  it('of requests whose answers nobody takes is no longer read', async () => {
    const large = 'x'.repeat(15_000);
    const server = await startRawServer((one) => one.sendHead(200, '', ['x-large', large], false));
    const client = await RawClient.open(server.port);
    client.socket.pause();
    const sent = 2_000;
    client.send(repeat(sent, (i) => headers(2 * i + 1)));
    const [socket] = server.sockets;
    await until(() => socket!.isPaused());
    expect(server.clients.length).toBeLessThan(sent);
    expect(socket!.writableLength).toBeLessThan(2 * 1024 * 1024);
    client.socket.resume();
    await until(() => server.clients.length === sent);
    await until(
      () => client.frames.filter(({ flags, type }) => type !== F.SETTINGS && flags & END_STREAM).length === sent,
    );
  });
});

describe('an allowance', () => {
  it('is used up, and comes back in time', async () => {
    const allowance = new Allowance(3, 1_000);
    expect([1, 2, 3].map(() => allowance.take())).toEqual([true, true, true]);
    await until(() => allowance.take());
    const none = new Allowance(1, 0);
    expect([none.take(), none.take(), none.take()]).toEqual([true, false, false]);
  });
});

describe('too much', () => {
  it('of a head is 431, and the connection goes on', async () => {
    const server = await startRawServer();
    const client = await RawClient.open(server.port);
    const many = [...GET, ...Array.from({ length: 5 }, (_, i) => [`x-${i}`, 'y'.repeat(13_500)] as const)];
    const whole = block(many);
    client.send(F.frame(F.HEADERS, END_STREAM, 1, whole.slice(0, 16_384)));
    for (let at = 16_384; at < whole.length; at += 16_384)
      client.send(
        F.frame(F.CONTINUATION, at + 16_384 >= whole.length ? END_HEADERS : 0, 1, whole.slice(at, at + 16_384)),
      );
    expect(await client.answer(1)).toMatchObject({
      head: expect.arrayContaining([':status: 431', 'x-mogoly-error: HEAD_TOO_LARGE']),
    });
    client.send(headers(3));
    expect((await client.answer(3)).body).toBe('GET / ');
    expect(server.clients).toHaveLength(1);
  });

  it('of a head unfolded from a few bytes is 431 too', async () => {
    const server = await startRawServer();
    const client = await RawClient.open(server.port);
    const entry = `\x40${block([['x', 'y'.repeat(3_500)]]).slice(1)}`;
    client.send(F.frame(F.HEADERS, END_HEADERS | END_STREAM, 1, block(GET) + entry + '\xbe'.repeat(10_000)));
    expect((await client.answer(1)).head).toContain(':status: 431');
  });

  it('of streams at a time are refused, so that they can be asked for again', async () => {
    const server = await startRawServer(silent);
    const client = await RawClient.open(server.port);
    const last = 2 * BOUNDS.MAX_STREAMS + 1;
    client.send(repeat(BOUNDS.MAX_STREAMS + 1, (i) => headers(2 * i + 1)));
    expect(await client.reset(last)).toBe(ERROR.REFUSED_STREAM);
    expect(server.clients).toHaveLength(BOUNDS.MAX_STREAMS);
    client.send(F.resetFrame(1, ERROR.CANCEL) + headers(last + 2));
    await until(() => server.clients.length === BOUNDS.MAX_STREAMS + 1);
  });

  it('of a body for its window ends the stream, for all windows the connection', async () => {
    const server = await startRawServer(silent);
    const client = await RawClient.open(server.port);
    const frame = (id: number): string => data(id, 'x'.repeat(16_384), false);
    client.send(
      headers(1, POST, END_HEADERS) + frame(1).repeat(BOUNDS.STREAM_WINDOW_BYTES / 16_384) + data(1, 'x', false),
    );
    expect(await client.reset(1)).toBe(ERROR.FLOW_CONTROL_ERROR);
    const other = await RawClient.open(server.port);
    const whole = (i: number): string => headers(2 * i + 1, POST, END_HEADERS) + frame(2 * i + 1).repeat(16);
    other.send(repeat(16, whole) + headers(33, POST, END_HEADERS) + data(33, 'x'));
    expect(await other.goAway()).toBe(ERROR.FLOW_CONTROL_ERROR);
  });

  it('of tiny frames that wait for a reader take no more memory than their bytes', async () => {
    const server = await startRawServer(silent);
    const client = await RawClient.open(server.port);
    const before = process.memoryUsage();
    client.send(headers(1, POST, END_HEADERS) + data(1, 'x', false).repeat(200_000));
    client.send(F.frame(F.PING, 0, 0, '12345678'));
    await client.frame(({ type }) => type === F.PING);
    let body = 0;
    server.clients[0]!.source.on('data', (chunk: Buffer) => (body += chunk.length));
    await until(() => body === 200_000);
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('too slow', () => {
  it.each([
    ['a preface', F.PREFACE.slice(0, 10), ERROR.PROTOCOL_ERROR],
    ['the first settings', F.PREFACE, ERROR.PROTOCOL_ERROR],
    ['a header block', F.PREFACE + SETTINGS + F.frame(F.HEADERS, END_STREAM, 1, '\x82'), ERROR.PROTOCOL_ERROR],
    [
      'the rest of a frame',
      F.PREFACE + SETTINGS + F.frame(F.PING, 0, 0, '12345678').slice(0, 12),
      ERROR.PROTOCOL_ERROR,
    ],
  ])('%s ends the connection', async (_name, bytes, code) => {
    const server = await startRawServer(silent, { sweepMs: 5, headTimeoutMs: 200 });
    const client = new RawClient(server.port);
    client.send(bytes);
    expect(await client.goAway()).toBe(code);
  });

  it('an acknowledgement of our settings ends it', async () => {
    const server = await startRawServer(silent, { sweepMs: 5, settingsTimeoutMs: 20 });
    const client = new RawClient(server.port);
    client.send(F.PREFACE + SETTINGS);
    expect(await client.goAway()).toBe(ERROR.SETTINGS_TIMEOUT);
  });

  it('a next request ends a connection that carries none, and no other', async () => {
    const server = await startRawServer(silent, { sweepMs: 5, idleMs: 1_000 });
    const busy = await RawClient.open(server.port);
    busy.send(headers(1));
    await until(() => server.clients.length === 1);
    const idle = await RawClient.open(server.port);
    expect(await idle.goAway()).toBe(ERROR.NO_ERROR);
    expect(busy.isClosed).toBe(false);
  });

  it('a client that does not read its goodbye is cut off', async () => {
    const server = await startRawServer(silent, { sweepMs: 5, idleMs: 200, goodbyeMs: 20 });
    const client = await RawClient.open(server.port);
    client.socket.pause();
    await until(() => server.sockets.size === 0);
  });
});
