import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, createGunzip, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compress, negotiate } from '../../../electron/engine/middleware/compress.ts';
import type { MiddlewareResponse } from '../../../electron/engine/generation.ts';
import { build, makeRequest, makeResponse } from '../../kit/middleware-request.ts';

const TEXT = 'hello '.repeat(1_000);
const HTML = [
  'Content-Type',
  'text/html; charset=utf-8',
  'Content-Length',
  String(TEXT.length),
  'ETag',
  '"a"',
  'Accept-Ranges',
  'bytes',
];

async function encode(accept: string, response: MiddlewareResponse): Promise<Buffer | undefined> {
  const middleware = build(compress, {});
  const request = makeRequest({}, ['Accept-Encoding', accept]);
  middleware.onResponse!(response, request);
  const transform = middleware.transformBody!(response, request);
  if (!transform) return undefined;
  const chunks: Buffer[] = [];
  await pipeline(Readable.from([Buffer.from(TEXT)]), transform, async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

describe('compress', () => {
  it('sends Brotli or gzip that decompresses to what the backend sent', async () => {
    expect(brotliDecompressSync((await encode('gzip, br', makeResponse(200, HTML)))!).toString()).toBe(TEXT);
    expect(gunzipSync((await encode('gzip, br;q=0.5', makeResponse(200, HTML)))!).toString()).toBe(TEXT);
  });

  it('adjusts the head: encoding, no length, Vary, a weak tag', async () => {
    const response = makeResponse(200, HTML);
    await encode('br', response);
    expect(response.headers.entries()).toEqual([
      ['Content-Type', 'text/html; charset=utf-8'],
      ['ETag', 'W/"a"'],
      ['Vary', 'Accept-Encoding'],
      ['Content-Encoding', 'br'],
    ]);
  });

  it.each([
    ['small bodies', 200, ['Content-Type', 'text/html', 'Content-Length', '10']],
    ['images', 200, ['Content-Type', 'image/png']],
    ['encoded bodies', 200, ['Content-Type', 'text/html', 'Content-Encoding', 'gzip']],
    ['no-transform', 200, ['Content-Type', 'text/html', 'Cache-Control', 'public, no-transform']],
    ['server-sent events', 200, ['Content-Type', 'text/event-stream']],
    ['partial answers', 206, ['Content-Type', 'text/html']],
    ['304', 304, ['Content-Type', 'text/html']],
    ['204', 204, []],
  ])('leaves %s alone', async (_what, status, headers) => {
    const response = makeResponse(status, headers);
    expect(await encode('br', response)).toBeUndefined();
    expect(response.headers.has('vary')).toBe(false);
  });

  it('answers HEAD and clients that accept nothing unencoded, but varies', async () => {
    const response = makeResponse(200, HTML);
    expect(await encode('identity', response)).toBeUndefined();
    expect(response.headers.get('vary')).toBe('Accept-Encoding');
    const head = makeResponse(200, HTML);
    const request = makeRequest({ method: 'HEAD' }, ['Accept-Encoding', 'br']);
    build(compress, {}).onResponse!(head, request);
    expect(head.headers.has('content-encoding')).toBe(false);
  });

  it('sends each chunk of a stream of unknown length at once', async () => {
    const middleware = build(compress, { encodings: ['gzip'] });
    const request = makeRequest({}, ['Accept-Encoding', 'gzip']);
    const response = makeResponse(200, ['Content-Type', 'application/x-ndjson']);
    middleware.onResponse!(response, request);
    const transform = middleware.transformBody!(response, request)!;
    const plain = transform.pipe(createGunzip());
    const first = new Promise<string>((resolve) => plain.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    transform.write('{"n":1}\n');
    expect(await first).toBe('{"n":1}\n');
    transform.destroy();
    plain.destroy();
  });

  it('negotiates by q', () => {
    const both = ['br', 'gzip'] as const;
    expect(negotiate('', both)).toBeUndefined();
    expect(negotiate('*', both)).toBe('br');
    expect(negotiate('br;q=0, *', both)).toBe('gzip');
    expect(negotiate('gzip;q=0.8, br;q=0.2', both)).toBe('gzip');
    expect(negotiate('gzip;q=0', both)).toBeUndefined();
    expect(negotiate('gzip;q=nonsense', both)).toBeUndefined();
    expect(negotiate('identity, gzip;q=0.5', both)).toBeUndefined();
  });

  it('refuses unknown encodings', () => {
    expect(compress.schema.safeParse({ encodings: ['zstd'] }).success).toBe(false);
    expect(compress.schema.safeParse({ min_length: -1 }).success).toBe(false);
  });
});
