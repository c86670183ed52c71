/** Middlewares around real exchanges: in order, on answers of backends and on our own alike. */
import { gunzipSync } from 'node:zlib';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { MiddlewareFactory } from '../../electron/engine/generation.ts';
import type { SiteFile } from '../../shared/config.ts';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';

const HOST = 'shop.local';
const LONG = 'all work and no play '.repeat(500);
let backend: TestBackend;
let running: TestEngine | undefined;

beforeAll(async () => {
  backend = await startBackend({
    handler: (request, response) => {
      if (request.url === '/long')
        return void response.writeHead(200, { 'content-type': 'text/plain', 'content-length': LONG.length }).end(LONG);
      if (request.url === '/stream') {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write('first');
        return;
      }
      response
        .writeHead(200, { 'x-powered-by': 'test' })
        .end(JSON.stringify({ url: request.url, headers: request.headers }));
    },
  });
});
afterAll(() => backend.kill());
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function serve(
  middlewares: NonNullable<SiteFile['middlewares']>,
  rest: Partial<SiteFile> = {},
  factories: Record<string, MiddlewareFactory> = {},
): Promise<number> {
  const prepare = (engine: TestEngine['engine']): void => {
    for (const [name, factory] of Object.entries(factories)) engine.registerMiddleware(name, factory);
  };
  running = await startEngine(
    { server: [site(HOST, [{ name: 'web-1', url: backend.url }], { middlewares, ...rest })] },
    { prepare },
  );
  return running.port;
}

describe('headers', () => {
  it('changes what the backend and the client get, also on our own answers', async () => {
    const change = {
      name: 'headers',
      config: {
        request: { set: { 'x-added': '1' }, remove: ['x-gone'] },
        response: { set: { 'x-frame-options': 'DENY' }, remove: ['x-powered-by'] },
      },
    };
    const port = await serve([change], {
      routes: [
        { path: '/old/*', redirect: '/new' },
        { path: '/dead', balance: [{ url: `http://127.0.0.1:${await freePort()}` }] },
      ],
    });
    const reply = await send(port, { host: HOST, headers: { 'x-gone': '1' } });
    const seen = (JSON.parse(reply.body) as BackendReply).headers;
    expect([seen['x-added'], seen['x-gone'], seen.host]).toEqual(['1', undefined, `127.0.0.1:${backend.port}`]);
    expect(reply.headers).toMatchObject({ 'x-frame-options': 'DENY' });
    expect(reply.headers['x-powered-by']).toBeUndefined();
    for (const path of ['/old/x', '/dead'])
      expect((await send(port, { host: HOST, path })).headers['x-frame-options'], path).toBe('DENY');
  });
});

