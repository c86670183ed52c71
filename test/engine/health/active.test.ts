/** A probe against real servers: what passes, and the sentence for each way to fail. */
import { createSecureServer, createServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probe } from '../../../electron/engine/health/active.ts';
import { freePort } from '../../kit/free-port.ts';
import { startBackend } from '../../kit/backend.ts';
import { healthBackend, healthPolicy } from '../../kit/health.ts';
import { selfSigned } from '../../kit/self-signed.ts';
import { until } from '../../kit/wait.ts';
import type { Server } from 'node:net';
import type { HealthPolicy } from '../../../electron/engine/generation.ts';
import type { BackendMode, BackendOptions, TestBackend } from '../../kit/backend.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function backendIn(mode: BackendMode, options: BackendOptions = {}): Promise<TestBackend> {
  const server = await startBackend(options);
  closers.push(() => server.kill());
  server.setMode(mode);
  return server;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const ask = (url: string, policy: Partial<HealthPolicy> = {}, protocol?: 'h2c') =>
  probe(healthBackend({ url, ...(protocol ? { protocol } : {}) }), healthPolicy(policy), new AbortController().signal);

describe('a probe', () => {
  it('passes on an expected status, asking once for the path with the host of the backend', async () => {
    const server = await backendIn('ok');
    const result = await ask(server.url, { path: '/healthz?deep=1' });
    expect(result.ok && result.durationMs).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/healthz?deep=1' });
    expect(server.requests[0]?.headers).toMatchObject({
      host: `127.0.0.1:${server.port}`,
      'user-agent': 'mogoly-health',
    });
    await until(() => server.connectionCount() === 0, { message: 'the connection to end' });
  });

  it('fails on another status, and follows no redirect', async () => {
    const server = await backendIn('status:503');
    expect(await ask(server.url)).toEqual({
      ok: false,
      reason: 'status 503 is not in 200-399',
      status: 503,
      durationMs: expect.any(Number),
    });
    server.setMode('status:302');
    expect(
      await ask(server.url, {
        expect: [
          [200, 299],
          [401, 401],
        ],
      }),
    ).toMatchObject({ ok: false, reason: 'status 302 is not in 200-299, 401', status: 302 });
    expect(server.requests).toHaveLength(2);
  });

  it('reaches localhost on ::1 and on 127.0.0.1', async () => {
    const six = await backendIn('ok', { host: '::1' });
    expect((await ask(`http://localhost:${six.port}`)).ok).toBe(true);
    const four = await backendIn('ok', { host: '127.0.0.1' });
    expect((await ask(`http://localhost:${four.port}`)).ok).toBe(true);
    expect((await ask(`http://[::1]:${six.port}`)).ok).toBe(true);
  });

  it('tells refused, hung, reset, nameless and garbled apart', async () => {
    const reason = async (url: string, policy: Partial<HealthPolicy> = {}) => {
      const result = await ask(url, policy);
      return result.ok ? 'passed' : result.reason;
    };
    const port = await freePort();
    expect(await reason(`http://127.0.0.1:${port}`)).toBe('connection refused');
    expect(await reason(`http://localhost:${port}`)).toBe('connection refused');
    expect(await reason((await backendIn('hang')).url, { timeoutMs: 80 })).toBe('no answer within 80ms');
    expect(await reason((await backendIn('reset')).url)).toBe('connection reset');
    expect(await reason((await backendIn('garbage')).url)).toBe('the answer is not HTTP');
    expect(await reason('http://nobody.invalid:80')).toBe('host not found: nobody.invalid');
    const closing = await listen(createServer((socket) => socket.resume().end()));
    expect(await reason(`http://127.0.0.1:${closing}`)).toBe('connection reset');
    const plain = await backendIn('ok');
    expect(await reason(`https://127.0.0.1:${plain.port}`)).toBe('TLS failed: the port may speak plain http');
  });

  it('lets go of an answer without end', async () => {
    const server = await backendIn('ok', {
      handler: (_request, response) => {
        const more = setInterval(() => response.write('x'.repeat(16_384)), 1);
        response.on('close', () => clearInterval(more));
      },
    });
    expect((await ask(server.url)).ok).toBe(true);
    await until(() => server.connectionCount() === 0, { message: 'the connection to end' });
  });

  it('ends at once when it is stopped', async () => {
    const server = await backendIn('hang');
    const stop = new AbortController();
    const result = probe(healthBackend({ url: server.url }), healthPolicy(), stop.signal);
    await until(() => server.requests.length === 1);
    stop.abort();
    expect(await result).toEqual({ ok: false, reason: 'the probe was stopped' });
    await until(() => server.connectionCount() === 0);
    expect((await probe(healthBackend({ url: server.url }), healthPolicy(), stop.signal)).ok).toBe(false);
  });

  it('speaks h2c where the backend does', async () => {
    const seen: string[] = [];
    const server = createHttp2Server((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.authority} ${request.headers['user-agent']}`);
      response.writeHead(request.url === '/bad' ? 500 : 204).end();
    });
    const port = await listen(server);
    const url = `http://127.0.0.1:${port}`;
    expect((await ask(url, { path: '/ok' }, 'h2c')).ok).toBe(true);
    expect(seen).toEqual([`GET /ok 127.0.0.1:${port} mogoly-health`]);
    expect(await ask(url, { path: '/bad' }, 'h2c')).toMatchObject({
      ok: false,
      reason: 'status 500 is not in 200-399',
    });
    expect((await ask((await backendIn('ok')).url, {}, 'h2c')).ok).toBe(false);
    expect(await ask(`http://127.0.0.1:${await freePort()}`, {}, 'h2c')).toEqual({
      ok: false,
      reason: 'connection refused',
    });
  });

  it.each([
    { allowHTTP1: true, name: 'HTTP/1.1' },
    { allowHTTP1: false, name: 'HTTP/2 only' },
  ])('takes a self-signed certificate over $name', async ({ allowHTTP1 }) => {
    const server = createSecureServer(
      { ...selfSigned, allowHTTP1 },
      (_request, response) => void response.writeHead(200).end('ok'),
    );
    expect((await ask(`https://127.0.0.1:${await listen(server)}`)).ok).toBe(true);
  });
});
