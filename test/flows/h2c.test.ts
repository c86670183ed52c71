/** Backends that speak HTTP/2, in the clear or over TLS, behind HTTP/1.1 clients. */
import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { createServer as createPlainServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { SiteFile } from '../../shared/config.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { rawRequest } from '../kit/raw-socket.ts';
import { selfSigned } from '../kit/self-signed.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

type Handler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

async function listen(
  server: Pick<Http2Server, 'listen' | 'close' | 'address'> & NodeJS.EventEmitter,
): Promise<{ port: number; kill: () => void }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kill = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  open.push(kill);
  return { port: (server.address() as AddressInfo).port, kill };
}

async function serve(
  handler: Handler,
  secure = false,
  rest: Partial<SiteFile> = {},
): Promise<TestEngine & { backendPort: number; kill: () => void; streams: IncomingHttpHeaders[] }> {
  const streams: IncomingHttpHeaders[] = [];
  const server = secure ? createSecureServer(selfSigned) : createServer();
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    streams.push(headers);
    handler(stream, headers);
  });
  const { port, kill } = await listen(server);
  const running = await startEngine({
    server: [
      site(HOST, [{ name: 'web-1', url: secure ? `https://localhost:${port}` : `h2c://localhost:${port}` }], rest),
    ],
  });
  open.push(running.close);
  return { ...running, backendPort: port, kill, streams };
}

const echo: Handler = (stream, headers) => {
  let length = 0;
  stream.on('data', (chunk: Buffer) => (length += chunk.length));
  stream.on('end', () => {
    if (stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
    stream.end(
      JSON.stringify({
        method: headers[':method'],
        path: headers[':path'],
        authority: headers[':authority'],
        length,
        headers,
      }),
    );
  });
};

describe.each([
  ['h2c', false],
  ['https with h2', true],
] as const)('%s', (_name, secure) => {
  it('carries method, path, fields and bodies', async () => {
    const { port, backendPort } = await serve(echo, secure);
    const reply = await send(port, {
      host: HOST,
      path: '/a//b%2F?c',
      method: 'POST',
      headers: { cookie: 'x=1', connection: 'close, x-hop', 'x-hop': '1' },
      body: Readable.from([Buffer.alloc(100_000), Buffer.alloc(23)]),
    });
    expect(reply.status).toBe(200);
    expect(reply.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    const seen = JSON.parse(reply.body) as { headers: Record<string, string> };
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/a//b%2F?c',
      authority: `localhost:${backendPort}`,
      length: 100_023,
    });
    expect(seen.headers).toMatchObject({ cookie: 'x=1', 'x-forwarded-for': '127.0.0.1' });
    expect(seen.headers['x-hop']).toBeUndefined();
  });

  it('one connection serves requests at the same time', async () => {
    const { port } = await serve((stream, headers) => void setTimeout(() => echo(stream, headers), 20), secure);
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => send(port, { host: HOST, path: `/${i}` })));
    expect(replies.map(({ body }) => (JSON.parse(body) as { path: string }).path)).toEqual(
      Array.from({ length: 20 }, (_, i) => `/${i}`),
    );
  });

  it('trailers pass both ways, as gRPC needs', async () => {
    const { port } = await serve((stream) => {
      let sent: IncomingHttpHeaders = {};
      stream.on('trailers', (headers: IncomingHttpHeaders) => (sent = headers));
      stream.resume().on('end', () => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () =>
          stream.sendTrailers({ 'grpc-status': '0', 'x-seen': String(sent['x-sum'] ?? 'none') }),
        );
        stream.end('message');
      });
    }, secure);
    const reply = await rawRequest(
      port,
      `POST /svc/Call HTTP/1.1\r\nHost: ${HOST}\r\nTE: trailers\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nbody\r\n0\r\nx-sum: 42\r\n\r\n`,
    );
    expect(reply).toContain('message');
    expect(reply).toMatch(/\r\n0\r\n[^]*grpc-status: 0\r\n/);
    expect(reply).toContain('x-seen: 42');
  });

  it('an answer of trailers only arrives', async () => {
    const { port } = await serve(
      (stream) => stream.respond({ ':status': 200, 'grpc-status': '12' }, { endStream: true }),
      secure,
    );
    const reply = await send(port, { host: HOST, method: 'POST', body: 'x' });
    expect(reply.headers['grpc-status']).toBe('12');
    expect(reply.body).toBe('');
  });
});

