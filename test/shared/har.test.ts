/** HTTP archives: valid by the published schema, the same after a round trip, hostile ones refused by name. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../shared/capture.ts';
import { toHar } from '../../shared/har.ts';
import { fromHar, HAR_ENTRIES_LIMIT, HAR_LIMIT_BYTES } from '../../shared/har-import.ts';
import { harProblems } from '../kit/har.ts';

const CREATOR = { name: 'Mogoly', version: '0.1.0' };
const urlOf = ({ tls, host, path }: ExchangeRecord): string => `${tls ? 'https' : 'http'}://${host}:8080${path}`;
const write = (records: readonly ExchangeRecord[]): string => toHar(records, CREATOR, urlOf);

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const bytes = fc.uint8Array({ maxLength: 30 }).map((each) => Buffer.from(each).toString('base64'));
const ms = fc.nat(10_000);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const body = fc.record({ base64: bytes, size: fc.nat(1_000), isTruncated: fc.boolean() });
const frame = fc.record({
  atMs: ms,
  from: fc.constantFrom('client' as const, 'backend' as const),
  kind: fc.constantFrom('text' as const, 'binary' as const, 'close' as const),
  isFinal: fc.boolean(),
  isCompressed: fc.boolean(),
  size: fc.nat(100),
  base64: bytes,
});
const record: fc.Arbitrary<ExchangeRecord> = fc
  .record({
    startedAt: fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 }),
    durationMs: ms,
    firstByteMs: optional(ms),
    queuedMs: optional(ms),
    connectMs: optional(ms),
    site: text,
    route: text,
    method: fc.constantFrom('GET', 'POST', 'PURGE'),
    host: fc.constantFrom('shop.test', 'api.shop.test'),
    path: fc.webPath().map((path) => `/${path.replace(/^\//, '')}?a=1&b`),
    status: fc.integer({ min: 0, max: 599 }),
    backend: optional(text),
    attempts: fc.array(fc.record({ backend: text, error: text }), { maxLength: 2 }),
    client: text,
    protocol: fc.constantFrom('1.0' as const, '1.1' as const, '2' as const, 'websocket' as const),
    bytesIn: fc.nat(),
    bytesOut: fc.nat(),
    error: optional(text),
    tls: optional(fc.constant(true as const)),
    requestHeaders: fc.array(fc.tuple(text, text), { maxLength: 3 }),
    responseHeaders: fc.array(fc.tuple(text, text), { maxLength: 3 }),
    captured: optional(
      fc.record({ requestBody: body, responseBody: body, frames: optional(fc.array(frame, { maxLength: 3 })) }),
    ),
  })
  .map((each) => JSON.parse(JSON.stringify({ id: 1, ...each })) as ExchangeRecord);

describe('an archive', () => {
  it('is valid by the published schema, and reads as the same exchanges', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 4 }), (records) => {
        records.sort((a, b) => a.startedAt - b.startedAt);
        const har = write(records);
        expect(harProblems(JSON.parse(har))).toEqual([]);
        const read = fromHar(har);
        expect(read).toMatchObject({ ok: true, value: { skipped: 0 } });
        expect(read.ok && read.value.records).toEqual(records.map((each, index) => ({ ...each, id: index + 1 })));
      }),
      { numRuns: 60 },
    );
  });

  it('of another tool is read by what the standard has', () => {
    const entry = {
      startedDateTime: '2026-01-02T03:04:05.678Z',
      time: 50,
      request: {
        method: 'POST',
        url: 'https://api.example.com:8443/a?b=1#c',
        httpVersion: 'h2',
        headers: [{ name: 'Accept', value: '*/*' }],
        postData: { mimeType: 'text/plain', text: 'héllo' },
      },
      response: { status: 201, headers: [], content: { size: 4, text: 'AAEC/w==', encoding: 'base64' } },
      timings: { blocked: 5, dns: -1, connect: 10, send: 1, wait: 20, receive: 14 },
    };
    const read = fromHar(JSON.stringify({ log: { entries: [entry, { nonsense: true }] } }));
    expect(read).toMatchObject({
      ok: true,
      value: {
        skipped: 1,
        records: [
          {
            host: 'api.example.com',
            path: '/a?b=1',
            tls: true,
            protocol: '2',
            queuedMs: 5,
            connectMs: 10,
            firstByteMs: 36,
            captured: {
              requestBody: { base64: Buffer.from('héllo').toString('base64'), size: 6 },
              responseBody: { base64: 'AAEC/w==', size: 4 },
            },
          },
        ],
      },
    });
  });

  it.each<[() => string, string]>([
    [() => '', 'HAR_NOT_JSON'],
    [() => '<html>', 'HAR_NOT_JSON'],
    [() => '{"log":{"entries":', 'HAR_NOT_JSON'],
    [() => 'null', 'HAR_SHAPE'],
    [() => '[]', 'HAR_SHAPE'],
    [() => '{"log":{"entries":{}}}', 'HAR_SHAPE'],
    [() => '{"log":{"entries":[{"__proto__":{"x":1}}]}}', 'HAR_SHAPE'],
    [() => '['.repeat(100_000), 'HAR_NOT_JSON'],
    [() => ' '.repeat(HAR_LIMIT_BYTES + 1), 'HAR_TOO_LARGE'],
    [() => JSON.stringify({ log: { entries: Array(HAR_ENTRIES_LIMIT + 1).fill(0) } }), 'HAR_TOO_MANY'],
  ])('made by %s is refused as %s', (source, code) => {
    expect(fromHar(source())).toMatchObject({ ok: false, problems: [{ code, fix: expect.any(String) }] });
  });

  it('with anything in it never throws, and gives only what the window can show', () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), record, (junk, good) => {
        const har = JSON.parse(write([good])) as { log: { entries: object[] } };
        const [entry] = har.log.entries;
        const mixed = junk.map((each) => ({ ...entry, request: each, _mogoly: each }));
        const read = fromHar(JSON.stringify({ log: { entries: [...mixed, { ...entry, _mogoly: junk }] } }));
        expect(read.ok && read.value.records.every(({ path }) => typeof path === 'string')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the check of archives', () => {
  it('finds fault with what is none', () => {
    expect(harProblems({ log: { version: '1.2', entries: [{}] } }).length).toBeGreaterThan(0);
  });
});
