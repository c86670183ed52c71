/** When a request may go to another backend, and what the client reads when there is none. */
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { MiddlewareFactory } from '../../electron/engine/generation.ts';
import type { SiteFile } from '../../shared/config.ts';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { rawRequest } from '../kit/raw-socket.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
/** Failures do not take a backend out, so that every request tries the bad one first. */
const PATIENT: Partial<SiteFile> = { passive_health: { max_fails: 1_000 } };
const oops = (): never => {
  throw new Error('oops');
};
const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function backend(name: string): Promise<TestBackend> {
  const started = await startBackend({ name });
  open.push(() => started.kill());
  return started;
}

async function serve(urls: string[], rest: Partial<SiteFile> = {}): Promise<TestEngine> {
  const running = await startEngine({
    server: [
      site(
        HOST,
        urls.map((url, i) => ({ name: `web-${i + 1}`, url })),
        { ...PATIENT, ...rest },
      ),
    ],
  });
  open.push(running.close);
  return running;
}

describe('a backend that is not there', () => {
  it.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])('%s goes to the other one, its body whole', async (method) => {
    const good = await backend('good');
    const { port } = await serve([`http://127.0.0.1:${await freePort()}`, good.url]);
    for (let i = 0; i < 4; i++) {
      const reply = JSON.parse(
        (
          await send(port, {
            host: HOST,
            method,
            ...(method === 'GET' ? {} : { headers: { 'content-length': 100_000 }, body: 'x'.repeat(100_000) }),
          })
        ).body,
      ) as BackendReply;
      expect(reply).toMatchObject({ backend: 'good', method, bodyLength: method === 'GET' ? 0 : 100_000 });
    }
    expect(good.requests).toHaveLength(4);
  });

  it('a chunked upload, one with trailers and one with Expect go over too', async () => {
    const good = await backend('good');
    const { port } = await serve([`http://127.0.0.1:${await freePort()}`, good.url]);
    for (const headers of [
      {},
      { trailer: 'x-sum', 'transfer-encoding': 'chunked' },
      { expect: '100-continue', 'content-length': 6 },
    ]) {
      for (let i = 0; i < 2; i++) {
        const reply = JSON.parse(
          (await send(port, { host: HOST, method: 'POST', headers, body: Readable.from(['abc', 'def']) })).body,
        ) as BackendReply;
        expect(reply).toMatchObject({ backend: 'good', bodyLength: 6 });
      }
    }
  });

  it('is in the record beside the one that answered', async () => {
    const good = await backend('good');
    const { port, engine } = await serve([`http://127.0.0.1:${await freePort()}`, good.url]);
    await send(port, { host: HOST });
    expect(engine.exchanges.list(1)[0]).toMatchObject({
      status: 200,
      backend: 'web-2',
      attempts: [{ backend: 'web-1', error: 'connection refused' }, { backend: 'web-2' }],
    });
    expect(engine.getBackend(HOST, 'web-1')).toMatchObject({ requests: 1, failures: 1, active: 0 });
  });
});

describe('a backend that drops the request after it got it', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('%s is sent again', async (method) => {
    const [bad, good] = [await backend('bad'), await backend('good')];
    bad.setMode('reset');
    const { port } = await serve([bad.url, good.url]);
    expect((await send(port, { host: HOST, method })).status).toBe(200);
    expect([bad.requests.length, good.requests.length]).toEqual([1, 1]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is not', async (method) => {
    const [bad, good] = [await backend('bad'), await backend('good')];
    bad.setMode('reset');
    const { port } = await serve([bad.url, good.url]);
    const reply = await send(port, {
      host: HOST,
      method,
      headers: { accept: 'application/json' },
      body: method === 'DELETE' ? '' : 'x',
    });
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: 'BACKEND_RESET', details: [{ label: 'web-1' }] } });
    expect([bad.requests.length, good.requests.length]).toEqual([1, 0]);
  });

  it('a GET whose body has gone is not', async () => {
    const [bad, good] = [await backend('bad'), await backend('good')];
    bad.setMode('reset');
    const { port } = await serve([bad.url, good.url]);
    expect((await send(port, { host: HOST, headers: { 'content-length': 3 }, body: 'abc' })).status).toBe(502);
    expect(good.requests).toHaveLength(0);
  });

  it('a kept connection that the only backend has closed costs a GET nothing', async () => {
    let count = 0;
    const only = await startBackend({
      handler: (request, response) => (++count === 2 ? request.socket.destroy() : response.end(String(count))),
    });
    open.push(() => only.kill());
    const { port } = await serve([only.url]);
    expect((await send(port, { host: HOST })).body).toBe('1');
    expect((await send(port, { host: HOST })).body).toBe('3');
  });
});

describe('a backend that hangs', () => {
  it('a GET goes to the other one after response_timeout', async () => {
    const [bad, good] = [await backend('bad'), await backend('good')];
    bad.setMode('hang');
    const { port } = await serve([bad.url, good.url], { response_timeout: '1s' });
    expect(JSON.parse((await send(port, { host: HOST })).body)).toMatchObject({ backend: 'good' });
  });

  it('is 504 with the reason where there is no other', async () => {
    const bad = await backend('bad');
    bad.setMode('hang');
    const { port, engine } = await serve([bad.url], { response_timeout: '200ms' });
    const reply = await send(port, { host: HOST });
    expect(reply.status).toBe(504);
    expect(reply.body).toMatch(/^BACKEND_TIMEOUT: web-1 of shop\.local failed: no response in time/);
    expect(engine.getBackend(HOST, 'web-1')?.active).toBe(0);
  });

  it('does not count the time of the upload', async () => {
    const good = await backend('good');
    const { port } = await serve([good.url], { response_timeout: '1s' });
    const slow = Readable.from((async function* () { for (let i = 0; i < 6; i++) { yield 'x'; await new Promise((resolve) => setTimeout(resolve, 250)); } })()); // prettier-ignore
    expect((await send(port, { host: HOST, method: 'POST', body: slow })).status).toBe(200);
  });
});

