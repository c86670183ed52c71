/** What a backend is told of the client, who is believed, and how a loop is found. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { rawRequest } from '../kit/raw-socket.ts';

let backend: TestBackend;
let open: TestEngine;
let behind: TestEngine;

const FORGED = {
  'x-forwarded-for': '203.0.113.9',
  'X-Forwarded-Host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '443',
  forwarded: 'for=203.0.113.9',
  'X-Real-IP': '203.0.113.9',
};

const headersAt = async (port: number, headers = {}, host = 'shop.local'): Promise<BackendReply['headers']> =>
  (JSON.parse((await send(port, { host, headers })).body) as BackendReply).headers;

beforeAll(async () => {
  backend = await startBackend();
  const server = [site('shop.local', [{ url: backend.url }])];
  [open, behind] = await Promise.all([
    startEngine({ server }),
    startEngine({ server, trusted_proxies: ['127.0.0.0/8', '10.0.0.0/8'] }),
  ]);
});
afterAll(async () => {
  await Promise.all([open.close(), behind.close()]);
  await backend.kill();
});

describe('a client that is not trusted', () => {
  it('is described by what we saw of it', async () => {
    const headers = await headersAt(open.port, {}, `shop.local:${open.port}`);
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': `shop.local:${open.port}`,
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(open.port),
      forwarded: `for=127.0.0.1;host="shop.local:${open.port}";proto=http`,
    });
    expect(headers.via).toMatch(/^1\.1 mogoly-[0-9a-f]{8}-[0-9a-f]{8}$/);
  });

  it('cannot say it is somebody else', async () => {
    const headers = await headersAt(open.port, FORGED);
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'shop.local',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(open.port),
    });
    expect(headers.forwarded).not.toContain('203.0.113.9');
    expect(headers['x-real-ip']).toBeUndefined();
  });

  it('has its address in the record', async () => {
    await headersAt(open.port, FORGED);
    expect(open.engine.exchanges.list(1)[0]?.client).toBe('127.0.0.1');
  });
});

describe('a trusted proxy', () => {
  it('is believed, and its own address added', async () => {
    const headers = await headersAt(behind.port, FORGED);
    expect(headers).toMatchObject({
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-real-ip': '203.0.113.9',
    });
    expect(headers.forwarded).toBe('for=203.0.113.9, for=127.0.0.1;host=shop.local;proto=http');
  });

  it('names the client: the nearest address that is no proxy', async () => {
    await headersAt(behind.port, { 'x-forwarded-for': '198.51.100.1, 203.0.113.9, 10.1.2.3' });
    expect(behind.engine.exchanges.list(1)[0]?.client).toBe('203.0.113.9');
  });
});

describe('hop-by-hop fields', () => {
  it('never reach the backend, nor does what Connection names', async () => {
    const reply = await rawRequest(
      open.port,
      'GET / HTTP/1.1\r\nHost: shop.local\r\nConnection: close, X-Secret, Host, Content-Length\r\nX-Secret: 1\r\nX-Open: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nProxy-Authorization: Basic x\r\nTE: gzip\r\nUpgrade: nothing\r\n\r\n',
    );
    const { headers } = JSON.parse(reply.slice(reply.indexOf('{'), reply.lastIndexOf('}') + 1)) as BackendReply;
    expect(headers['x-open']).toBe('1');
    expect(headers.host).toBe(`127.0.0.1:${backend.port}`);
    for (const name of ['x-secret', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'upgrade'])
      expect(headers[name], name).toBeUndefined();
  });
});

describe('a loop', () => {
  it('is answered 508, once around', async () => {
    const port = await freePort();
    const running = await startEngine({
      listen: { http: `127.0.0.1:${port}`, https: 'off', dns: 'off' },
      server: [site('loop.test', [{ url: `http://127.0.0.1:${port}` }], { host_header: 'original' })],
    });
    const reply = await send(port, { host: 'loop.test' });
    expect(reply.status).toBe(508);
    expect(reply.headers['x-mogoly-error']).toBe('LOOP_DETECTED');
    expect(running.engine.exchanges.list(10)).toHaveLength(2);
    await running.close();
  });

  it('a site in front of another site is none', async () => {
    const port = await freePort();
    const running = await startEngine({
      listen: { http: `127.0.0.1:${port}`, https: 'off', dns: 'off' },
      server: [
        site('front.test', [{ url: `http://127.0.0.1:${port}` }], { host_header: 'inner.test' }),
        site('inner.test', [{ url: backend.url }]),
      ],
    });
    const reply = await send(port, { host: 'front.test' });
    expect(reply.status).toBe(200);
    expect((JSON.parse(reply.body) as BackendReply).headers.via).toMatch(/mogoly-.*, 1\.1 mogoly-/);
    await running.close();
  });
});
