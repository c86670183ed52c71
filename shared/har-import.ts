/** Reads an HTTP Archive 1.2, of Mogoly or of another tool: what is none of that is refused by name. */
import { z } from 'zod';
import { base64Of, isBase64, lengthOf } from './base64.ts';
import { OPCODES, type ExchangeRecord, type FrameKind } from './capture.ts';
import { failure, problem, success, type Result } from './problem.ts';

/** Of a file that is read; a day of a browser's traffic is less. */
export const HAR_LIMIT_BYTES = 64 * 1024 * 1024;
/** Of a file that is read; more cannot be looked through. */
export const HAR_ENTRIES_LIMIT = 20_000;
const HEADERS_LIMIT = 500;
const ATTEMPTS_LIMIT = 1_000;
const FRAMES_LIMIT = 10_000;

type Pair = [string, string];
const pair = z.object({ name: z.string(), value: z.string() }).transform(({ name, value }): Pair => [name, value]);
const headers = z.array(pair).max(HEADERS_LIMIT).default([]);
const size = z.number().catch(-1).default(-1);
const text = z.string().optional();

const base64 = z.string().refine(isBase64);
const body = z.object({ base64, size: z.number().nonnegative(), isTruncated: z.boolean(), decoded: text }).optional();
const kinds: FrameKind[] = [...Object.values(OPCODES), 'unknown'];
const frame = z.object({
  atMs: z.number(),
  from: z.enum(['client', 'backend']),
  kind: z.enum(kinds),
  isFinal: z.boolean(),
  isCompressed: z.boolean(),
  size: z.number().nonnegative(),
  base64,
});

/** What our own exports say beyond the standard; damaged, it is passed over. */
const ownSchema = z.object({
  exchange: z.object({
    firstByteMs: z.number().optional(),
    site: z.string(),
    route: z.string(),
    host: z.string(),
    path: z.string(),
    backend: text,
    attempts: z.array(z.object({ backend: z.string(), error: text })).max(ATTEMPTS_LIMIT),
    client: z.string(),
    protocol: z.enum(['1.0', '1.1', '2', 'websocket']),
    bytesIn: z.number().nonnegative(),
    bytesOut: z.number().nonnegative(),
    error: text,
    queuedMs: z.number().optional(),
    connectMs: z.number().optional(),
    backendPath: text,
    tls: z.literal(true).optional(),
  }),
  captured: z
    .object({
      requestBody: body,
      responseBody: body,
      frames: z.array(frame).max(FRAMES_LIMIT).optional(),
      framesDropped: z.number().optional(),
      isGone: z.literal(true).optional(),
    })
    .optional(),
});

/** What is read of an archive, ours or another's; all else is passed over. */
const entrySchema = z.object({
  startedDateTime: z
    .string()
    .transform((at) => Date.parse(at))
    .pipe(z.number()),
  time: z.number().nonnegative().catch(0),
  request: z.object({
    method: z.string().min(1).max(40),
    url: z.string().min(1).max(65_536),
    httpVersion: z.string().default(''),
    headers,
    bodySize: size,
    postData: z.object({ text, mimeType: text, _encoding: text }).optional().catch(undefined),
  }),
  response: z.object({
    status: z.number().int().min(0).max(999),
    headers,
    bodySize: size,
    content: z.object({ size, text, encoding: text }).prefault({}),
  }),
  timings: z.object({ blocked: size, dns: size, connect: size, send: size, wait: size, ssl: size }).prefault({}),
  serverIPAddress: text,
  _resourceType: text,
  _mogoly: ownSchema.optional().catch(undefined),
});
type HarEntry = z.output<typeof entrySchema>;

const harSchema = z.object({ log: z.object({ entries: z.array(z.unknown()).max(HAR_ENTRIES_LIMIT) }) });

export interface Imported {
  records: ExchangeRecord[];
  /** Entries that are none. */
  skipped: number;
}

