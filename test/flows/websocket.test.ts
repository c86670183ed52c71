/** WebSockets through the proxy: echoed, refused, guarded, retried, closed with either end. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { hashPassword } from '../../electron/engine/middleware/password.ts';
import type { SiteFile } from '../../shared/config.ts';
import { startBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { rawRequest } from '../kit/raw-socket.ts';
import { selfSigned } from '../kit/self-signed.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
const HANDSHAKE = `GET /a//b%2Fc?d HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface EchoServer {
  port: number;
  server: WebSocketServer;
  requests: IncomingMessage[];
}

async function startEcho(http: Server = createServer()): Promise<EchoServer> {
  const requests: IncomingMessage[] = [];
  const server = new WebSocketServer({ server: http, handleProtocols: (protocols) => [...protocols][0] ?? false });
  server.on('connection', (socket, request) => {
    requests.push(request);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  open.push(() => {
    for (const client of server.clients) client.terminate();
    http.close();
  });
  return { port: (http.address() as AddressInfo).port, server, requests };
}

async function serve(urls: string[], rest: Partial<SiteFile> = {}): Promise<TestEngine> {
  const running = await startEngine({
    server: [
      site(
        HOST,
        urls.map((url, i) => ({ name: `web-${i + 1}`, url })),
        rest,
      ),
    ],
  });
  open.push(running.close);
  return running;
}

async function dialThrough(port: number, path = '/', protocols: string[] = []): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers: { host: HOST } });
  await once(socket, 'open');
  return socket;
}

describe('a WebSocket', () => {
  it('echoes text and bytes, the protocol agreed on', async () => {
    const echo = await startEcho();
    const { port } = await serve([`http://127.0.0.1:${echo.port}`]);
    const socket = await dialThrough(port, '/', ['chat']);
    expect(socket.protocol).toBe('chat');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe('hello');
    const bytes = Buffer.alloc(1_000_000, 7);
    socket.send(bytes);
    expect(bytes.equals((await once(socket, 'message'))[0] as Buffer)).toBe(true);
    socket.close(1000);
    await once(socket, 'close');
  });

  it('reaches the backend by the path as sent, with the forwarding fields and without a forged one', async () => {
    const echo = await startEcho();
    const { port } = await serve([`http://127.0.0.1:${echo.port}/base`]);
    expect(
      await rawRequest(port, `${HANDSHAKE}X-Forwarded-For: 203.0.113.9\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n`, {
        untilClose: false,
      }),
    ).toMatch(/^HTTP\/1\.1 101 /);
    expect(echo.requests[0]?.url).toBe('/base/a//b%2Fc?d');
    expect(echo.requests[0]?.headers).toMatchObject({
      host: `127.0.0.1:${echo.port}`,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': HOST,
      cookie: 'a=1; b=2',
      connection: 'Upgrade',
    });
    expect(echo.requests[0]?.headers.via).toContain('mogoly-');
  });

  it('goes over TLS to an https backend', async () => {
    const echo = await startEcho(createTlsServer(selfSigned) as unknown as Server);
    const { port } = await serve([`https://localhost:${echo.port}`]);
    const socket = await dialThrough(port);
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe('hello');
    socket.close();
  });

  it('that the client closes is closed at the backend, and counted once', async () => {
    const echo = await startEcho();
    const { port, engine } = await serve([`http://127.0.0.1:${echo.port}`]);
    const socket = await dialThrough(port);
    expect(engine.getBackend(HOST, 'web-1')).toMatchObject({ active: 1, requests: 1 });
    socket.terminate();
    await until(() => echo.server.clients.size === 0);
    await until(() => engine.getBackend(HOST, 'web-1')?.active === 0);
    expect(engine.exchanges.list(5)).toMatchObject([{ status: 101, protocol: 'websocket', backend: 'web-1' }]);
  });

  it('that the backend closes is closed at the client', async () => {
    const echo = await startEcho();
    const { port } = await serve([`http://127.0.0.1:${echo.port}`]);
    const socket = await dialThrough(port);
    for (const client of echo.server.clients) client.close(4001, 'bye');
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4001, 'bye']);
  });

  it('is closed when the engine stops', async () => {
    const echo = await startEcho();
    const { port, engine } = await serve([`http://127.0.0.1:${echo.port}`]);
    const socket = await dialThrough(port);
    const closed = once(socket, 'close');
    await engine.stop();
    await closed;
  });
});

describe('a refusal', () => {
  it('of the backend passes with its body, also a chunked one', async () => {
    const backend = await startBackend();
    open.push(() => backend.kill());
    const http = createServer();
    http.on('upgrade', (_request, socket) =>
      socket.end(
        'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnope\r\n0\r\n\r\n',
      ),
    );
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    open.push(() => http.close());
    const { port } = await serve([`http://127.0.0.1:${(http.address() as AddressInfo).port}`]);
    const reply = await rawRequest(port, `${HANDSHAKE}\r\n`);
    expect(reply).toMatch(/^HTTP\/1\.1 401 /);
    expect(reply).toMatch(/www-authenticate: Basic/i);
    expect(reply).not.toMatch(/transfer-encoding/i);
    expect(reply.endsWith('\r\n\r\nnope')).toBe(true);
  });

  it('of a middleware comes before any backend is dialled', async () => {
    const echo = await startEcho();
    const { port } = await serve([`http://127.0.0.1:${echo.port}`], {
      middlewares: [{ name: 'basic_auth', config: { users: { dev: await hashPassword('secret') } } }],
    });
    expect(await rawRequest(port, `${HANDSHAKE}\r\n`)).toMatch(/^HTTP\/1\.1 401 [^]*www-authenticate: Basic/i);
    expect(echo.requests).toHaveLength(0);
    const authorised = await rawRequest(
      port,
      `${HANDSHAKE}Authorization: Basic ${Buffer.from('dev:secret').toString('base64')}\r\n\r\n`,
      { untilClose: false },
    );
    expect(authorised).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('names an unknown host, and a path without a backend', async () => {
    const { port } = await serve(['http://127.0.0.1:1'], { routes: [{ path: '/old/*', redirect: '/new' }] });
    expect(await rawRequest(port, `${HANDSHAKE.replace(HOST, 'nobody.test')}\r\n`)).toMatch(
      /^HTTP\/1\.1 404 [^]*x-mogoly-error: HOST_UNKNOWN/,
    );
    expect(await rawRequest(port, `${HANDSHAKE.replace('/a', '/old/a')}\r\n`)).toMatch(
      /x-mogoly-error: UPGRADE_REFUSED/,
    );
  });
});

describe('a backend that does not take it', () => {
  it('because it is dead is passed over for another', async () => {
    const echo = await startEcho();
    const { port, engine } = await serve([`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${echo.port}`]);
    const socket = await dialThrough(port);
    socket.close();
    await once(socket, 'close');
    await until(() => engine.exchanges.list(1).length === 1);
    expect(engine.exchanges.list(1)[0]?.attempts).toEqual([
      { backend: 'web-1', error: 'connection refused' },
      { backend: 'web-2' },
    ]);
  });

  it('because all are dead is 502 with the reason', async () => {
    const { port } = await serve([`http://127.0.0.1:${await freePort()}`]);
    expect(await rawRequest(port, `${HANDSHAKE}\r\n`)).toMatch(/^HTTP\/1\.1 502 [^]*BACKEND_REFUSED/);
  });

  it.each([
    ['reset', 502, 'BACKEND_RESET'],
    ['garbage', 502, 'BACKEND_GARBAGE'],
    ['hang', 504, 'BACKEND_TIMEOUT'],
  ] as const)('because it does %s is %i', async (how, status, code) => {
    const http = createServer();
    http.on('upgrade', (_request, socket) => {
      if (how === 'reset') socket.destroy();
      if (how === 'garbage') socket.end('what?\r\n\r\n');
      open.push(() => socket.destroy());
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    open.push(() => http.close());
    const { port, engine } = await serve([`http://127.0.0.1:${(http.address() as AddressInfo).port}`], {
      response_timeout: '1s',
    });
    expect(await rawRequest(port, `${HANDSHAKE}\r\n`)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*${code}`));
    await until(() => engine.getBackend(HOST, 'web-1')?.active === 0);
    expect(engine.getBackend(HOST, 'web-1')?.failures).toBe(1);
  });

  it('by answering like a web server has its answer shown', async () => {
    const backend = await startBackend({
      handler: (_request, response) => response.writeHead(426, { connection: 'close' }).end('no sockets here'),
    });
    open.push(() => backend.kill());
    const { port } = await serve([backend.url]);
    const reply = await rawRequest(port, `${HANDSHAKE}\r\n`);
    expect(reply).toMatch(/^HTTP\/1\.1 426 /);
    expect(reply.endsWith('no sockets here')).toBe(true);
  });
});

describe('beside WebSockets', () => {
  it('a request that offers h2c is served as HTTP/1.1', async () => {
    const backend = await startBackend();
    open.push(() => backend.kill());
    const { port } = await serve([backend.url]);
    const reply = await send(port, {
      host: HOST,
      headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' },
    });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).not.toHaveProperty('headers.http2-settings');
  });
});
