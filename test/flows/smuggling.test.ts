/** Request smuggling: whatever the framing of a request, no backend sees a request that was not read as one here. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as F from '../../electron/engine/proxy/h2/frames.ts';
import { Conversation, converse, outcome } from '../kit/conversation.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { block, data, RawClient } from '../kit/h2-raw.ts';
import { fieldOf, readRequests, statusOf, valuesOf, type WireMessage } from '../kit/http1-text.ts';
import { handshake } from '../kit/https.ts';
import { startRecordingBackend, type RecordingBackend } from '../kit/recording-backend.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.test';
let backend: RecordingBackend;
let running: TestEngine;
let port: number;

beforeAll(async () => {
  backend = await startRecordingBackend();
  running = await startEngine({
    listen: { http: '127.0.0.1:0', https: '127.0.0.1:0', dns: 'off' },
    server: [
      site(HOST, [{ url: `http://127.0.0.1:${backend.port}` }], {
        routes: [{ path: '/admin/*', redirect: '/login', status: 302 }],
      }),
    ],
  });
  port = running.port;
});
afterAll(async () => {
  await backend?.close();
  await running?.close();
});
beforeEach(() => backend.forget());

/** Whatever came, was read as a request here: it carries our Via once, is whole, and nothing is left between. */
function expectOwnRequests(): WireMessage[] {
  const all = backend.connections().map(readRequests);
  for (const { requests, rest } of all) {
    expect(rest).toBe('');
    for (const request of requests) {
      expect(valuesOf(request, 'via').join()).toMatch(/^[12](\.\d)? mogoly-[0-9a-f-]+$/);
      expect(valuesOf(request, 'host')).toHaveLength(1);
      expect(valuesOf(request, 'content-length').length + valuesOf(request, 'transfer-encoding').length).toBeLessThan(
        2,
      );
    }
  }
  return all.flatMap(({ requests }) => requests);
}

const INNER = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\nX-Inner: yes\r\n\r\n`;
const END = `GET /end HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;

