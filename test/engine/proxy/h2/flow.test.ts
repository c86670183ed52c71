/** Bodies both ways under flow control, and how answers end, over real sockets. */
import { describe, expect, it } from 'vitest';
import { CONNECTION_WINDOW_BYTES, STREAM_WINDOW_BYTES } from '../../../../electron/engine/proxy/h2/bounds.ts';
import * as F from '../../../../electron/engine/proxy/h2/frames.ts';
import { ERROR } from '../../../../electron/engine/proxy/h2/frames.ts';
import { data, GET, headers, POST, RawClient, setting, startRawServer, type RawFrame } from '../../../kit/h2-raw.ts';
import { until } from '../../../kit/wait.ts';

const WINDOW = 4;
const settings = (id: number, value: number): string => F.frame(F.SETTINGS, 0, 0, setting(id, value));
const bodyOf = (client: RawClient, id: number): string =>
  client.frames
    .filter((frame) => frame.type === F.DATA && frame.id === id)
    .map(({ payload }) => payload.toString('latin1'))
    .join('');
const BIG = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));

/** A PING and its answer: all before it has been dealt with. */
let pings = 0;
async function settle(client: RawClient): Promise<void> {
  const mark = String(pings++).padStart(8, '0');
  client.send(F.frame(F.PING, 0, 0, mark));
  await client.frame(({ type, payload }) => type === F.PING && payload.toString() === mark);
}

describe('an answer', () => {
  it('waits for the window of its stream, and goes on with every piece of it', async () => {
    const server = await startRawServer((client) => {
      client.sendHead(200, '', [], true);
      client.end(BIG);
    });
    const client = await RawClient.open(server.port, settings(WINDOW, 10));
    client.send(headers(1));
    await until(() => bodyOf(client, 1).length === 10);
    client.send(F.windowUpdateFrame(1, 1));
    await until(() => bodyOf(client, 1).length === 11);
    client.send(settings(WINDOW, 0)); // 10 less: the window is below zero
    client.send(F.windowUpdateFrame(1, 10));
    await settle(client);
    expect(bodyOf(client, 1)).toHaveLength(11);
    client.send(F.windowUpdateFrame(0, 1_000_000) + settings(WINDOW, 1_000_000));
    await client.answer(1);
    expect(Buffer.from(bodyOf(client, 1), 'latin1').equals(BIG)).toBe(true);
    expect(server.clients[0]!.isClosed).toBe(true);
  });

  it('shares the window of the connection with the others, each in its turn', async () => {
    const server = await startRawServer((client) => {
      client.sendHead(200, '', [], true);
      client.end(BIG);
    });
    const client = await RawClient.open(server.port, settings(WINDOW, 1_000_000));
    client.send(headers(1) + headers(3) + headers(5));
    await until(() => [1, 3, 5].reduce((sum, id) => sum + bodyOf(client, id).length, 0) === 65_535);
    client.send(F.windowUpdateFrame(0, 3 * 16_384));
    await until(() => bodyOf(client, 3).length === 16_384 && bodyOf(client, 5).length >= 16_384);
    client.send(F.windowUpdateFrame(0, 1_000_000));
    for (const id of [1, 3, 5]) expect(Buffer.from((await client.answer(id)).body, 'latin1').equals(BIG)).toBe(true);
  });

  it('asks its writer to wait, and tells it when to go on', async () => {
    let drained = 0;
    const server = await startRawServer((client) => {
      client.sendHead(200, '', [], true);
      expect(client.write(Buffer.alloc(5))).toBe('kept');
      expect(client.write(Buffer.alloc(20))).toBe('full');
      client.onDrain(() => {
        drained++;
        client.setTrailers(['x-sum', '42', 'bad name', 'x', ':status', '200']);
        client.end();
      });
    });
    const client = await RawClient.open(server.port, settings(WINDOW, 10));
    client.send(headers(1));
    await until(() => bodyOf(client, 1).length === 10);
    expect(drained).toBe(0);
    client.send(F.windowUpdateFrame(1, 100));
    expect(await client.answer(1)).toMatchObject({ body: '\0'.repeat(25), trailers: ['x-sum: 42'] });
    expect(drained).toBe(1);
  });

  it('has its informational heads before it, and its end in its last frame', async () => {
    const server = await startRawServer((client) => {
      client.sendContinue();
      client.sendInformational(103, ['link', '</a.css>']);
      client.sendHead(204, '', [], false);
      client.sendInformational(103, ['link', 'too late']);
      client.endWithText('ignored');
    });
    const client = await RawClient.open(server.port);
    client.send(headers(1, [...GET, ['expect', '100-continue']]));
    await client.answer(1);
    const flags = client.frames.filter(({ id }) => id === 1).map((frame: RawFrame) => [frame.type, frame.flags]);
    expect(flags).toEqual([
      [F.HEADERS, F.END_HEADERS],
      [F.HEADERS, F.END_HEADERS],
      [F.HEADERS, F.END_HEADERS | F.END_STREAM],
    ]);
  });

  it('may come before the body of its request, which is then not wanted', async () => {
    const server = await startRawServer((client) => {
      client.sendHead(413, '', [], true);
      client.endWithText('too large');
    });
    const client = await RawClient.open(server.port);
    client.send(headers(1, POST, F.END_HEADERS) + data(1, 'part', false));
    expect((await client.answer(1)).body).toBe('too large');
    expect(await client.reset(1)).toBe(ERROR.NO_ERROR);
    client.send(data(1, 'late', false).repeat(100) + headers(3));
    expect((await client.answer(3)).body).toBe('too large');
  });

  it('cut off by us or given up by its client tells who waits for it, once', async () => {
    const closed: number[] = [];
    const server = await startRawServer((client) => client.onClose(() => closed.push(client.id)));
    const client = await RawClient.open(server.port);
    client.send(headers(1) + headers(3) + headers(5));
    await until(() => server.clients.length === 3);
    server.clients[0]!.destroy();
    expect(await client.reset(1)).toBe(ERROR.INTERNAL_ERROR);
    client.send(F.resetFrame(3, ERROR.CANCEL) + F.resetFrame(3, ERROR.CANCEL));
    await until(() => closed.length === 2);
    client.socket.destroy();
    await until(() => closed.length === 3);
    expect(closed).toEqual([1, 3, 5]);
    expect(server.clients.map(({ isGone }) => isGone)).toEqual([true, true, true]);
  });
});

