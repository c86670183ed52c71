/** Heads, bodies and trailers pass through as they come, both ways. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { rawRequest } from '../kit/raw-socket.ts';
import { until } from '../kit/wait.ts';

const MIB = 1024 * 1024;
const HOST = 'shop.local';
const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(handler: RequestListener): Promise<{ backend: TestBackend; running: TestEngine; port: number }> {
  const backend = await startBackend({ handler });
  open.push(() => backend.kill());
  const running = await startEngine({ server: [site(HOST, [{ url: backend.url }])] });
  open.push(running.close);
  return { backend, running, port: running.port };
}

/** A backend of raw bytes: what it gets is collected, what it says is up to `answer`. */
async function serveRaw(
  answer: (said: string, write: (bytes: string) => void) => void,
): Promise<{ port: number; said: () => string }> {
  let said = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
      answer(said, (bytes) => void socket.write(bytes, 'latin1'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  const running = await startEngine({ server: [site(HOST, [{ url: `http://127.0.0.1:${address.port}` }])] });
  open.push(async () => {
    await running.close();
    server.close();
  });
  return { port: running.port, said: () => said };
}

describe('answers', () => {
  it('HEAD has the length and no body', async () => {
    const { port } = await serve((_request, response) => response.writeHead(200, { 'content-length': 1234 }).end());
    const reply = await rawRequest(port, `HEAD / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    expect(reply).toMatch(/content-length: 1234/i);
    expect(reply.endsWith('\r\n\r\n')).toBe(true);
  });

  it.each([204, 304])('%i has no body and no chunks', async (status) => {
    const { port } = await serve((_request, response) => response.writeHead(status, { etag: '"a"' }).end());
    const reply = await rawRequest(port, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
    expect(reply).toMatch(/etag: "a"/i);
    expect(reply.toLowerCase()).not.toContain('transfer-encoding');
    expect(reply.endsWith('\r\n\r\n')).toBe(true);
  });

  it('repeated fields keep their order and spelling', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, ['Set-Cookie', 'a=1', 'X-Mixed-Case', 'y', 'Set-Cookie', 'b=2']).end(),
    );
    const { rawHeaders } = await send(port, { host: HOST });
    expect(rawHeaders.filter((_, i) => rawHeaders[i - (i % 2)] === 'Set-Cookie')).toEqual([
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
    ]);
    expect(rawHeaders).toContain('X-Mixed-Case');
  });

  it('server-sent events arrive one by one, the head before the first', async () => {
    let emit: (text: string) => void = () => undefined;
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      emit = (text) => void response.write(text);
    });
    const outgoing = httpRequest({ host: '127.0.0.1', port, headers: { host: HOST }, agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      emit(text);
      const [chunk] = (await once(incoming, 'data')) as [Buffer];
      expect(chunk.toString()).toBe(text);
    }
    outgoing.destroy();
  });

  it('trailers of a response pass', async () => {
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { trailer: 'x-sum' });
      response.write('body');
      response.addTrailers({ 'x-sum': '42' });
      response.end();
    });
    expect((await send(port, { host: HOST, headers: { te: 'trailers' } })).trailers).toEqual({ 'x-sum': '42' });
  });

  it('103 Early Hints pass ahead of the answer', async () => {
    const { port } = await serve((_request, response) => {
      response.writeEarlyHints({ link: ['</a.css>; rel=preload; as=style', '</b.js>; rel=preload'], 'x-trace': 'id' });
      setTimeout(() => response.end('late'), 20);
    });
    const reply = await send(port, { host: HOST });
    expect(reply.informational).toMatchObject([
      { status: 103, headers: { link: '</a.css>; rel=preload; as=style, </b.js>; rel=preload' } },
    ]);
    expect(reply.body).toBe('late');
  });

  it('a backend that dies in the middle of its answer is not made to look whole', async () => {
    const { port, running } = await serve((request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 20);
    });
    await expect(send(port, { host: HOST })).rejects.toThrow(/aborted|hang up|reset/i);
    await until(() => running.engine.exchanges.list(1)[0]?.error === 'BACKEND_RESET');
  });

  it('a client that leaves ends the request at the backend, and is no failure of it', async () => {
    let left = false;
    const { port, running } = await serve((_request, response) => {
      response.on('close', () => (left = true));
      response.write('begun');
    });
    const outgoing = httpRequest({ host: '127.0.0.1', port, headers: { host: HOST }, agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.on('error', () => undefined);
    await once(incoming, 'data');
    outgoing.destroy();
    await until(() => left, { message: 'the backend to see the client leave' });
    await until(
      () => running.engine.getBackend(HOST, running.engine.exchanges.list(1)[0]?.backend ?? '')?.active === 0,
    );
    expect(running.engine.snapshot().sites[0]?.health).not.toBe('degraded');
  });

  it('hop-by-hop fields of a response stay with the backend', async () => {
    const { port } = await serveRaw((said, write) => {
      if (said.endsWith('\r\n\r\n'))
        write(
          'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\nX-Open: 1\r\nKeep-Alive: timeout=7\r\nContent-Length: 2\r\n\r\nok',
        );
    });
    const reply = await send(port, { host: HOST });
    expect(reply.body).toBe('ok');
    expect(reply.headers['x-open']).toBe('1');
    expect(reply.headers['x-secret']).toBeUndefined();
    expect(reply.headers['keep-alive']).not.toBe('timeout=7');
  });
});

describe('requests', () => {
  it('a chunked upload arrives whole and chunked', async () => {
    const { port } = await serve((request, response) => {
      let length = 0;
      request
        .on('data', (chunk: Buffer) => (length += chunk.length))
        .on('end', () => response.end(`${request.headers['transfer-encoding'] ?? ''} ${length}`));
    });
    expect(
      (await send(port, { host: HOST, method: 'POST', body: Readable.from([Buffer.alloc(10), Buffer.alloc(20_000)]) }))
        .body,
    ).toBe('chunked 20010');
    expect(
      (await send(port, { host: HOST, method: 'DELETE', headers: { 'transfer-encoding': 'chunked' }, body: 'gone' }))
        .body,
    ).toBe('chunked 4');
    expect((await send(port, { host: HOST, method: 'POST', body: '12345' })).body).toBe(' 5');
    expect(
      (await send(port, { host: HOST, method: 'POST', headers: { 'transfer-encoding': 'chunked' } })).body,
    ).toMatch(/ 0$/);
  });

  it('trailers of a request pass, also of a GET with a body', async () => {
    const { port } = await serve((request, response) => {
      let body = '';
      request
        .on('data', (chunk: Buffer) => (body += chunk.toString()))
        .on('end', () => response.end(`${body} ${request.trailers['x-sum'] ?? 'none'}`));
    });
    for (const method of ['POST', 'GET']) {
      const reply = await rawRequest(
        port,
        `${method} / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\nConnection: close\r\n\r\n4\r\nbody\r\n0\r\nx-sum: 42\r\n\r\n`,
      );
      expect(reply).toContain('body 42');
    }
  });

  it('the 100 Continue of the backend passes on, and the body after it', async () => {
    const { port } = await serve((request, response) => {
      request.resume().on('end', () => response.end('got it'));
    });
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.write(
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
    );
    await until(() => said.includes('HTTP/1.1 100 Continue'));
    expect(said).not.toContain('200 OK');
    socket.write('body');
    await until(() => said.includes('got it'));
    socket.destroy();
  });

  it('a backend that refuses after Expect gets no body', async () => {
    const { port, said } = await serveRaw((text, write) => {
      if (text.endsWith('\r\n\r\n')) write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno');
    });
    const reply = await rawRequest(
      port,
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n`,
      { untilClose: false },
    );
    expect(reply).toMatch(/^HTTP\/1\.1 401/);
    expect(reply).not.toContain('100 Continue');
    expect(said()).toMatch(/expect: 100-continue/i);
    expect(said().endsWith('\r\n\r\n')).toBe(true);
  });

  it('a client that does not wait for 100 Continue is served all the same', async () => {
    const { port } = await serveRaw((text, write) => {
      if (text.endsWith('body')) write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    expect(
      await rawRequest(
        port,
        `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody`,
        { untilClose: false },
      ),
    ).toMatch(/^HTTP\/1\.1 200/);
  });

  it('an answer that comes before the upload ends reaches the client, and the engine goes on', async () => {
    const { port } = await serve((request, response) => {
      request.once('data', () => response.writeHead(413).end('too much'));
    });
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString())).on('error', () => undefined);
    socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${4 * MIB}\r\n\r\n`);
    socket.write(Buffer.alloc(MIB));
    await until(() => said.includes('too much'));
    socket.destroy();
    expect(said).toMatch(/^HTTP\/1\.1 413/);
    expect((await send(port, { host: HOST, method: 'POST', body: 'x' })).status).toBe(413);
  });

  it('a client that leaves in the middle of its upload ends the request at the backend', async () => {
    let aborted = false;
    const { port } = await serve((request) => {
      request.on('aborted', () => (aborted = true)).resume();
    });
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1000\r\n\r\nhalf`);
    await pause(50);
    socket.destroy();
    await until(() => aborted);
  });
});
