/** RFC 9113 frame by frame, over real sockets: how a connection goes, and the mistakes that end it. */
import { until } from '../../../kit/wait.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import * as F from '../../../../electron/engine/proxy/h2/frames.ts';
import { ERROR } from '../../../../electron/engine/proxy/h2/frames.ts';
import {
  data,
  GET,
  headers,
  POST,
  RawClient,
  setting,
  SETTINGS,
  startRawServer,
  type RawServer,
} from '../../../kit/h2-raw.ts';

let server: RawServer;
let client: RawClient;

beforeEach(async () => {
  server = await startRawServer();
  client = await RawClient.open(server.port);
});

const { END_HEADERS, PADDED, WITH_PRIORITY } = F;
const OPEN = headers(1, POST, END_HEADERS);
const zeros = (count: number): string => '\0'.repeat(count);
/** The connection still answers. */
async function works(id: number): Promise<void> {
  client.send(headers(id));
  expect((await client.answer(id)).body).toBe('GET / ');
}

describe('a connection', () => {
  it('begins with our settings', () => {
    expect(client.frames[0]).toMatchObject({ type: F.SETTINGS, flags: 0, id: 0 });
  });

  it.each([
    ['another protocol', 'GET / HTTP/1.1\r\nhost: shop.test\r\n\r\n'],
    ['a preface cut wrong', `${F.PREFACE.slice(0, 20)}XXXX`],
    ['a request before settings', F.PREFACE + headers(1)],
    ['a body before settings', F.PREFACE + data(1, 'a')],
    ['an acknowledgement before settings', F.PREFACE + F.frame(F.SETTINGS, F.ACK, 0, '')],
  ])('that begins with %s ends', async (_name, bytes) => {
    const other = new RawClient(server.port);
    other.send(bytes);
    expect(await other.goAway()).toBe(ERROR.PROTOCOL_ERROR);
    expect(server.clients).toHaveLength(0);
  });

  it('may come a byte at a time', async () => {
    const other = new RawClient(server.port);
    other.socket.setNoDelay(true);
    for (const byte of F.PREFACE + SETTINGS + OPEN + data(1, 'body')) other.send(byte);
    expect(await other.answer(1)).toMatchObject({ body: 'POST / body' });
  });

  it('may hold frames and settings that nobody knows', async () => {
    client.send(
      F.frame(0x16, 0xff, 0, zeros(8)) + F.frame(0x20, 0, 77, '') + F.frame(F.SETTINGS, 0, 0, setting(0xff, 9)),
    );
    client.send(F.frame(F.PING, 0xfe, 0, '12345678').replace('\x06\xfe', '\x06\0'));
    expect((await client.frame(({ type }) => type === F.PING)).payload.toString()).toBe('12345678');
    await works(1);
  });

  it('with a goodbye of the client ends when its streams have', async () => {
    client.send(OPEN + F.frame(F.GOAWAY, 0, 0, zeros(8)) + data(1, 'late'));
    expect((await client.answer(1)).body).toBe('POST / late');
    await client.goAway();
  });

  it('that we leave ends when its streams have, and new ones are not taken', async () => {
    client.send(OPEN);
    await client.frame(({ type }) => type === F.SETTINGS);
    await until(() => server.clients.length === 1);
    server.server.closeIdle();
    await client.frame(({ type }) => type === F.GOAWAY);
    client.send(headers(3) + data(1, 'x'));
    expect((await client.answer(1)).body).toBe('POST / x');
    expect(await client.goAway()).toBe(ERROR.NO_ERROR);
    expect(server.clients).toHaveLength(1);
  });
});