describe('an upload', () => {
  it('waits for its reader, and is asked for more as it is read', async () => {
    const server = await startRawServer(() => undefined);
    const client = await RawClient.open(server.port);
    const credit = (id: number): number =>
      client.frames
        .filter((frame) => frame.type === F.WINDOW_UPDATE && frame.id === id)
        .reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0);
    const greeting = credit(0);
    expect(greeting).toBe(CONNECTION_WINDOW_BYTES - 65_535);
    client.send(
      headers(1, POST, F.END_HEADERS) + data(1, 'x'.repeat(16_384), false).repeat(STREAM_WINDOW_BYTES / 16_384),
    );
    await settle(client);
    expect([credit(1), credit(0)]).toEqual([0, greeting]);
    let read = 0;
    const { source } = server.clients[0]!;
    source.on('data', (chunk: Buffer) => (read += chunk.length));
    await until(() => read === STREAM_WINDOW_BYTES && credit(1) >= STREAM_WINDOW_BYTES / 2);
    client.send(data(1, 'end'));
    await until(() => source.readableEnded);
    expect(read).toBe(STREAM_WINDOW_BYTES + 3);
  });

  it('that nobody reads gives its room back when its stream is over', async () => {
    const server = await startRawServer(() => undefined);
    const client = await RawClient.open(server.port);
    const whole = (id: number): string =>
      headers(id, POST, F.END_HEADERS) +
      data(id, 'x'.repeat(16_384), false).repeat(15) +
      F.resetFrame(id, ERROR.CANCEL);
    for (let id = 1; id < 100; id += 2) client.send(whole(id)); // three times the window of the connection
    await settle(client);
    expect(client.frames.some(({ type }) => type === F.GOAWAY)).toBe(false);
    expect(server.clients.every(({ isClosed }) => isClosed)).toBe(true);
  });
});
