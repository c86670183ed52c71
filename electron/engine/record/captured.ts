/** What was captured of an exchange, made ready to be shown: content codings taken off, credentials replaced. */
import { promisify } from 'node:util';
import { brotliDecompress, constants, gunzip, inflate } from 'node:zlib';
import type { Captured, CapturedBody, CapturedFrame } from '../../../shared/capture.ts';
import type { ExchangeTap, KeptBody } from '../exchange-tap.ts';
import type { RecordedExchange } from './exchanges.ts';
import { redactBody, redactMessage } from './redact-body.ts';

/** A captured body that would unpack to more is shown up to here. */
const DECODED_LIMIT = 2 * 1024 * 1024;

const zlibOptions = { maxOutputLength: DECODED_LIMIT, finishFlush: constants.Z_SYNC_FLUSH };
const brotliOptions = { maxOutputLength: DECODED_LIMIT, finishFlush: constants.BROTLI_OPERATION_FLUSH };
const DECODERS: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: (bytes) => promisify(gunzip)(bytes, zlibOptions) as Promise<Buffer>,
  deflate: (bytes) => promisify(inflate)(bytes, zlibOptions) as Promise<Buffer>,
  br: (bytes) => promisify(brotliDecompress)(bytes, brotliOptions) as Promise<Buffer>,
};

/** Undefined where nothing was captured. */
export async function readCaptured(exchange: RecordedExchange): Promise<Captured | undefined> {
  if (exchange.capture === undefined) return undefined;
  const kept = exchange.capture.kept();
  if (kept === undefined) return { isGone: true };
  const captured: Captured = {
    requestBody: await readBody(kept.request, exchange.rawRequestHeaders),
    responseBody: await readBody(kept.response, exchange.rawResponseHeaders),
  };
  if (exchange.protocol !== 'websocket') return captured;
  return { ...captured, frames: kept.frames.map(readFrame), framesDropped: kept.framesDropped };
}

/** For a replay: the bytes of the request as they came, or why they cannot be had. */
export function requestBodyOf(capture: ExchangeTap | undefined): Buffer | 'missing' | 'truncated' {
  const kept = capture?.kept()?.request;
  if (kept === undefined) return 'missing';
  return kept.isWhole && kept.size === kept.bytes.length ? kept.bytes : 'truncated';
}

async function readBody({ bytes, size, isWhole }: KeptBody, headers: readonly string[]): Promise<CapturedBody> {
  const coding = valueOf(headers, 'content-encoding').trim().toLowerCase();
  const decoded = bytes.length > 0 ? await decode(bytes, coding) : undefined;
  const shown = redactBody(decoded ?? bytes, valueOf(headers, 'content-type'));
  const body: CapturedBody = {
    base64: shown.toString('base64'),
    size,
    isTruncated: !isWhole || size > bytes.length,
  };
  return decoded === undefined ? body : { ...body, decoded: coding };
}

/** Undefined where the coding is none, unknown, or not what the bytes are. */
async function decode(bytes: Buffer, coding: string): Promise<Buffer | undefined> {
  const decoder = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
  try {
    return await decoder?.(bytes);
  } catch {
    return undefined; // shown as it came
  }
}

function readFrame(frame: CapturedFrame): CapturedFrame {
  if (frame.kind !== 'text' || frame.isCompressed) return frame;
  return { ...frame, base64: redactMessage(Buffer.from(frame.base64, 'base64')).toString('base64') };
}

function valueOf(flat: readonly string[], name: string): string {
  for (let i = 0; i + 1 < flat.length; i += 2) if (flat[i]!.toLowerCase() === name) return flat[i + 1]!;
  return '';
}
