/** Recorded exchanges as an HTTP Archive 1.2, which other tools read too. */
import { textOf } from './base64.ts';
import { OPCODES, type CapturedBody, type ExchangeRecord } from './capture.ts';

export interface HarCreator {
  name: string;
  version: string;
}

type Pair = [string, string];
const named = ([name, value]: Pair): { name: string; value: string } => ({ name, value });

/** As JSON, indented; entries oldest first. */
export function toHar(
  records: readonly ExchangeRecord[],
  creator: HarCreator,
  urlOf: (record: ExchangeRecord) => string,
): string {
  const entries = records.map((record) => entryOf(record, urlOf(record)));
  return JSON.stringify({ log: { version: '1.2', creator, entries } }, null, 1);
}

function entryOf(record: ExchangeRecord, url: string): object {
  const { requestHeaders, responseHeaders, captured } = record;
  const httpVersion = record.protocol === 'websocket' ? 'HTTP/1.1' : `HTTP/${record.protocol}`;
  return {
    startedDateTime: new Date(record.startedAt).toISOString(),
    time: record.durationMs,
    request: {
      method: record.method,
      url,
      httpVersion,
      cookies: [],
      headers: requestHeaders.map(named),
      queryString: queryOf(url),
      headersSize: -1,
      bodySize: record.bytesIn,
      ...postDataOf(captured?.requestBody, valueOf(requestHeaders, 'content-type')),
    },
    response: {
      status: record.status,
      statusText: '',
      httpVersion,
      cookies: [],
      headers: responseHeaders.map(named),
      content: contentOf(captured?.responseBody, record.bytesOut, valueOf(responseHeaders, 'content-type')),
      redirectURL: valueOf(responseHeaders, 'location'),
      headersSize: -1,
      bodySize: record.bytesOut,
    },
    cache: {},
    timings: timingsOf(record),
    ...(record.error === undefined ? {} : { comment: record.error }),
    ...webSocketOf(record),
    _mogoly: ownOf(record),
  };
}

/** What HAR has no place for; fields of our own begin with an underscore, as the specification asks. */
function ownOf(record: ExchangeRecord): object {
  const { requestHeaders: _out, responseHeaders: _in, captured, ...exchange } = record;
  return { exchange, ...(captured === undefined ? {} : { captured }) };
}

function timingsOf({ durationMs, firstByteMs, queuedMs = 0, connectMs }: ExchangeRecord): object {
  const before = queuedMs + (connectMs ?? 0);
  const wait = firstByteMs === undefined ? Math.max(0, durationMs - before) : Math.max(0, firstByteMs - before);
  return {
    blocked: queuedMs,
    dns: -1,
    connect: connectMs ?? -1,
    send: 0,
    wait,
    receive: firstByteMs === undefined ? 0 : Math.max(0, durationMs - firstByteMs),
    ssl: -1,
  };
}

function queryOf(url: string): { name: string; value: string }[] {
  const query = /\?([^#]*)/.exec(url)?.[1];
  if (query === undefined || query === '') return [];
  return query.split('&').map((part) => {
    const equals = part.indexOf('=');
    return equals === -1 ? { name: part, value: '' } : { name: part.slice(0, equals), value: part.slice(equals + 1) };
  });
}

function postDataOf(body: CapturedBody | undefined, mimeType: string): object {
  if (body === undefined || body.base64 === '') return {};
  const text = textOf(body.base64);
  return {
    postData: text === undefined ? { mimeType, text: body.base64, _encoding: 'base64' } : { mimeType, text },
  };
}

function contentOf(body: CapturedBody | undefined, size: number, mimeType: string): object {
  if (body === undefined || body.base64 === '') return { size, mimeType };
  const text = textOf(body.base64);
  const shown = text === undefined ? { text: body.base64, encoding: 'base64' } : { text };
  return { size, mimeType, ...shown, ...(body.isTruncated ? { comment: 'truncated' } : {}) };
}

const OPCODE_OF = new Map<string, number>(Object.entries(OPCODES).map(([code, kind]) => [kind, Number(code)]));

/** As Chromium writes them. */
function webSocketOf({ captured, startedAt }: ExchangeRecord): object {
  if (captured?.frames === undefined) return {};
  return {
    _resourceType: 'websocket',
    _webSocketMessages: captured.frames.map((frame) => ({
      type: frame.from === 'client' ? 'send' : 'receive',
      time: (startedAt + frame.atMs) / 1_000,
      opcode: OPCODE_OF.get(frame.kind) ?? -1,
      data: frame.kind === 'text' ? (textOf(frame.base64) ?? frame.base64) : frame.base64,
    })),
  };
}

const valueOf = (pairs: readonly Pair[], name: string): string =>
  pairs.find(([each]) => each.toLowerCase() === name)?.[1] ?? '';
