/** Replays over real sockets: routed anew, marked, edited, refused where the body is not there. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReplayEdits } from '../../shared/capture.ts';
import type { Exchange } from '../../shared/state.ts';
import type { Result } from '../../shared/problem.ts';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send, type SendOptions } from '../kit/http.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(): Promise<{ running: TestEngine; backend: TestBackend; bodies: string[] }> {
  const bodies: string[] = [];
  const backend = await startBackend({
    handler: (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += String(chunk)));
      request.on('end', () => {
        bodies.push(body);
        response.end('done');
      });
    },
  });
  const running = await startEngine({ server: [site(HOST, [{ name: 'web-1', url: backend.url }])] });
  open.push(backend.close, running.close);
  return { running, backend, bodies };
}

async function recorded({ engine, port }: TestEngine, options: SendOptions): Promise<Exchange> {
  const before = engine.exchanges.lastId();
  await send(port, { host: HOST, ...options });
  return until(() => engine.exchanges.since(before, 1)[0]);
}

const replay = ({ engine }: TestEngine, id: number, edits?: ReplayEdits): Promise<Result<Exchange>> =>
  engine.exchanges.replay({ id, edits });

describe('a replay', () => {
  it('reaches the backend with the same request, credentials and all, and is a new exchange', async () => {
    const { running, backend, bodies } = await start();
    running.engine.capture.set({ enabled: true, bodyBytes: 10_000 });
    const first = await recorded(running, {
      method: 'POST',
      path: '/a//b%2Fc?token=t0p',
      headers: { authorization: 'Bearer abc', 'x-odd': 'one', 'content-type': 'text/plain' },
      body: 'hello',
    });
    const answer = await replay(running, first.id);
    expect(answer).toMatchObject({
      ok: true,
      value: { replayOf: first.id, status: 200, method: 'POST', backend: 'web-1', path: '/a//b%2Fc?token=[redacted]' },
    });
    expect(answer.ok && answer.value.id).toBe(first.id + 1);
    expect(bodies).toEqual(['hello', 'hello']);
    const [one, two] = backend.requests;
    expect(two?.url).toBe(one?.url);
    expect(two?.headers).toMatchObject({ authorization: 'Bearer abc', 'x-odd': 'one', 'content-type': 'text/plain' });
    expect(running.engine.exchanges.one(first.id)?.replayOf).toBeUndefined();
  });

  it('takes edits, and puts back what the window does not show', async () => {
    const { running, backend, bodies } = await start();
    const first = await recorded(running, { path: '/one', headers: { cookie: 'sid=abc', 'x-a': '1' } });
    const answer = await replay(running, first.id, {
      method: 'PUT',
      path: '/two',
      headers: [
        ['Cookie', 'sid=[redacted]'],
        ['X-B', '2'],
      ],
      body: 'edited',
    });
    expect(answer).toMatchObject({ ok: true, value: { method: 'PUT', path: '/two', replayOf: first.id } });
    expect(backend.requests[1]).toMatchObject({
      method: 'PUT',
      url: '/two',
      headers: { cookie: 'sid=abc', 'x-b': '2' },
    });
    expect(backend.requests[1]?.headers['x-a']).toBeUndefined();
    expect(bodies[1]).toBe('edited');
    expect(await replay(running, first.id, { headers: [['Cookie', 'other=[redacted]']] })).toMatchObject({
      ok: false,
      problems: [{ code: 'REPLAY_REDACTED' }],
    });
  });

  it('of a body that was not captured, or in part, is refused with what mends it; a written one goes', async () => {
    const { running, bodies } = await start();
    const off = await recorded(running, { method: 'POST', path: '/off', body: 'hello' });
    expect(await replay(running, off.id)).toMatchObject({ ok: false, problems: [{ code: 'REPLAY_BODY_MISSING' }] });
    expect(await replay(running, off.id, { body: 'again' })).toMatchObject({ ok: true });
    running.engine.capture.set({ enabled: true, bodyBytes: 3 });
    const cut = await recorded(running, { method: 'POST', path: '/cut', body: 'hello' });
    expect(await replay(running, cut.id)).toMatchObject({ ok: false, problems: [{ code: 'REPLAY_BODY_TRUNCATED' }] });
    expect(bodies).toEqual(['hello', 'again', 'hello']);
  });

  it('of an answer that is an error of ours is recorded as that', async () => {
    const { running, backend } = await start();
    await backend.kill();
    const first = await recorded(running, { path: '/down' });
    expect(first.status).toBe(502);
    expect(await replay(running, first.id)).toMatchObject({ ok: true, value: { status: 502, replayOf: first.id } });
  });

  it('is refused by name when it cannot be sent', async () => {
    const { running } = await start();
    expect(await replay(running, 77)).toMatchObject({ ok: false, problems: [{ code: 'EXCHANGE_UNKNOWN' }] });
    const first = await recorded(running, { path: '/one' });
    expect(await replay(running, first.id, { headers: [['bad name', 'x']] })).toMatchObject({
      ok: false,
      problems: [{ code: 'REPLAY_INVALID' }],
    });
    await running.engine.stop();
    expect(await replay(running, first.id)).toMatchObject({ ok: false, problems: [{ code: 'REPLAY_NO_LISTENER' }] });
  });

  it('of a request that came over TLS goes over TLS', async () => {
    const backend = await startBackend();
    const running = await startEngine({
      listen: { http: '127.0.0.1:0', https: '127.0.0.1:0', dns: 'off' },
      server: [site(HOST, [{ name: 'web-1', url: backend.url }], { force_tls: true })],
    });
    open.push(backend.close, running.close);
    const port = running.engine.snapshot().listeners.find(({ kind }) => kind === 'https')?.port ?? 0;
    const to = { host: '127.0.0.1', port, servername: HOST, path: '/tls', headers: { host: HOST }, agent: false };
    const asked = request({ ...to, rejectUnauthorized: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    const first = await until(() => running.engine.exchanges.list(5).find(({ path }) => path === '/tls'));
    expect(first.tls).toBe(true);
    expect(await replay(running, first.id)).toMatchObject({ ok: true, value: { status: 200, tls: true } });
  });
});
