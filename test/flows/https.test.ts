/** HTTPS from end to end: names, ALPN, streams routed one by one, WebSocket over HTTP/2, what is refused. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { ask, askHttp1, handshake, openHttp2 } from '../kit/https.ts';
import { until } from '../kit/wait.ts';

let shop: TestBackend;
let api: TestBackend;
let running: TestEngine;
let port: number;
let ca: string;
let session: ClientHttp2Session;
let socketServer: { port: number; close: () => void };
const held: ServerResponse[] = [];

/** Echoes text. */
async function startWebSocketServer(): Promise<{ port: number; close: () => void }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (client) => client.on('message', (data: Buffer) => client.send(`echo ${data.toString()}`)));
  await once(server, 'listening');
  return { port: (server.address() as { port: number }).port, close: () => void server.close() };
}

beforeAll(async () => {
  shop = await startBackend({
    name: 'shop',
    handler: (request, response) => {
      response.setHeader('strict-transport-security', 'max-age=31536000');
      if (request.url === '/held') return void held.push(response);
      if (request.url === '/trailers') {
        response.writeHead(200, { trailer: 'x-sum' });
        response.write('body');
        response.addTrailers({ 'x-sum': '42' });
        return void response.end();
      }
      if (request.url === '/empty') return void response.writeHead(204).end();
      if (request.url === '/hints') response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        response.end(JSON.stringify({ headers: request.headers, body: Buffer.concat(chunks).toString() })),
      );
    },
  });
  socketServer = await startWebSocketServer();
  api = await startBackend({ name: 'api' });
  running = await startEngine({
    listen: { http: '127.0.0.1:0', https: '127.0.0.1:0', dns: 'off' },
    server: [
      site('shop.local', [{ name: 'web', url: shop.url }], {
        hosts: ['shop.local', '*.shop.local'],
        routes: [{ path: '/ws', balance: [{ name: 'sockets', url: `http://127.0.0.1:${socketServer.port}` }] }],
      }),
      site('api.test', [{ url: api.url }], { force_tls: true }),
      site('plain.test', [{ url: api.url }], { tls: 'off' }),
    ],
  });
  port = running.engine.snapshot().listeners.find(({ kind }) => kind === 'https')!.port;
  await until(() =>
    handshake(port, 'shop.local', '').catch(
      (error: NodeJS.ErrnoException) =>
        error.code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || error.code === 'SELF_SIGNED_CERT_IN_CHAIN',
    ),
  );
  ca = await readFile(join(running.home, 'ca', 'root.pem'), 'utf8');
  session = await openHttp2(port, 'shop.local', ca);
});

afterAll(async () => {
  session?.destroy();
  socketServer?.close();
  await running?.close();
  await Promise.all([shop?.kill(), api?.kill()]);
});

const on = (path: string, more = {}) => ({ ':path': path, ':authority': 'shop.local', ...more });

describe('a host that a site serves', () => {
  it('has a certificate of its own, over HTTP/2 and HTTP/1.1', async () => {
    expect(await ask(session, on('/'))).toMatchObject({ status: 200 });
    expect(await askHttp1(port, 'shop.local', ca)).toMatchObject({ status: 200 });
    const socket = await handshake(port, 'a.shop.local', ca);
    expect(socket.alpnProtocol).toBe('h2');
    expect(socket.getPeerCertificate().subjectaltname).toContain('DNS:*.shop.local');
    socket.destroy();
  });

  it('is told to the backend as it was asked for', async () => {
    const { headers } = JSON.parse((await ask(session, on('/', { cookie: ['a=1', 'b=2'] }))).body) as {
      headers: Record<string, string>;
    };
    expect(headers).toMatchObject({
      'x-forwarded-host': 'shop.local',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': String(port),
      forwarded: 'for=127.0.0.1;host=shop.local;proto=https',
      cookie: 'a=1; b=2',
    });
    expect(headers['via']).toMatch(/^2 mogoly-/);
  });

  it('is recorded as HTTP/2', async () => {
    await ask(session, on('/recorded'));
    const exchange = await until(() => running.engine.exchanges.list(20).find(({ path }) => path === '/recorded'));
    expect(exchange).toMatchObject({ protocol: '2', site: 'shop.local', backend: 'web', status: 200, method: 'GET' });
  });

  it('gets bodies, trailers, empty answers and early hints through', async () => {
    const big = 'x'.repeat(300_000);
    const posted = await ask(session, on('/', { ':method': 'POST' }), big);
    expect((JSON.parse(posted.body) as { body: string }).body).toBe(big);
    expect(await ask(session, on('/trailers'))).toMatchObject({ body: 'body', trailers: { 'x-sum': '42' } });
    expect(await ask(session, on('/empty'))).toMatchObject({ status: 204, body: '' });
    expect(await ask(session, on('/', { ':method': 'HEAD' }))).toMatchObject({ status: 200, body: '' });
    const stream = session.request(on('/hints'));
    const [hints] = (await once(stream, 'headers')) as [Record<string, unknown>];
    expect(hints).toMatchObject({ ':status': 103, link: '</a.css>; rel=preload' });
    stream.resume();
    await once(stream, 'close');
  });

  it('is not remembered by browsers as https only', async () => {
    expect((await ask(session, on('/'))).headers['strict-transport-security']).toBeUndefined();
    expect((await send(running.port, { host: 'shop.local' })).headers['strict-transport-security']).toBeUndefined();
  });

  it('speaks WebSocket over HTTP/2', async () => {
    const stream = session.request(
      on('/ws', { ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'https', 'sec-websocket-version': '13' }),
      { endStream: false },
    );
    const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(head[':status']).toBe(200);
    expect(head).not.toHaveProperty('upgrade');
    stream.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69])); // "hi", masked by zeros
    const [frame] = (await once(stream, 'data')) as [Buffer];
    expect(frame.subarray(2).toString()).toBe('echo hi');
    stream.close();
    const exchange = await until(() => running.engine.exchanges.list(20).find(({ path }) => path === '/ws'));
    expect(exchange).toMatchObject({ protocol: 'websocket', status: 101, backend: 'sockets' });
  });
});