/** Ids count from 1, oldest first. Problems: HAR_TOO_LARGE, HAR_NOT_JSON, HAR_SHAPE, HAR_TOO_MANY. */
export function fromHar(source: string): Result<Imported> {
  if (source.length > HAR_LIMIT_BYTES)
    return refuse(
      'HAR_TOO_LARGE',
      `The file is larger than ${HAR_LIMIT_BYTES / 1024 ** 2} MiB.`,
      'Export fewer requests.',
    );
  const json = parseJson(source);
  if (json === undefined)
    return refuse('HAR_NOT_JSON', 'The file is not JSON, so it is no HTTP archive.', 'Choose a .har file.');
  const archive = harSchema.safeParse(json);
  if (!archive.success) {
    const isLong = archive.error.issues.some(({ code }) => code === 'too_big');
    return isLong
      ? refuse('HAR_TOO_MANY', `The archive has more than ${HAR_ENTRIES_LIMIT} requests.`, 'Export fewer requests.')
      : refuse('HAR_SHAPE', 'The file has no "log.entries", so it is no HTTP archive.', 'Choose a .har file.');
  }
  const entries = archive.data.log.entries.flatMap((entry) => {
    const read = entrySchema.safeParse(entry);
    return read.success ? [read.data] : [];
  });
  const skipped = archive.data.log.entries.length - entries.length;
  if (entries.length === 0 && skipped > 0)
    return refuse('HAR_SHAPE', `None of its ${skipped} entries is a request with an answer.`, 'Choose another file.');
  entries.sort((a, b) => a.startedDateTime - b.startedDateTime);
  return success({ records: entries.map((entry, index) => recordOf(entry, index + 1)), skipped });
}

function recordOf(entry: HarEntry, id: number): ExchangeRecord {
  const plain = plainRecordOf(entry, id);
  const own = entry._mogoly;
  if (own === undefined) return plain;
  const {
    queuedMs: _queued,
    connectMs: _connect,
    firstByteMs: _first,
    captured: _captured,
    tls: _tls,
    ...rest
  } = plain;
  return defined({ ...rest, ...own.exchange, captured: own.captured }) as ExchangeRecord;
}

/** Without the keys that have no value. */
function defined(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}

/** By what the standard has of it. */
function plainRecordOf(entry: HarEntry, id: number): ExchangeRecord {
  const { request, response, timings } = entry;
  const [, scheme = '', host = '', path = ''] = /^([a-z]+):\/\/([^/?#]*)([^#]*)/i.exec(request.url) ?? [
    '',
    '',
    '',
    request.url,
  ];
  const queuedMs = Math.max(0, timings.blocked) + Math.max(0, timings.dns);
  const connectMs = Math.max(0, timings.connect);
  const record: ExchangeRecord = {
    id,
    startedAt: entry.startedDateTime,
    durationMs: entry.time,
    firstByteMs: Math.min(entry.time, queuedMs + connectMs + Math.max(0, timings.send) + Math.max(0, timings.wait)),
    site: '',
    route: '',
    method: request.method,
    host: host.replace(/:\d+$/, ''),
    path: path === '' ? '/' : path,
    status: response.status,
    attempts: [],
    client: '',
    protocol: protocolOf(entry, scheme),
    bytesIn: Math.max(0, request.bodySize),
    bytesOut: Math.max(0, response.bodySize, response.content.size),
    requestHeaders: request.headers,
    responseHeaders: response.headers,
    captured: {
      ...bodyOf('requestBody', request.postData?.text, request.postData?._encoding),
      ...bodyOf('responseBody', response.content.text, response.content.encoding),
    },
  };
  if (queuedMs > 0) record.queuedMs = queuedMs;
  if (connectMs > 0) record.connectMs = connectMs;
  if (/^(https|wss)$/i.test(scheme)) record.tls = true;
  return record;
}

function protocolOf({ request, _resourceType }: HarEntry, scheme: string): ExchangeRecord['protocol'] {
  if (_resourceType === 'websocket' || /^wss?$/i.test(scheme)) return 'websocket';
  const version = request.httpVersion.toLowerCase();
  return version.includes('2') || version.includes('3') ? '2' : version.includes('1.0') ? '1.0' : '1.1';
}

function bodyOf(name: 'requestBody' | 'responseBody', content: string | undefined, encoding: string | undefined) {
  if (content === undefined || content === '') return {};
  const base64 = encoding === 'base64' && isBase64(content) ? content : base64Of(content);
  return { [name]: { base64, size: lengthOf(base64), isTruncated: false } };
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return undefined; // said by the caller
  }
}

const refuse = (code: string, message: string, fix: string) => failure(problem(code, message, { fix }));