describe('over HTTP/1.1', () => {
  const name = fc.constantFrom(
    ...[
      'Content-Length',
      'content-length',
      'Content-Length ',
      ' Content-Length',
      'Content_Length',
      'Content-Length\x0b',
    ],
    ...['Transfer-Encoding', 'transfer-encoding', 'TRANSFER-ENCODING', 'Transfer-Encoding ', 'Transfer\xadEncoding'],
    ...[
      'Transfer-Encoding\t',
      'X\r\nTransfer-Encoding',
      'X: y\nTransfer-Encoding',
      'X: y\rTransfer-Encoding',
      'Connection',
    ],
  );
  const separator = fc.constantFrom(': ', ':', ':\t', ' : ', ':\r\n ', ':\x00', '');
  const value = fc.constantFrom(
    ...['0', '4', '5', '05', '+4', '4,4', '0x4', '4 ', '-0', '4\x00', '9999999999999999', ''],
    ...['chunked', 'Chunked', ' chunked ', '\x0bchunked', 'xchunked', 'chunked, identity', 'identity, chunked', 'gzip'],
    ...['"chunked"', 'chunk\x00ed', 'chunked\x00', 'chunked;q=1', 'Content-Length', 'Transfer-Encoding', 'close', 'te'],
  );
  const ending = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\n ', '\r\n\t\r\n', '\x85');
  const line = fc.tuple(name, separator, value, ending).map((parts) => parts.join(''));
  const body = fc.constantFrom(
    ...['0\r\n\r\n', '4\r\nbody\r\n0\r\n\r\n', '0\r\nX: y\r\n\r\n', '0;a="\r\n"\r\n\r\n', '0x0\r\n\r\n', '0\n\n'],
    ...[
      '00\r\n\r\n',
      '0\r\nContent-Length: 9\r\n\r\n',
      '0\r\nX: a\rHost: evil\r\n\r\n',
      '4\r\nbody0\r\n\r\n',
      'body',
      'body!',
      '',
    ],
  );
  const heads = fc.array(line, { minLength: 1, maxLength: 3 });

  it('any mixture of framing fields is refused, or read the same by the backend', async () => {
    const refused = { count: 0 };
    await fc.assert(
      fc.asyncProperty(heads, body, async (lines, rest) => {
        backend.forget();
        const bytes = `POST /first HTTP/1.1\r\nHost: ${HOST}\r\n${lines.join('')}\r\n${rest}${INNER}${END}`;
        const talk = new Conversation(port).say(bytes);
        await talk.hears(({ isClosed }) => isClosed);
        talk.end();
        const answers = talk.finals.map(statusOf);
        if (answers[0] !== 200) refused.count++;
        expect(expectOwnRequests().filter(({ isWhole }) => isWhole)).toHaveLength(
          answers.filter((status) => status === 200).length,
        );
        expect(talk.isClosed).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(refused.count).toBeGreaterThan(100);
    expect(refused.count).toBeLessThan(400);
  });

  it.each([
    ['that frame', 'Content-Length: 30'],
    ['that route', 'Host: evil.test'],
    ['that vouch for the client', 'X-Forwarded-For: 203.0.113.9\r\nX-Real-IP: 203.0.113.9'],
    ['with credentials', 'Authorization: Basic eDp5'],
  ])('trailers %s go no further, others do', async (_what, trailer) => {
    const bytes = `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTrailer: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n${trailer}\r\nX-Sum: 1\r\n\r\n`;
    expect(outcome(await converse(port, bytes))).toBe('200');
    const [request] = expectOwnRequests();
    expect(request!.trailers).toBe('X-Sum: 1');
  });

  it.each(['X: a\rHost: evil', 'X: a\0b', 'X y: 1', ': 1', 'X'])(
    'trailers that are none are refused: %j',
    async (trailer) => {
      const bytes = `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTrailer: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n${trailer}\r\n\r\n`;
      expect(outcome(await converse(port, bytes))).toBe('400');
      expect(backend.requests().filter(({ isWhole }) => isWhole)).toEqual([]);
    },
  );
});

describe('a WebSocket handshake', () => {
  const upgrade = (target: string, more = '', host = HOST): string =>
    `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

  it('that is refused opens no tunnel for what is behind it', async () => {
    const talk = new Conversation(port).say(upgrade('/ws') + INNER);
    await talk.hears(({ isClosed }) => isClosed);
    expect(talk.finals.map(statusOf)).toEqual([200]);
    expect(expectOwnRequests().map(({ line }) => line)).toEqual(['GET /ws HTTP/1.1']);
  });

  it('with a body is a request with a body', async () => {
    await converse(port, `${upgrade('/ws', 'Content-Length: 4\r\n')}body`);
    const [request] = expectOwnRequests();
    expect(request).toMatchObject({ line: 'GET /ws HTTP/1.1', body: 'body' });
    expect(fieldOf(request!, 'upgrade')).toBeUndefined();
  });

  it('for an address is routed by its host and path as any request is', async () => {
    expect(outcome(await converse(port, upgrade(`http://${HOST}/admin/x`, '', 'other.test')))).toBe('502');
    expect(outcome(await converse(port, upgrade('http://nobody.test/', '')))).toBe('404');
    expect(outcome(await converse(port, upgrade('shop.test:80', '')))).toBe('400');
    expect(backend.requests()).toEqual([]);
    await converse(port, upgrade(`http://${HOST}/ws?a`, '', 'other.test'));
    expect(expectOwnRequests()[0]!.line).toBe('GET /ws?a HTTP/1.1');
  });
});

describe('from HTTP/2 to a backend of HTTP/1.1', () => {
  type Fields = readonly (readonly [string, string])[];
  const head = (...more: (readonly [string, string])[]): Fields => [
    [':method', 'POST'],
    [':scheme', 'https'],
    [':path', '/first'],
    [':authority', HOST],
    ...more,
  ];
  const without = (name: string, ...more: (readonly [string, string])[]): Fields =>
    [...head().filter(([field]) => field !== name), ...more].sort(
      ([a], [b]) => Number(b.startsWith(':')) - Number(a.startsWith(':')),
    );

  const open: RawClient[] = [];
  afterEach(() => open.splice(0).forEach(({ socket }) => socket.destroy()));

  async function connect(): Promise<RawClient> {
    const { port: secure } = running.engine.snapshot().listeners.find(({ kind }) => kind === 'https')!;
    const ca = await until(() => readFile(join(running.home, 'ca', 'root.pem'), 'utf8'));
    const client = await RawClient.open(await until(() => handshake(secure, HOST, ca, ['h2'])));
    open.push(client);
    return client;
  }

  /** Sends a request with this head and body; `refused`, or the status. */
  async function ask(fields: Fields, body: string, trailers?: Fields): Promise<string> {
    const client = await connect();
    client.send(F.frame(F.HEADERS, F.END_HEADERS, 1, block(fields)) + data(1, body, trailers === undefined));
    if (trailers !== undefined) client.send(F.frame(F.HEADERS, F.END_HEADERS | F.END_STREAM, 1, block(trailers)));
    const end = await client.frame(
      ({ type, id, flags }) => type === F.RST_STREAM || type === F.GOAWAY || (id === 1 && (flags & F.END_STREAM) !== 0),
    );
    if (end.type !== F.HEADERS && end.type !== F.DATA) return 'refused';
    return (await client.answer(1)).head[0]!.slice(-3);
  }

  it.each<[string, Fields, string, string]>([
    ['Transfer-Encoding', head(['transfer-encoding', 'chunked']), `0\r\n\r\n${INNER}`, 'refused'],
    ['Connection', head(['connection', 'transfer-encoding']), '', 'refused'],
    ['Upgrade', head(['upgrade', 'websocket']), '', 'refused'],
    ['a shorter Content-Length', head(['content-length', '4']), INNER, 'refused'],
    ['a longer Content-Length', head(['content-length', '999']), INNER, 'refused'],
    ['two Content-Lengths', head(['content-length', '4'], ['content-length', '4']), 'body', 'refused'],
    ['Content-Length: 4, 4', head(['content-length', '4, 4']), 'body', 'refused'],
    ['a line end in a value', head(['x-a', `b\r\nTransfer-Encoding: chunked\r\n\r\n${INNER}`]), '', 'refused'],
    ['a bare LF in a value', head(['x-a', 'b\nTransfer-Encoding: chunked']), '', 'refused'],
    ['a NUL in a value', head(['x-a', 'b\0c']), '', 'refused'],
    ['a line end in a name', head(['x-a: b\r\nhost', 'evil']), '', 'refused'],
    ['a colon in a name', head(['transfer-encoding: chunked\r\nx', 'y']), '', 'refused'],
    ['a space in a name', head(['transfer-encoding ', 'chunked']), '', 'refused'],
    ['a name in capitals', head(['Transfer-Encoding', 'chunked']), '', 'refused'],
    [
      'a request line in the method',
      without(':method', [':method', `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\n\r\nGET`]),
      '',
      'refused',
    ],
    [
      'a request line in the path',
      without(':path', [':path', `/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\nGET /smuggled`]),
      '',
      'refused',
    ],
    ['a space in the path', without(':path', [':path', '/a b']), '', 'refused'],
    ['an address as the path', without(':path', [':path', 'http://evil.test/']), '', 'refused'],
    ['a line end in the authority', without(':authority', [':authority', `${HOST}\r\nX-A: b`]), '', 'refused'],
    ['a user in the authority', without(':authority', [':authority', `${HOST}@evil.test`]), '', '400'],
    ['a path in the authority', without(':authority', [':authority', `${HOST}/x`]), '', '400'],
    ['a Host that differs', head(['host', 'evil.test']), '', '400'],
    ['two Hosts', without(':authority', ['host', HOST], ['host', 'evil.test']), '', '400'],
    ['two authorities', head([':authority', 'evil.test']), '', 'refused'],
    ['TE: chunked', head(['te', 'chunked']), '', 'refused'],
  ])('%s is refused, and the backend sees nothing', async (_what, fields, body, expected) => {
    expect(await ask(fields, body)).toBe(expected);
    expect(backend.requests().filter(({ isWhole }) => isWhole)).toEqual([]);
  });

  it('a body where none was announced is not sent on', async () => {
    expect(await ask(head(['content-length', '0']), INNER)).toBe('refused');
    expect(expectOwnRequests().filter(({ body }) => body !== '')).toEqual([]);
  });

  it('a body that looks like requests stays a body', async () => {
    expect(await ask(head(), `0\r\n\r\n${INNER}`)).toBe('200');
    const requests = expectOwnRequests();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ body: `0\r\n\r\n${INNER}`, isWhole: true });
  });

  it('trailers that frame, route or vouch go no further', async () => {
    expect(
      await ask(head(), 'body', [
        ['content-length', '9'],
        ['host', 'evil'],
        ['x-sum', '1'],
      ]),
    ).toBe('200');
    expect(expectOwnRequests()[0]!.trailers).toBe('x-sum: 1');
  });

  it('a scheme that is none, and forged forwarding, change nothing', async () => {
    const forged = without(':scheme', [':scheme', 'https://evil.test/x?'], ['x-forwarded-for', '203.0.113.9']);
    expect(['200', 'refused']).toContain(await ask(forged, 'body'));
    for (const request of expectOwnRequests()) expect(valuesOf(request, 'x-forwarded-for')).toEqual(['127.0.0.1']);
  });
});
