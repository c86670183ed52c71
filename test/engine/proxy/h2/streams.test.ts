/** RFC 9113 stream by stream, over real sockets: requests in every shape, and what ends one alone. */
import { until } from '../../../kit/wait.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import * as F from '../../../../electron/engine/proxy/h2/frames.ts';
import { ERROR } from '../../../../electron/engine/proxy/h2/frames.ts';
import { block, data, GET, headers, POST, RawClient, startRawServer, type RawServer } from '../../../kit/h2-raw.ts';

let server: RawServer;
let client: RawClient;

beforeEach(async () => {
  server = await startRawServer();
  client = await RawClient.open(server.port);
});

const { END_HEADERS, END_STREAM, PADDED, WITH_PRIORITY } = F;
const OPEN = headers(1, POST, END_HEADERS);
const zeros = (count: number): string => '\0'.repeat(count);
/** The connection still answers. */
async function works(id: number): Promise<void> {
  client.send(headers(id));
  expect((await client.answer(id)).body).toBe('GET / ');
}

describe('an error of a stream', () => {
  const without = (name: string): [string, string][] => GET.filter(([own]) => own !== name).map(([a, b]) => [a, b]);
  const withPath = (path: string): [string, string][] => [...without(':path'), [':path', path]];
  const heads: [string, (readonly [string, string])[]][] = [
    ['an upper-case name', [...GET, ['X-Name', '']]],
    ['a name with a space', [...GET, ['x name', '']]],
    ['an empty name', [...GET, ['', 'a']]],
    ['a pseudo-header field that is unknown', [...GET, [':test', '']]],
    ['a pseudo-header field of responses', [...GET, [':status', '200']]],
    ['a pseudo-header field after others', [['x-a', 'b'], ...GET]],
    ['a connection field', [...GET, ['connection', 'keep-alive']]],
    ['a transfer coding', [...POST, ['transfer-encoding', 'chunked']]],
    ['an upgrade', [...GET, ['upgrade', 'h2c']]],
    ['TE other than trailers', [...GET, ['te', 'trailers, deflate']]],
    ['a line end in a value', [...GET, ['x-a', 'b\r\nx-forged: 1']]],
    ['NUL in a value', [...GET, ['x-a', 'b\0']]],
    ['a blank before a value', [...GET, ['x-a', ' b']]],
    ['a line end in the authority', [...without(':authority'), [':authority', 'shop.test\r\nx: y']]],
    ['an empty path', withPath('')],
    ['a path that is none', withPath('index.html')],
    ['an address as its path', withPath('http://bank.test/')],
    ['a path with a space', withPath('/a HTTP/1.1')],
    ['a method with a space', [...without(':method'), [':method', 'GET /']]],
    ['no method', without(':method')],
    ['no scheme', without(':scheme')],
    ['no path', without(':path')],
    ['no authority', without(':authority')],
    ...[':method', ':scheme', ':path', ':authority'].map((name): [string, (readonly [string, string])[]] => [
      `${name} twice`,
      [...GET, GET.find(([own]) => own === name)!],
    ]),
    ['a length that is none', [...POST, ['content-length', '+1']]],
    ['two lengths', [...POST, ['content-length', '1'], ['content-length', '1']]],
    ['a length without a body', [...GET, ['content-length', '1']]],
    ['a protocol without CONNECT', [...GET, [':protocol', 'websocket']]],
    [
      'CONNECT with a path',
      [
        [':method', 'CONNECT'],
        [':authority', 'a:1'],
        [':path', '/'],
      ],
    ],
  ];
  it.each(heads)('is %s; the others go on', async (_name, fields) => {
    client.send(headers(1, fields));
    expect(await client.reset(1)).toBe(ERROR.PROTOCOL_ERROR);
    expect(server.clients).toHaveLength(0);
    await works(3);
  });

  const late: [string, string, number][] = [
    [
      'a body longer than announced',
      headers(1, [...POST, ['content-length', '1']], END_HEADERS) + data(1, 'ab'),
      ERROR.PROTOCOL_ERROR,
    ],
    [
      'a body shorter than announced',
      headers(1, [...POST, ['content-length', '3']], END_HEADERS) + data(1, 'ab'),
      ERROR.PROTOCOL_ERROR,
    ],
    ['fields in the middle of a body', OPEN + headers(1, [['x', 'y']], END_HEADERS), ERROR.PROTOCOL_ERROR],
    ['a pseudo-header field in the trailers', OPEN + headers(1, [[':method', 'GET']]), ERROR.PROTOCOL_ERROR],
    ['WINDOW_UPDATE of nothing', OPEN + F.windowUpdateFrame(1, 0), ERROR.PROTOCOL_ERROR],
    ['a window that overflows', OPEN + F.windowUpdateFrame(1, 2 ** 31 - 1), ERROR.FLOW_CONTROL_ERROR],
  ];
  it.each(late)('is %s', async (_name, frames, code) => {
    client.send(frames);
    expect(await client.reset(1)).toBe(code);
    await works(3);
    expect(server.clients.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('is a body after the end of its request', async () => {
    server = await startRawServer(() => undefined);
    client = await RawClient.open(server.port);
    client.send(headers(1) + data(1, 'more'));
    expect(await client.reset(1)).toBe(ERROR.STREAM_CLOSED);
    client.send(headers(3) + headers(3));
    expect(await client.reset(3)).toBe(ERROR.STREAM_CLOSED);
  });

  it('leaves room for what the client had sent before it knew', async () => {
    client.send(headers(1, [...POST, ['content-length', '1']], END_HEADERS) + data(1, 'ab', false));
    expect(await client.reset(1)).toBe(ERROR.PROTOCOL_ERROR);
    client.send(data(1, 'late') + headers(1, [['x', 'y']]) + F.resetFrame(1, 8) + F.windowUpdateFrame(1, 9));
    await works(3);
  });
});

describe('a request', () => {
  it('may be padded, have a priority, and come in pieces', async () => {
    const whole = block(GET);
    const flags = PADDED | WITH_PRIORITY | END_STREAM;
    client.send(F.frame(F.HEADERS, flags, 1, `\x03${zeros(4)}\x10${whole.slice(0, 7)}${zeros(3)}`));
    client.send(
      F.frame(F.CONTINUATION, 0, 1, whole.slice(7, 20)) + F.frame(F.CONTINUATION, END_HEADERS, 1, whole.slice(20)),
    );
    expect(await client.answer(1)).toMatchObject({
      head: [':status: 200', expect.anything(), expect.anything(), expect.anything()],
      body: 'GET / ',
    });
  });

  it('may have a padded body, and an empty end', async () => {
    client.send(
      OPEN +
        F.frame(F.DATA, PADDED, 1, `\x02abc${zeros(2)}`) +
        F.frame(F.DATA, PADDED | END_STREAM, 1, `\x04${zeros(4)}`),
    );
    expect((await client.answer(1)).body).toBe('POST / abc');
    client.send(headers(3, POST, END_HEADERS) + data(3, 'abc', false) + data(3, ''));
    expect((await client.answer(3)).body).toBe('POST / abc');
  });

  it('may have trailers', async () => {
    client.send(OPEN + data(1, 'abc', false) + headers(1, [['x-sum', '42']]));
    expect(await client.answer(1)).toMatchObject({
      head: expect.arrayContaining(['x-trailers: x-sum 42']),
      body: 'POST / abc',
    });
  });

  it('may be OPTIONS *, and have its host in place of the authority', async () => {
    client.send(
      headers(1, [
        [':method', 'OPTIONS'],
        [':scheme', 'https'],
        [':path', '*'],
        ['host', 'shop.test'],
      ]),
    );
    expect((await client.answer(1)).body).toBe('OPTIONS * ');
  });

  it('repeated by numbers of the table is read anew when the table has changed', async () => {
    const known = '\x82\x87\x84';
    const indexed = (name: string, value: string): string => `\x40${block([[name, value]]).slice(1)}`;
    client.send(F.frame(F.HEADERS, END_HEADERS | END_STREAM, 1, known + indexed(':authority', 'a.test')));
    for (const id of [3, 5]) client.send(F.frame(F.HEADERS, END_HEADERS | END_STREAM, id, `${known}\xbe`));
    client.send(F.frame(F.HEADERS, END_HEADERS | END_STREAM, 7, known + indexed(':authority', 'b.test')));
    client.send(F.frame(F.HEADERS, END_HEADERS | END_STREAM, 9, `${known}\xbe`));
    await client.answer(9);
    expect(server.clients.map(({ rawHeaders }) => rawHeaders.at(-1))).toEqual([
      'a.test',
      'a.test',
      'a.test',
      'b.test',
      'b.test',
    ]);
    expect(server.clients[2]!.rawHeaders).toBe(server.clients[1]!.rawHeaders);
  });

  it('of CONNECT for a WebSocket reaches its handler', async () => {
    client.send(headers(1, [[':method', 'CONNECT'], [':protocol', 'websocket'], ...GET.slice(1)], END_HEADERS));
    await until(() => server.clients.length === 1);
    expect(server.clients[0]!.head).toMatchObject({ protocol: 'websocket', target: '/' });
  });
});
