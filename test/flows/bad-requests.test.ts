/** Requests that are ambiguous, malformed or too much: refused in words, and none of it reaches a backend. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { rawRequest } from '../kit/raw-socket.ts';
import { until } from '../kit/wait.ts';

let backend: TestBackend;
let running: TestEngine;
let port: number;

beforeAll(async () => {
  backend = await startBackend();
  running = await startEngine({ server: [site('shop.local', [{ url: backend.url }])] });
  port = running.port;
});
afterAll(async () => {
  await running.close();
  await backend.kill();
});

const HOST = 'Host: shop.local\r\n';

async function refused(bytes: string, status: number, code?: string): Promise<void> {
  await refusal(bytes, status, code);
}

async function refusal(bytes: string, status: number, code?: string): Promise<string> {
  const before = backend.requests.length;
  const reply = await rawRequest(port, bytes);
  expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  if (code !== undefined) expect(reply).toContain(`x-mogoly-error: ${code}`);
  expect(backend.requests.length).toBe(before);
  return reply;
}

describe('an ambiguous length is refused', () => {
  const smuggled = '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: shop.local\r\n\r\n';
  it('Content-Length with Transfer-Encoding', () =>
    refused(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n${smuggled}`,
      400,
      'REQUEST_SMUGGLING',
    ));
  it('Transfer-Encoding with Content-Length', () =>
    refused(
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n${smuggled}`,
      400,
      'REQUEST_SMUGGLING',
    ));
  it('two Content-Lengths, also equal ones', async () => {
    await refused(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody!`,
      400,
      'REQUEST_SMUGGLING',
    );
    await refused(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody`,
      400,
      'REQUEST_SMUGGLING',
    );
  });
  it.each(['+4', '4, 4', '0x4', '-1', '4 4'])('a Content-Length of %s', (length) =>
    refused(`POST / HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\nbody`, 400),
  );
  it.each(['xchunked', 'chunked, identity', 'identity', '\x0bchunked'])('a Transfer-Encoding of %s', (coding) =>
    refused(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: ${coding}\r\n\r\n${smuggled}`, 400),
  );
  it('a space before the colon', () => refused(`POST / HTTP/1.1\r\n${HOST}Content-Length : 4\r\n\r\nbody`, 400));
  it('a chunk size that is no number', async () => {
    const reply = await rawRequest(
      port,
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n`,
    );
    expect(reply).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a Host that is not one is refused', () => {
  it('none, in HTTP/1.1', () => refused('GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'HOST_INVALID'));
  it('two', () => refused(`GET / HTTP/1.1\r\n${HOST}${HOST}Connection: close\r\n\r\n`, 400, 'HOST_INVALID'));
  it.each(['shop.local/x', 'shop.local@evil', 'a b', '', 'shop..local', '[::1', 'shop.local:99999999'])(
    '"%s"',
    (host) => refused(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, 400),
  );
  it('none in HTTP/1.0 is no error but no site either', () => refused('GET / HTTP/1.0\r\n\r\n', 404, 'HOST_UNKNOWN'));
});

describe('a head that is not HTTP is refused', () => {
  it.each([
    ['a bare LF after a field', `GET / HTTP/1.1\n${HOST}\n\n`],
    ['a folded field', `GET / HTTP/1.1\r\n${HOST}X-A: 1\r\n folded: 2\r\n\r\n`],
    ['a NUL in a value', `GET / HTTP/1.1\r\n${HOST}X-A: a\0b\r\n\r\n`],
    ['a field without a colon', `GET / HTTP/1.1\r\n${HOST}nothing\r\n\r\n`],
    ['a target with a space', `GET /a b HTTP/1.1\r\n${HOST}\r\n`],
    ['HTTP/2 with prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['a target that is neither a path nor an address', `GET shop HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`],
  ])('%s', async (_what, bytes) => {
    const before = backend.requests.length;
    const reply = await rawRequest(port, bytes);
    expect(reply).toMatch(/^HTTP\/1\.1 (400|505) /);
    expect(backend.requests.length).toBe(before);
  });

  it('a header of 70 KB is 431, and the client can read it', async () => {
    const reply = await refusal(`GET / HTTP/1.1\r\n${HOST}X-Big: ${'a'.repeat(70_000)}\r\n\r\n`, 431, 'HEAD_TOO_LARGE');
    expect(reply).toContain('64 KiB');
    expect((await send(port, { host: 'nobody.test', headers: { 'x-big': 'a'.repeat(60_000) } })).status).toBe(404);
  });

  it('a head of several hundred KB too', () =>
    refused(`GET / HTTP/1.1\r\n${HOST}X-Big: ${'a'.repeat(500_000)}\r\n\r\n`, 431, 'HEAD_TOO_LARGE'));
});

describe('requests that are not for a site', () => {
  it('OPTIONS * is answered here', async () => {
    const reply = await refusal(`OPTIONS * HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, 204);
    expect(reply).toMatch(/allow: .*GET/i);
  });

  it('CONNECT is 405', () => refused(`CONNECT shop.local:443 HTTP/1.1\r\n${HOST}\r\n`, 405));

  it('an unknown expectation is 417', () =>
    refused(`GET / HTTP/1.1\r\n${HOST}Expect: miracles\r\nConnection: close\r\n\r\n`, 417));
});

describe('after a bad request', () => {
  it('the connection is closed and the next one is served', async () => {
    await refused('nonsense\r\n\r\n', 400);
    expect((await send(port, { host: 'shop.local' })).status).toBe(200);
  });

  it('a connection that says nothing is harmless', async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.resetAndDestroy();
    expect((await send(port, { host: 'shop.local' })).status).toBe(200);
  });

  it('a chunked body that breaks off in garbage ends the request at the backend', async () => {
    const before = backend.requests.length;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n`);
    await until(() => backend.requests.length > before);
    socket.write('not a chunk\r\n');
    await once(socket, 'close');
    await until(() => running.engine.snapshot().traffic.active === 0);
    expect((await send(port, { host: 'shop.local' })).status).toBe(200);
  });
});
