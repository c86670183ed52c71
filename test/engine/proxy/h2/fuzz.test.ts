/** Frames of every kind, mutated: nothing crashes the server or holds it, and each connection ends or still answers rightly. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as F from '../../../../electron/engine/proxy/h2/frames.ts';
import {
  block,
  data,
  GET,
  headers,
  POST,
  RawClient,
  setting,
  SETTINGS,
  startRawServer,
  uint32,
} from '../../../kit/h2-raw.ts';
import { until } from '../../../kit/wait.ts';

/** Connections, each with up to 30 frames. */
const RUNS = 3_000;
/** At a time. */
const BATCH = 50;

const id = fc.oneof(fc.constantFrom(1, 3, 5, 7), fc.integer({ min: 0, max: 40 }));
const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const flags = fc.constantFrom(0, 1, 4, 5, 8, 12, 13, 0x20, 0x2c, 0xff);
const fields = fc.constantFrom(GET, POST, [...POST, ['content-length', '3']] as const, [['x', 'y']] as const);
const frames = fc.oneof(
  fc.tuple(id, fields, flags).map(([stream, list, flag]) => F.frame(F.HEADERS, flag, stream, block(list))),
  fc.tuple(id, fields).map(([stream, list]) => headers(stream, list)),
  fc.tuple(id, fields).map(([stream, list]) => headers(stream, list, F.END_HEADERS)),
  fc.tuple(id, bytes, fc.boolean()).map(([stream, body, isEnd]) => data(stream, body, isEnd)),
  fc.tuple(id, fc.constantFrom(0, 1, 65_535, 2 ** 31 - 1)).map(([stream, by]) => F.windowUpdateFrame(stream, by)),
  fc.tuple(id, fc.nat(15)).map(([stream, code]) => F.resetFrame(stream, code)),
  fc
    .tuple(fc.nat(9), fc.constantFrom(0, 1, 16_384, 2 ** 31))
    .map(([name, value]) => F.frame(F.SETTINGS, 0, 0, setting(name, value))),
  fc.tuple(fc.nat(12), flags, id, bytes).map(([type, flag, stream, payload]) => F.frame(type, flag, stream, payload)),
  fc.constant(F.frame(F.PING, 0, 0, '12345678')),
  fc.constant(F.frame(F.GOAWAY, 0, 0, uint32(0) + uint32(0))),
);
/** Some bytes of the whole are changed, left out or doubled. */
const mutation = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('change', 'drop', 'double'));
const conversation = fc.tuple(fc.array(frames, { maxLength: 30 }), fc.array(mutation, { maxLength: 3 }), fc.nat(400));

type Conversation = [string[], [number, number, string][], number];

function spell([parts, mutations]: Conversation): string {
  let text = parts.join('');
  for (const [where, code, kind] of mutations) {
    const at = text.length === 0 ? 0 : where % text.length;
    const middle = kind === 'change' ? String.fromCharCode(code) : kind === 'drop' ? '' : text.slice(at, at + 2);
    text = text.slice(0, at) + middle + text.slice(at + 1);
  }
  return text;
}

it(`${RUNS} connections of mutated frames`, async () => {
  const server = await startRawServer();
  const conversations = fc.sample(conversation as fc.Arbitrary<Conversation>, { numRuns: RUNS, seed: 9113 });
  let ended = 0;
  let answered = 0;
  for (let from = 0; from < RUNS; from += BATCH) {
    await Promise.all(
      conversations.slice(from, from + BATCH).map(async (one) => {
        const client = new RawClient(server.port);
        const text = F.PREFACE + SETTINGS + spell(one);
        client.send(text.slice(0, one[2])); // two pieces, cut anywhere
        client.send(text.slice(one[2]));
        client.send(F.frame(F.PING, 0, 0, 'the last'));
        client.socket.end();
        await until(() => client.isClosed, { message: JSON.stringify(text) });
        const goAway = client.frames.findLast(({ type }) => type === F.GOAWAY);
        if (goAway === undefined) answered++;
        else {
          ended++;
          expect([0, 1, 3, 5, 6, 9, 11]).toContain(goAway.payload.readUInt32BE(4));
        }
      }),
    );
  }
  await until(() => server.sockets.size === 0);
  expect(server.clients.filter(({ isClosed }) => !isClosed)).toEqual([]);
  expect(ended).toBeGreaterThan(RUNS / 4);
  expect(answered).toBeGreaterThan(RUNS / 20);
  const after = await RawClient.open(server.port);
  after.send(headers(1));
  expect((await after.answer(1)).body).toBe('GET / ');
});