describe('h2c', () => {
  it('HEAD, 204 and a stream that is reset', async () => {
    const { port } = await serve((stream, headers) => {
      if (headers[':path'] === '/204') stream.respond({ ':status': 204 }, { endStream: true });
      else if (headers[':path'] === '/reset') stream.close(8);
      else stream.respond({ ':status': 200, 'content-length': '5' }, { endStream: true });
    });
    expect((await send(port, { host: HOST, method: 'HEAD' })).headers['content-length']).toBe('5');
    expect((await send(port, { host: HOST, path: '/204' })).status).toBe(204);
    expect((await send(port, { host: HOST, method: 'POST', path: '/reset' })).headers['x-mogoly-error']).toBe(
      'BACKEND_RESET',
    );
  });

  it('the 100 Continue of the backend passes on', async () => {
    const { port } = await serve((stream, headers) => {
      if (headers.expect !== undefined) stream.additionalHeaders({ ':status': 100 });
      echo(stream, headers);
    });
    const reply = await send(port, {
      host: HOST,
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 4 },
      body: 'body',
    });
    expect(JSON.parse(reply.body)).toMatchObject({ length: 4 });
    expect(
      await rawRequest(port, `POST / HTTP/1.1\r\nHost: ${HOST}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`, {
        untilClose: false,
      }),
    ).toMatch(/^HTTP\/1\.1 100 Continue/);
  });

  it('the time of a slow upload does not count against response_timeout', async () => {
    const { port } = await serve(echo, false, { response_timeout: '1s' });
    const slow = Readable.from((async function* () { for (let i = 0; i < 6; i++) { yield 'x'; await new Promise((resolve) => setTimeout(resolve, 250)); } })()); // prettier-ignore
    expect((await send(port, { host: HOST, method: 'POST', body: slow })).status).toBe(200);
  });

  it('a client that leaves resets its stream, the connection stays', async () => {
    let closed = 0;
    const { port } = await serve((stream, headers) => {
      if (headers[':path'] !== '/stream') return echo(stream, headers);
      stream.on('close', () => closed++);
      stream.respond({ ':status': 200 });
      stream.write('begun');
    });
    await rawRequest(port, `GET /stream HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, { untilClose: false });
    await until(() => closed === 1);
    expect((await send(port, { host: HOST })).status).toBe(200);
  });

  it('a slow reader holds the stream back', async () => {
    let written = 0;
    const block = Buffer.alloc(1 << 20);
    const { port } = await serve((stream) => {
      stream.respond({ ':status': 200 });
      const more = (): void => {
        while (written < 64) {
          written++;
          if (!stream.write(block)) return void stream.once('drain', more);
        }
        stream.end();
      };
      more();
    });
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    let before = -1;
    await until(() => (written > 0 && written === before) || ((before = written), false), { intervalMs: 200 });
    expect(written).toBeLessThan(24);
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length));
    await once(socket, 'close');
    expect(received).toBeGreaterThanOrEqual(64 << 20);
  });

  it('a backend that was killed and came back is used again', async () => {
    const { port, kill, backendPort } = await serve(echo);
    expect((await send(port, { host: HOST })).status).toBe(200);
    kill();
    await until(async () => (await send(port, { host: HOST })).status === 502);
    const again = createServer();
    again.on('stream', echo);
    again.listen(backendPort, '127.0.0.1');
    await once(again, 'listening');
    open.push(() => again.close());
    await until(async () => (await send(port, { host: HOST })).status === 200);
  });

  it('no HTTP/2 behind the port, or nothing at all, is told as it is', async () => {
    const running = await startEngine({ server: [site(HOST, [{ url: `h2c://localhost:${await freePort()}` }])] });
    open.push(running.close);
    const reply = await send(running.port, { host: HOST });
    expect(reply.headers['x-mogoly-error']).toBe('BACKEND_REFUSED');
    const { port } = await listen(createPlainServer((_request, response) => response.end()) as never);
    const other = await startEngine({ server: [site(HOST, [{ url: `h2c://localhost:${port}` }])] });
    open.push(other.close);
    expect((await send(other.port, { host: HOST })).status).toBe(502);
  });
});

describe('https', () => {
  it('without h2 is spoken to in HTTP/1.1, also with Expect', async () => {
    const { port } = await listen(
      createTlsServer(
        selfSigned,
        (request, response) => void request.resume().on('end', () => response.end(request.httpVersion)),
      ) as never,
    );
    const running = await startEngine({ server: [site(HOST, [{ url: `https://localhost:${port}` }])] });
    open.push(running.close);
    expect((await send(running.port, { host: HOST })).body).toBe('1.1');
    expect(
      (
        await send(running.port, {
          host: HOST,
          method: 'POST',
          headers: { expect: '100-continue', 'content-length': 1 },
          body: 'x',
        })
      ).body,
    ).toBe('1.1');
  });
});