describe('a stream', () => {
  it('goes where its :authority says, whatever the server name was', async () => {
    const reply = await ask(session, { ':path': '/', ':authority': 'api.test' });
    expect(reply.status).toBe(200);
    expect(reply.headers['x-backend'] ?? reply.body).toContain('api');
  });

  it('for a host that nobody serves is 404, with the reason', async () => {
    const reply = await ask(session, { ':path': '/', ':authority': 'nobody.test', accept: 'application/json' });
    expect(reply).toMatchObject({ status: 404, headers: { 'x-mogoly-error': 'HOST_UNKNOWN' } });
  });

  it('whose Host says something else is 400', async () => {
    expect(await ask(session, on('/', { host: 'api.test' }))).toMatchObject({
      status: 400,
      headers: { 'x-mogoly-error': 'HOST_INVALID' },
    });
  });

  it('whose path would be another request in HTTP/1.1 is reset', async () => {
    await expect(ask(session, on('/a HTTP/1.1'))).rejects.toThrow(/PROTOCOL_ERROR/);
    expect((await ask(session, on('/'))).status).toBe(200);
  });

  it('that tunnels is refused', async () => {
    const stream = session.request({ ':method': 'CONNECT', ':authority': 'shop.local:80' });
    const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(head[':status']).toBe(405);
  });

  it('that its client gives up ends the request at the backend, the others go on', async () => {
    const stream = session.request(on('/held'));
    await until(() => held.length === 1);
    const closed = once(held[0]!, 'close');
    stream.close(8);
    await closed;
    expect((await ask(session, on('/'))).status).toBe(200);
  });
});

describe('what is not served', () => {
  it.each(['nobody.test', 'plain.test', 'bank.example.com'])('%s is refused in TLS', async (host) => {
    await expect(handshake(port, host, ca)).rejects.toThrow(/alert/);
  });

  it('plain http on the https port is told to say https', async () => {
    const reply = await send(port, { host: 'shop.local', method: 'POST', body: 'x'.repeat(100_000) });
    expect(reply).toMatchObject({ status: 400, headers: { 'x-mogoly-error': 'TLS_REQUIRED' } });
    expect(reply.body.toString()).toContain('Use https://');
  });
});

describe('a site with force_tls', () => {
  it('sends plain http to https with 308, path and query kept', async () => {
    const reply = await send(running.port, { host: 'api.test', path: '/a%2Fb?c=d', method: 'POST' });
    expect(reply.status).toBe(308);
    expect(reply.headers.location).toBe(`https://api.test:${port}/a%2Fb?c=d`);
  });

  it('is shown with its https address', () => {
    expect(running.engine.snapshot().sites.map(({ url }) => url)).toContain(`https://api.test:${port}/`);
  });

  it('stands beside that of http where the site serves both, and is absent with tls: off', () => {
    const { sites } = running.engine.snapshot();
    const of = (name: string) => sites.find((each) => each.name === name);
    expect(of('shop.local')).toMatchObject({
      url: `http://shop.local:${running.port}/`,
      secureUrl: `https://shop.local:${port}/`,
    });
    expect(of('plain.test')).not.toHaveProperty('secureUrl');
  });
});

describe('an apply', () => {
  it('that leaves the https listener alone breaks no stream under way', async () => {
    const slow = ask(session, on('/held'));
    await until(() => held.length === 2);
    const { text } = await running.engine.document();
    const config = JSON.parse(text) as { server: unknown[] };
    config.server.push(site('new.test', [{ url: api.url }]));
    expect((await running.engine.apply(JSON.stringify(config))).ok).toBe(true);
    held[1]!.end('late');
    expect((await slow).body).toBe('late');
    const socket = await handshake(port, 'new.test', ca).catch((error: Error) => error);
    expect(socket).not.toBeInstanceOf(Error);
    if (!(socket instanceof Error)) socket.destroy();
  });

  it('that turns https off lets streams end, then closes', async () => {
    const other = await openHttp2(port, 'shop.local', ca);
    const slow = ask(other, on('/held'));
    await until(() => held.length === 3);
    const config = JSON.parse((await running.engine.document()).text) as { listen: Record<string, unknown> };
    config.listen['https'] = 'off';
    expect((await running.engine.apply(JSON.stringify(config))).ok).toBe(true);
    held[2]!.end('last');
    expect((await slow).body).toBe('last');
    await until(() => other.closed || other.destroyed);
    await expect(handshake(port, 'shop.local', ca)).rejects.toThrow(/ECONNREFUSED/);
  });
});
