/** Addresses: planned, opened, refused in words, closed. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { connect, createServer as createNetServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpServer, type Http1Handlers } from '../../../electron/engine/proxy/http-server.ts';
import { openHttpListener, planListeners, type OpenListener } from '../../../electron/engine/proxy/listeners.ts';
import { freePort } from '../../kit/free-port.ts';
import { send } from '../../kit/http.ts';
import { rawRequest } from '../../kit/raw-socket.ts';
import { until } from '../../kit/wait.ts';

/** Requests for /held, answered when called. */
const held: (() => void)[] = [];

const handlers: Http1Handlers = {
  onRequest: (_socket, client) => {
    const answer = (text: string): void => {
      client.sendHead(200, '', ['content-length', String(text.length)], true);
      client.endWithText(text);
    };
    if (client.target === '/held') held.push(() => answer('held'));
    else if (client.target === '/slow') setTimeout(() => answer('slow'), 150);
    else client.source.resume().on('end', () => answer('hello plain'));
  },
  onUpgrade: (_request, socket) =>
    void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
};

async function opened(address: string, port = 0): Promise<OpenListener> {
  const result = await openHttpListener({ kind: 'http', address, port }, handlers);
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return result.value;
}

describe('planListeners', () => {
  it('keeps what stays, opens what is new, closes what is gone', () => {
    const listener = (port: number): OpenListener => ({
      kind: 'http',
      address: '127.0.0.1',
      port,
      key: `http 127.0.0.1 ${port}`,
      close: () => Promise.resolve(),
    });
    const plan = planListeners(
      [listener(80), listener(81)],
      [
        { kind: 'http', address: '127.0.0.1', port: 81 },
        { kind: 'http', address: '::1', port: 81 },
      ],
    );
    expect(plan.keep.map(({ port }) => port)).toEqual([81]);
    expect(plan.close.map(({ port }) => port)).toEqual([80]);
    expect(plan.open).toEqual([{ kind: 'http', address: '::1', port: 81 }]);
  });
});

describe('openHttpListener', () => {
  it('the same port can be had on 127.0.0.1 and ::1', async () => {
    const first = await opened('127.0.0.1');
    const second = await opened('::1', first.port);
    expect((await send(first.port)).body).toBe('hello plain');
    expect((await send(first.port, { address: '::1' })).body).toBe('hello plain');
    await Promise.all([first.close(0), second.close(0)]);
  });

  it('a taken port is LISTEN_PORT_TAKEN, a foreign address LISTEN_ADDRESS_UNKNOWN', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    expect(await openHttpListener({ kind: 'http', address: '127.0.0.1', port }, handlers)).toMatchObject({
      ok: false,
      problems: [{ code: 'LISTEN_PORT_TAKEN', path: ['listen', 'http'] }],
    });
    expect(
      await openHttpListener({ kind: 'http', address: '192.0.2.1', port: await freePort() }, handlers),
    ).toMatchObject({
      ok: false,
      problems: [{ code: 'LISTEN_ADDRESS_UNKNOWN' }],
    });
    taken.close();
  });

  it('a listener that closes lets the request under way end, and cuts idle connections and upgraded ones', async () => {
    const listener = await opened('127.0.0.1');
    const idle = connect(listener.port, '127.0.0.1');
    await once(idle, 'connect');
    const upgraded = connect(listener.port, '127.0.0.1');
    upgraded.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(upgraded, 'data');
    const slow = send(listener.port, { path: '/held' });
    const answer = await until(() => held.pop());
    const closed = listener.close(60_000);
    const ended = Promise.all([once(idle, 'close'), once(upgraded, 'close')]);
    idle.on('error', () => undefined);
    upgraded.on('error', () => undefined);
    answer();
    expect((await slow).body).toBe('held');
    await closed;
    await ended;
    await expect(send(listener.port)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('a request under way is cut at the deadline', async () => {
    const listener = await opened('127.0.0.1');
    const cut = expect(send(listener.port, { path: '/held' })).rejects.toThrow(/hang up|reset/i);
    await until(() => held.pop());
    await listener.close(20);
    await cut;
  });
});

describe('createHttpServer', () => {
  const listening = async (options: { headTimeoutMs?: number; sweepMs?: number }) => {
    const http = createHttpServer(handlers, options);
    const server = createNetServer(http.accept);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      http.close();
      http.cutAll();
      server.close();
    });
    return (server.address() as { port: number }).port;
  };

  it('answers a head that is too slow with 408', async () => {
    const port = await listening({ headTimeoutMs: 50, sweepMs: 20 });
    expect(await rawRequest(port, 'GET / HTTP/1.1\r\nHost: a\r\n')).toMatch(
      /^HTTP\/1\.1 408 [^]*x-mogoly-error: REQUEST_TIMEOUT/,
    );
  });

  it('does not count the time of an upload', async () => {
    const port = await listening({ headTimeoutMs: 500, sweepMs: 10 });
    const socket = connect(port, '127.0.0.1');
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    socket.write('dy');
    await until(() => got.includes('hello plain'));
    socket.destroy();
  });

  it('answers requests that come together in their order, however they are cut', async () => {
    const port = await listening({});
    const requests =
      '\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n';
    const whole = await rawRequest(port, requests);
    expect(whole.match(/slow|hello plain/g)).toEqual(['slow', 'hello plain', 'hello plain']);
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    for (const byte of requests) {
      socket.write(byte, 'latin1');
      await new Promise(setImmediate);
    }
    await once(socket, 'close');
    expect(got.match(/slow|hello plain/g)).toEqual(['slow', 'hello plain', 'hello plain']);
  });
});

describe('an upgrade to a protocol that is not WebSocket', () => {
  it('is ignored and the request answered, its body too', async () => {
    const listener = await opened('127.0.0.1');
    const fields =
      'Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    expect(await rawRequest(listener.port, `GET / HTTP/1.1\r\n${fields}\r\n`, { untilClose: false })).toMatch(
      /^HTTP\/1\.1 200 [^]*hello plain/,
    );
    const twice = await rawRequest(
      listener.port,
      `POST / HTTP/1.1\r\n${fields}Content-Length: 4\r\n\r\nbodyGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(twice.match(/hello plain/g)).toHaveLength(2);
    await listener.close(0);
  });
});
