/** Capture through real sockets: off at first, bounded, redacted, with WebSocket frames; timings and explanations. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { ExchangeRecord } from '../../shared/capture.ts';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(
  handler?: Parameters<typeof createServer>[1],
  rest: Parameters<typeof site>[2] = {},
): Promise<{ running: TestEngine; backend: TestBackend }> {
  const backend = await startBackend(handler === undefined ? {} : { handler: handler as never });
  const running = await startEngine({ server: [site(HOST, [{ name: 'web-1', url: backend.url }], rest)] });
  open.push(backend.close, running.close);
  return { running, backend };
}

async function newest({ engine }: TestEngine, path: string): Promise<ExchangeRecord> {
  const { id } = await until(() => engine.exchanges.list(50).find((exchange) => exchange.path.startsWith(path)));
  const read = await engine.exchanges.read(id);
  if (!read.ok) throw new Error(read.problems[0]?.message);
  return read.value;
}

const textOf = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString();

describe('capture', () => {
  it('is off until it is turned on, and then keeps bodies of the sites asked for', async () => {
    const { running } = await start((request, response) => void request.pipe(response));
    await send(running.port, { host: HOST, method: 'POST', path: '/off', body: 'hello' });
    expect((await newest(running, '/off')).captured).toBeUndefined();

    running.engine.capture.set({ enabled: true, bodyBytes: 1_000, sites: ['Shop.local'] });
    await send(running.port, { host: HOST, method: 'POST', path: '/on', body: 'hello' });
    const { captured } = await newest(running, '/on');
    expect(captured?.requestBody).toEqual({ base64: btoa('hello'), size: 5, isTruncated: false });
    expect(captured?.responseBody).toEqual({ base64: btoa('hello'), size: 5, isTruncated: false });

    running.engine.capture.set({ enabled: true, bodyBytes: 1_000, sites: ['other.local'] });
    await send(running.port, { host: HOST, path: '/other' });
    expect((await newest(running, '/other')).captured).toBeUndefined();
  });

  it('keeps no more of a body than asked for, and says so', async () => {
    const { running } = await start((request, response) => void request.pipe(response));
    running.engine.capture.set({ enabled: true, bodyBytes: 100 });
    const reply = await send(running.port, { host: HOST, method: 'POST', path: '/long', body: 'x'.repeat(300_000) });
    expect(reply.body).toHaveLength(300_000);
    const { captured } = await newest(running, '/long');
    expect(captured?.requestBody).toMatchObject({ size: 300_000, isTruncated: true });
    expect(textOf(captured?.responseBody?.base64)).toBe('x'.repeat(100));
  });

  it('shows no credential of a header, a query or a body, and leaves the rest as it was', async () => {
    const answer = JSON.stringify({ token: 'secret-1', code: 7, name: 'Ada', nested: { password: 'secret-2' } });
    const { running } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'sid=secret-3; Path=/' }).end(answer);
    });
    running.engine.capture.set({ enabled: true, bodyBytes: 10_000 });
    await send(running.port, {
      host: HOST,
      method: 'POST',
      path: '/secret?access_token=secret-4&page=2',
      headers: {
        authorization: 'Bearer secret-5',
        cookie: 'a=secret-6',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'user=ada&password=secret-7',
    });
    const record = await newest(running, '/secret');
    const shown = JSON.stringify({
      ...record,
      captured: [textOf(record.captured?.requestBody?.base64), textOf(record.captured?.responseBody?.base64)],
    });
    expect(shown).not.toMatch(/secret-\d/);
    expect(textOf(record.captured?.requestBody?.base64)).toBe('user=ada&password=[redacted]');
    expect(JSON.parse(textOf(record.captured?.responseBody?.base64))).toMatchObject({ code: 7, name: 'Ada' });
  });

  it('takes a content coding off, also of a body that was cut', async () => {
    const { running } = await start((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello '.repeat(2_000)));
    });
    running.engine.capture.set({ enabled: true, bodyBytes: 10_000 });
    await send(running.port, { host: HOST, path: '/gzip' });
    const whole = (await newest(running, '/gzip')).captured?.responseBody;
    expect(whole).toMatchObject({ decoded: 'gzip', isTruncated: false });
    expect(textOf(whole?.base64)).toBe('hello '.repeat(2_000));
    running.engine.capture.set({ enabled: true, bodyBytes: 40 });
    await send(running.port, { host: HOST, path: '/cut' });
    const cut = (await newest(running, '/cut')).captured?.responseBody;
    expect(cut?.isTruncated).toBe(true);
    expect(textOf(cut?.base64)).toMatch(/^hello/);
  });

  it('also keeps the pages that Mogoly answers with, and forgets all of it when cleared', async () => {
    const { running, backend } = await start();
    await backend.kill();
    running.engine.capture.set({ enabled: true, bodyBytes: 10_000 });
    await send(running.port, { host: HOST, path: '/down' });
    const { captured, error, status } = await newest(running, '/down');
    expect({ error, status }).toEqual({ error: 'BACKEND_REFUSED', status: 502 });
    expect(textOf(captured?.responseBody?.base64)).toContain('BACKEND_REFUSED');
    expect(running.engine.capture.get().heldBytes).toBeGreaterThan(0);
    running.engine.exchanges.clear();
    expect(running.engine.capture.get().heldBytes).toBe(0);
    expect(running.engine.exchanges.list(10)).toEqual([]);
  });

  it('keeps the frames of a WebSocket, which is listed while it is open', async () => {
    const http = createServer();
    const echo = new WebSocketServer({ server: http });
    echo.on('connection', (socket) =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    await once(http.listen(0, '127.0.0.1'), 'listening');
    open.push(() => http.close());
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const running = await startEngine({ server: [site(HOST, [{ name: 'web-1', url }])] });
    open.push(running.close);
    running.engine.capture.set({ enabled: true, bodyBytes: 1_000 });
    const socket = new WebSocket(`ws://127.0.0.1:${running.port}/ws`, { headers: { host: HOST } });
    await once(socket, 'open');
    socket.send('{"token":"secret-1","text":"hello"}');
    await once(socket, 'message');
    const large = Buffer.alloc(70_000, 7);
    socket.send(large);
    expect(large.equals((await once(socket, 'message'))[0] as Buffer)).toBe(true);
    const live = await newest(running, '/ws');
    expect(live).toMatchObject({ status: 101, open: true, backend: 'web-1' });
    const updated: number[] = [];
    running.engine.exchanges.onUpdate((id) => updated.push(id));
    socket.close(1000);
    await until(() => updated.length > 0);
    const { captured, ...closed } = await newest(running, '/ws');
    expect(closed.open).toBeUndefined();
    expect(closed.responseHeaders.map(([name]) => name.toLowerCase())).toContain('sec-websocket-accept');
    const frames = captured?.frames ?? [];
    expect(frames.map(({ from, kind, size }) => [from, kind, size])).toEqual([
      ['client', 'text', 35],
      ['backend', 'text', 35],
      ['client', 'binary', 70_000],
      ['backend', 'binary', 70_000],
      ['client', 'close', 2],
      ['backend', 'close', 2],
    ]);
    expect(textOf(frames[0]?.base64)).toBe('{"token":"[redacted]","text":"hello"}');
    expect(textOf(frames[3]?.base64)).toBe(String.fromCharCode(7).repeat(1_000));
    expect(running.engine.exchanges.list(10)).toHaveLength(1);
  });
});

describe('timings and explanations', () => {
  it('a first request opens a connection, the next one uses it', async () => {
    const { running } = await start();
    await send(running.port, { host: HOST, path: '/first' });
    await send(running.port, { host: HOST, path: '/second' });
    const [first, second] = [await newest(running, '/first'), await newest(running, '/second')];
    expect(first.connectMs).toBeGreaterThan(0);
    expect(first.firstByteMs!).toBeGreaterThan(first.connectMs!);
    expect(first.durationMs).toBeGreaterThanOrEqual(first.firstByteMs!);
    expect(second.connectMs).toBeUndefined();
    expect(second.queuedMs).toBeUndefined();
  });

  it('a failed attempt counts as waiting before the one that answered', async () => {
    const [dead, alive] = await Promise.all([startBackend(), startBackend()]);
    await dead.kill();
    const running = await startEngine({
      server: [
        site(HOST, [
          { name: 'dead', url: dead.url },
          { name: 'alive', url: alive.url },
        ]),
      ],
    });
    open.push(alive.close, running.close);
    await send(running.port, { host: HOST, path: '/retried' });
    const record = await newest(running, '/retried');
    expect(record.attempts).toMatchObject([{ backend: 'dead', error: expect.any(String) }, { backend: 'alive' }]);
    expect(record.queuedMs).toBeGreaterThan(0);
    expect(record.connectMs).toBeGreaterThan(0);
  });

  it('an exchange is explained by what it did and what it would do now', async () => {
    const { running, backend } = await start(undefined, {
      routes: [{ path: '/api/*', strip_prefix: '/api', balance: [{ name: 'api', url: 'http://127.0.0.1:9' }] }],
    });
    await send(running.port, { host: HOST, path: '/api/users?token=secret-1' });
    const { id } = await newest(running, '/api');
    const explained = running.engine.exchanges.explain(id);
    expect(explained).toMatchObject({
      ok: true,
      value: {
        exchange: { status: 502, error: 'BACKEND_REFUSED', backendPath: '/users?token=[redacted]' },
        now: { site: HOST, route: '/api/*', candidates: [{ name: 'api' }] },
      },
    });
    expect(JSON.stringify(explained)).not.toContain('secret-1');
    expect(running.engine.exchanges.explain(999)).toMatchObject({
      ok: false,
      problems: [{ code: 'EXCHANGE_UNKNOWN' }],
    });
    expect(backend.requests).toHaveLength(0);
  });
});