describe('a backend that is no web server', () => {
  it('is 502 BACKEND_GARBAGE', async () => {
    const bad = await backend('bad');
    bad.setMode('garbage');
    const { port } = await serve([bad.url]);
    const reply = await send(port, { host: HOST });
    expect(reply.status).toBe(502);
    expect(reply.headers['x-mogoly-error']).toBe('BACKEND_GARBAGE');
  });

  it('a server that talks TLS where http is said is BACKEND_GARBAGE or closes', async () => {
    const server = createTcpServer((socket) =>
      socket.on('error', () => undefined).end('\x15\x03\x01\x00\x02\x02\x46'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = await serve([`http://127.0.0.1:${(server.address() as { port: number }).port}`]);
    expect((await send(port, { host: HOST })).status).toBe(502);
    server.close();
  });

  it('plain http where https is said is BACKEND_TLS', async () => {
    const good = await backend('good');
    const { port } = await serve([good.url.replace('http:', 'https:')]);
    const reply = await send(port, { host: HOST });
    expect(reply.status).toBe(502);
    expect(reply.headers['x-mogoly-error']).toBe('BACKEND_TLS');
  });

  it('a name that does not exist is BACKEND_NOT_FOUND', async () => {
    const { port } = await serve(['http://no-such-host.invalid:1']);
    expect((await send(port, { host: HOST })).headers['x-mogoly-error']).toBe('BACKEND_NOT_FOUND');
  });

  it('header fields that no client may see are BACKEND_GARBAGE', async () => {
    const server = createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .once('data', () => socket.end('HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 0\r\n\r\n')),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = await serve([`http://127.0.0.1:${(server.address() as { port: number }).port}`]);
    expect((await send(port, { host: HOST })).headers['x-mogoly-error']).toBe('BACKEND_GARBAGE');
    server.close();
  });
});

describe('a head that is large', () => {
  it('passes up to 64 KiB, beyond it is BACKEND_GARBAGE', async () => {
    const only = await startBackend({
      handler: (request, response) =>
        response.writeHead(200, { 'x-big': 'a'.repeat(Number(request.url?.slice(1))) }).end(),
    });
    open.push(() => only.kill());
    const { port } = await serve([only.url]);
    const reply = await rawRequest(port, `GET /40000 HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    expect(reply.length).toBeGreaterThan(40_000);
    expect((await send(port, { host: HOST, path: '/70000' })).headers['x-mogoly-error']).toBe('BACKEND_GARBAGE');
  });
});

describe('nothing left', () => {
  it('a refused connection is 502, each backend named with its failure', async () => {
    const { port } = await serve([`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]);
    const reply = await send(port, { host: HOST, headers: { accept: 'application/json' } });
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.body)).toMatchObject({
      error: {
        code: 'BACKEND_REFUSED',
        details: [
          { label: 'web-1', text: 'connection refused' },
          { label: 'web-2', text: 'connection refused' },
        ],
      },
    });
  });

  it('once all are out it is 503, naming each with its last failure', async () => {
    const urls = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    const { port } = await serve(urls, { passive_health: { max_fails: 1, cooldown: '60s' } });
    await send(port, { host: HOST });
    const reply = await send(port, { host: HOST });
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('2');
    expect(reply.body).toMatch(/^POOL_EMPTY: /);
    for (const url of urls) expect(reply.body).toMatch(new RegExp(`${url}: down: .*refused`));
  });
});

describe('localhost', () => {
  it.each(['127.0.0.1', '::1'])('finds a backend that is bound to %s only', async (host) => {
    const only = await startBackend({ host, name: host });
    open.push(() => only.kill());
    const { port } = await serve([`http://localhost:${only.port}`]);
    for (const headers of [{}, { expect: '100-continue' }]) {
      expect(JSON.parse((await send(port, { host: HOST, method: 'POST', headers, body: 'x' })).body)).toMatchObject({
        backend: host,
      });
    }
  });
});

describe('a middleware that throws', () => {
  it('is 500, a line in the log, and no failure of the backend', async () => {
    const good = await backend('good');
    const throwing = (hook: string): MiddlewareFactory => ({
      description: 'throws',
      schema: z.unknown(),
      create: () => ({ name: 'bad', [hook]: oops }),
    });
    for (const hook of ['onRequest', 'onResponse'] as const) {
      const running = await startEngine(
        { server: [site(HOST, [{ name: 'web-1', url: good.url }], { middlewares: [{ name: 'bad' }] })] },
        { prepare: (engine) => engine.registerMiddleware('bad', throwing(hook)) },
      );
      const reply = await send(running.port, { host: HOST });
      expect(reply.status, hook).toBe(500);
      expect(reply.headers['x-mogoly-error']).toBe('INTERNAL');
      expect(running.engine.getBackend(HOST, 'web-1')).toMatchObject({ failures: 0, active: 0 });
      await until(() => running.engine.log.list(50, 'error').some(({ message }) => message.includes('oops')));
      await running.close();
    }
  });
});