describe('an error of the connection', () => {
  const cases: [string, string, number][] = [
    ['a frame too large', F.frame(F.DATA, 0, 1, zeros(16_385)), ERROR.FRAME_SIZE_ERROR],
    ['DATA on stream 0', data(0, 'a'), ERROR.PROTOCOL_ERROR],
    ['DATA on an idle stream', data(1, 'a'), ERROR.PROTOCOL_ERROR],
    ['padded DATA on an idle stream', F.frame(F.DATA, PADDED, 1, '\0'), ERROR.PROTOCOL_ERROR],
    ['padding longer than DATA', OPEN + F.frame(F.DATA, PADDED, 1, '\x05aaaa'), ERROR.PROTOCOL_ERROR],
    ['padded DATA without a length', OPEN + F.frame(F.DATA, PADDED, 1, ''), ERROR.FRAME_SIZE_ERROR],
    ['HEADERS on stream 0', headers(0), ERROR.PROTOCOL_ERROR],
    ['HEADERS on an even stream', headers(2), ERROR.PROTOCOL_ERROR],
    ['HEADERS on an earlier stream', headers(5) + headers(3), ERROR.STREAM_CLOSED],
    ['padding longer than HEADERS', F.frame(F.HEADERS, PADDED | END_HEADERS, 1, '\x08\x82'), ERROR.PROTOCOL_ERROR],
    [
      'HEADERS too short for their priority',
      F.frame(F.HEADERS, WITH_PRIORITY | END_HEADERS, 1, '\0'),
      ERROR.PROTOCOL_ERROR,
    ],
    ['a header block that is none', F.frame(F.HEADERS, END_HEADERS, 1, '\x80'), ERROR.COMPRESSION_ERROR],
    ['PRIORITY of stream 0', F.frame(F.PRIORITY, 0, 0, zeros(5)), ERROR.PROTOCOL_ERROR],
    ['PRIORITY of the wrong size', F.frame(F.PRIORITY, 0, 1, zeros(4)), ERROR.FRAME_SIZE_ERROR],
    ['RST_STREAM on stream 0', F.resetFrame(0, 8), ERROR.PROTOCOL_ERROR],
    ['RST_STREAM on an idle stream', F.resetFrame(1, 8), ERROR.PROTOCOL_ERROR],
    ['RST_STREAM of the wrong size', OPEN + F.frame(F.RST_STREAM, 0, 1, zeros(3)), ERROR.FRAME_SIZE_ERROR],
    ['SETTINGS on a stream', F.frame(F.SETTINGS, 0, 1, ''), ERROR.PROTOCOL_ERROR],
    ['SETTINGS of the wrong size', F.frame(F.SETTINGS, 0, 0, zeros(5)), ERROR.FRAME_SIZE_ERROR],
    ['an acknowledgement with settings', F.frame(F.SETTINGS, F.ACK, 0, zeros(6)), ERROR.FRAME_SIZE_ERROR],
    ['ENABLE_PUSH beyond 1', F.frame(F.SETTINGS, 0, 0, setting(2, 2)), ERROR.PROTOCOL_ERROR],
    ['INITIAL_WINDOW_SIZE too large', F.frame(F.SETTINGS, 0, 0, setting(4, 2 ** 31)), ERROR.FLOW_CONTROL_ERROR],
    ['MAX_FRAME_SIZE too small', F.frame(F.SETTINGS, 0, 0, setting(5, 16_383)), ERROR.PROTOCOL_ERROR],
    ['MAX_FRAME_SIZE too large', F.frame(F.SETTINGS, 0, 0, setting(5, 2 ** 24)), ERROR.PROTOCOL_ERROR],
    ['PUSH_PROMISE', F.frame(F.PUSH_PROMISE, END_HEADERS, 1, zeros(4)), ERROR.PROTOCOL_ERROR],
    ['PING on a stream', F.frame(F.PING, 0, 1, zeros(8)), ERROR.PROTOCOL_ERROR],
    ['PING of the wrong size', F.frame(F.PING, 0, 0, zeros(6)), ERROR.FRAME_SIZE_ERROR],
    ['GOAWAY on a stream', F.frame(F.GOAWAY, 0, 1, zeros(8)), ERROR.PROTOCOL_ERROR],
    ['GOAWAY of the wrong size', F.frame(F.GOAWAY, 0, 0, zeros(7)), ERROR.FRAME_SIZE_ERROR],
    ['WINDOW_UPDATE of the wrong size', F.frame(F.WINDOW_UPDATE, 0, 0, zeros(3)), ERROR.FRAME_SIZE_ERROR],
    ['WINDOW_UPDATE of nothing', F.windowUpdateFrame(0, 0), ERROR.PROTOCOL_ERROR],
    ['WINDOW_UPDATE on an idle stream', F.windowUpdateFrame(1, 1), ERROR.PROTOCOL_ERROR],
    ['a window that overflows', F.windowUpdateFrame(0, 2 ** 31 - 1), ERROR.FLOW_CONTROL_ERROR],
    [
      'a window that overflows by settings',
      OPEN + F.windowUpdateFrame(1, 2 ** 31 - 1 - 65_535) + F.frame(F.SETTINGS, 0, 0, setting(4, 65_536)),
      ERROR.FLOW_CONTROL_ERROR,
    ],
    ['CONTINUATION alone', F.frame(F.CONTINUATION, END_HEADERS, 1, '\x82'), ERROR.PROTOCOL_ERROR],
    [
      'CONTINUATION after the end of a block',
      OPEN + F.frame(F.CONTINUATION, END_HEADERS, 1, '\x82'),
      ERROR.PROTOCOL_ERROR,
    ],
    [
      'CONTINUATION of another stream',
      headers(1, GET, 0) + F.frame(F.CONTINUATION, END_HEADERS, 3, ''),
      ERROR.PROTOCOL_ERROR,
    ],
    ['DATA within a header block', headers(1, POST, 0) + data(1, ''), ERROR.PROTOCOL_ERROR],
    ['an unknown frame within a header block', headers(1, POST, 0) + F.frame(0x16, 0, 1, ''), ERROR.PROTOCOL_ERROR],
  ];
  it.each(cases)('is %s', async (_name, frames, code) => {
    client.send(frames);
    expect(await client.goAway()).toBe(code);
    expect(server.clients.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('is a request or a body for a stream that is over', async () => {
    await works(1);
    client.send(headers(1));
    expect(await client.goAway()).toBe(ERROR.STREAM_CLOSED);
    client = await RawClient.open(server.port);
    await works(1);
    client.send(data(1, 'a'));
    expect(await client.goAway()).toBe(ERROR.STREAM_CLOSED);
  });
});