describe('cors', () => {
  it('answers a preflight itself and marks the answers of the backend', async () => {
    const port = await serve([{ name: 'cors' }]);
    const preflight = await send(port, {
      host: HOST,
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'PUT' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBeDefined();
    expect(
      (await send(port, { host: HOST, headers: { origin: 'http://localhost:3000' } })).headers[
        'access-control-allow-origin'
      ],
    ).toBeDefined();
  });
});

describe('compress', () => {
  it('makes a long text short, its length taken away, and leaves HEAD alone', async () => {
    const port = await serve([{ name: 'compress', config: { encodings: ['gzip'] } }]);
    const reply = await send(port, { host: HOST, path: '/long', headers: { 'accept-encoding': 'gzip' } });
    expect(reply.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(reply.headers['content-length']).toBeUndefined();
    expect(gunzipSync(reply.bytes).toString()).toBe(LONG);
    expect((await send(port, { host: HOST, path: '/long' })).body).toBe(LONG);
    expect(
      (await send(port, { host: HOST, path: '/long', method: 'HEAD', headers: { 'accept-encoding': 'gzip' } })).status,
    ).toBe(200);
  });

  it('sends each piece of a stream on at once', async () => {
    const port = await serve([{ name: 'compress', config: { encodings: ['gzip'], min_length: 0 } }]);
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port,
      path: '/stream',
      headers: { host: HOST, 'accept-encoding': 'gzip' },
      agent: false,
    }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.on('error', () => undefined);
    expect(((await once(incoming, 'data')) as [Buffer])[0].length).toBeGreaterThan(0);
    outgoing.destroy();
  });
});

describe('ratelimit', () => {
  it('is 429 with its fields after the last one, and the backend is spared', async () => {
    const port = await serve([{ name: 'ratelimit', config: { request_per_minute: 2 } }]);
    const before = backend.requests.length;
    const replies = [
      await send(port, { host: HOST }),
      await send(port, { host: HOST }),
      await send(port, { host: HOST }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(replies[1]?.headers['ratelimit-remaining']).toBe('0');
    expect(Number(replies[2]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(backend.requests.length - before).toBe(2);
    expect(running?.engine.exchanges.list(1)[0]).toMatchObject({ status: 429, attempts: [] });
  });
});

describe('fault', () => {
  it('answers a status, or ends the connection', async () => {
    const port = await serve([{ name: 'fault', config: { status: 503 } }]);
    expect((await send(port, { host: HOST })).status).toBe(503);
    await running?.close();
    const other = await serve([{ name: 'fault', config: { abort: true } }]);
    await expect(send(other, { host: HOST })).rejects.toThrow(/hang up|reset/i);
    expect(running?.engine.exchanges.list(1)[0]).toMatchObject({ status: 0, error: 'FAULT_ABORTED' });
  });

  it('delays without holding the body back or losing it', async () => {
    const port = await serve([{ name: 'fault', config: { delay: '100ms' } }]);
    const startedAt = performance.now();
    const reply = await send(port, { host: HOST, method: 'POST', body: 'x'.repeat(200_000) });
    expect(performance.now() - startedAt).toBeGreaterThan(90);
    expect((JSON.parse(reply.body) as BackendReply).headers['content-length']).toBe('200000');
  });
});

describe('rewrite and ping', () => {
  it('change the path the backend gets, or answer in its place', async () => {
    const port = await serve([{ name: 'ping' }], {
      routes: [
        {
          path: '/v1/*',
          balance: [{ url: backend.url }],
          middlewares: [{ name: 'rewrite', config: { rules: [{ from: '/v1/*', to: '/v2/{rest}' }] } }],
        },
      ],
    });
    expect((await send(port, { host: HOST, path: '/ping' })).body.trim()).toBe('pong');
    expect(JSON.parse((await send(port, { host: HOST, path: '/v1/a?b' })).body)).toMatchObject({ url: '/v2/a?b' });
  });
});

describe('the order', () => {
  it('is first to last for requests and last to first for answers; a reply skips those behind it', async () => {
    const calls: string[] = [];
    const ends: string[] = [];
    const named = (name: string, reply?: number): MiddlewareFactory => ({
      description: name,
      schema: z.unknown(),
      create: () => ({
        name,
        onRequest: (request) => {
          calls.push(`${name} in`);
          if (name === 'outer') request.path = `/rewritten${request.path}`;
          return reply === undefined ? undefined : Promise.resolve({ status: reply, body: 'own' });
        },
        onResponse: (response) => {
          calls.push(`${name} out`);
          response.headers.append('x-order', name);
        },
        onEnd: ({ status }) => void ends.push(`${name} ${status}`),
      }),
    });
    const port = await serve(
      [{ name: 'outer' }, { name: 'inner' }],
      {
        routes: [
          { path: '/stop', balance: [{ url: backend.url }], middlewares: [{ name: 'stop' }, { name: 'never' }] },
        ],
      },
      { outer: named('outer'), inner: named('inner'), stop: named('stop', 418), never: named('never') },
    );
    const reply = await send(port, { host: HOST, path: '/x' });
    expect(JSON.parse(reply.body)).toMatchObject({ url: '/rewritten/x' });
    expect(reply.headers['x-order']).toBe('inner, outer');
    expect(calls.splice(0)).toEqual(['outer in', 'inner in', 'inner out', 'outer out']);
    expect(ends.splice(0).sort()).toEqual(['inner 200', 'outer 200']);
    const stopped = await send(port, { host: HOST, path: '/stop' });
    expect([stopped.status, stopped.body]).toEqual([418, 'own']);
    expect(calls).toEqual(['outer in', 'inner in', 'stop in', 'stop out', 'inner out', 'outer out']);
  });
});
