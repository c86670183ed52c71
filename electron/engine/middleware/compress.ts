/** Compresses answers for clients that can read them so (RFC 9110 §8.4, §12.5.3). */
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { Transform } from 'node:stream';
import { z } from 'zod';
import type { HeaderList, MiddlewareFactory, MiddlewareRequest, MiddlewareResponse } from '../generation.ts';
import { addVary } from './vary.ts';

const ENCODINGS = ['br', 'gzip'] as const;
type Encoding = (typeof ENCODINGS)[number];

/** Quick enough to be invisible on a dev machine; higher ones cost more than they save. */
const BROTLI_QUALITY = 4;
const GZIP_LEVEL = 6;

const schema = z
  .strictObject({
    encodings: z
      .array(z.enum(ENCODINGS))
      .min(1)
      .default([...ENCODINGS])
      .meta({ title: 'Encodings', description: 'What may be used, the preferred one first (br, gzip).' }),
    min_length: z.number().int().min(0).default(1_024).meta({
      title: 'Shortest body, in bytes',
      description: 'What is known to be shorter goes as it is (1024).',
    }),
  })
  .meta({ title: 'Compression' });

interface Choice {
  encoding: Encoding;
  /** The length is not known: every chunk is sent on at once, so that streams stay live. */
  isStream: boolean;
}

/** Server-sent events, partial and already encoded answers, and those with `no-transform`, are left alone. */
export const compress: MiddlewareFactory<typeof schema> = {
  description: 'Compresses text answers with Brotli or gzip, as the client accepts.',
  schema,
  create: (config) => {
    const choices = new WeakMap<MiddlewareRequest, Choice>();
    return {
      name: 'compress',
      onResponse: (response, request) => {
        choices.delete(request);
        if (!isCompressible(response, config.min_length)) return;
        addVary(response.headers, 'Accept-Encoding');
        const encoding = negotiate(request.headers.getAll('accept-encoding').join(','), config.encodings);
        if (!encoding || request.method === 'HEAD') return;
        choices.set(request, { encoding, isStream: !response.headers.has('content-length') });
        rewriteHead(response.headers, encoding);
      },
      transformBody: (_response, request) => {
        const choice = choices.get(request);
        return choice && createEncoder(choice);
      },
    };
  },
};

/** The accepted encoding with the highest q; among equals the first of `offered`. Undefined: send it as it is. */
export function negotiate(acceptEncoding: string, offered: readonly Encoding[]): Encoding | undefined {
  const qualities = new Map<string, number>();
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((each) => each.trim());
    const written = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = written === undefined ? 1 : Number(written.slice(2));
    if (name !== '') qualities.set(name === 'x-gzip' ? 'gzip' : name, quality >= 0 && quality <= 1 ? quality : 0);
  }
  const qualityOf = (name: string): number => qualities.get(name) ?? qualities.get('*') ?? 0;
  const best = [...offered].sort((a, b) => qualityOf(b) - qualityOf(a))[0];
  const identity = qualities.get('identity') ?? 0;
  return best !== undefined && qualityOf(best) > 0 && qualityOf(best) >= identity ? best : undefined;
}

const APPLICATION_TYPES = new Set([
  'application/javascript',
  'application/json',
  'application/ld+json',
  'application/x-javascript',
  'application/xml',
  'application/x-ndjson',
  'application/yaml',
  'application/wasm',
  'font/otf',
  'font/ttf',
  'image/bmp',
  'image/vnd.microsoft.icon',
  'image/x-icon',
]);

function isCompressible({ status, headers }: MiddlewareResponse, minLength: number): boolean {
  if (status < 200 || status === 204 || status === 206 || status === 304) return false;
  if ((headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity' || headers.has('content-range'))
    return false;
  if (headers.getAll('cache-control').some((value) => value.toLowerCase().includes('no-transform'))) return false;
  const length = headers.get('content-length');
  return (length === undefined || Number(length) >= Math.max(1, minLength)) && isTextual(headers.get('content-type'));
}

function isTextual(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (type === 'text/event-stream') return false;
  return type.startsWith('text/') || type.endsWith('+json') || type.endsWith('+xml') || APPLICATION_TYPES.has(type);
}

/** Ranges and strong tags belong to the bytes as the backend sent them. */
function rewriteHead(headers: HeaderList, encoding: Encoding): void {
  headers.set('Content-Encoding', encoding);
  headers.delete('content-length');
  headers.delete('accept-ranges');
  const tag = headers.get('etag');
  if (tag?.startsWith('"')) headers.set('ETag', `W/${tag}`);
}

function createEncoder({ encoding, isStream }: Choice): Transform {
  if (encoding === 'gzip')
    return createGzip({ level: GZIP_LEVEL, flush: isStream ? constants.Z_SYNC_FLUSH : constants.Z_NO_FLUSH });
  return createBrotliCompress({
    flush: isStream ? constants.BROTLI_OPERATION_FLUSH : constants.BROTLI_OPERATION_PROCESS,
    params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
  });
}
