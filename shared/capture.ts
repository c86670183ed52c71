/** What is captured of exchanges when it is asked for: settings, bodies, WebSocket frames, and replays. */
import { z } from 'zod';
import type { Exchange, ExchangeDetail, Explanation } from './state.ts';

/** Of each body unless told: an API answer whole, the beginning of a bundle. */
export const CAPTURE_BODY_BYTES = 64 * 1024;
/** The most that can be asked for of each body. */
export const CAPTURE_BODY_LIMIT = 1024 * 1024;
/** Of all bodies and frames together; the oldest go first. */
export const CAPTURE_TOTAL_BYTES = 32 * 1024 * 1024;
/** Of a body written by hand for a replay. */
export const REPLAY_BODY_LIMIT = 1024 * 1024;
const SITES_LIMIT = 1_000;
const HEADERS_LIMIT = 200;
const PATH_LIMIT = 32_768;

export const captureSchema = z.strictObject({
  enabled: z.boolean(),
  bodyBytes: z.number().int().min(0).max(CAPTURE_BODY_LIMIT).default(CAPTURE_BODY_BYTES).describe('Of each body.'),
  sites: z.array(z.string().min(1)).max(SITES_LIMIT).optional().describe('Only these; all unless given.'),
});
export type CaptureSettings = z.output<typeof captureSchema>;

export interface CaptureState extends CaptureSettings {
  /** Held now, of `CAPTURE_TOTAL_BYTES`. */
  heldBytes: number;
}

export const replaySchema = z.strictObject({
  id: z.number().int(),
  edits: z
    .strictObject({
      method: z
        .string()
        .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,40}$/, 'is not a method')
        .optional(),
      path: z
        .string()
        .regex(/^\/[\x21-\x7e]*$/, 'must begin with / and have no spaces')
        .max(PATH_LIMIT)
        .optional(),
      headers: z
        .array(z.tuple([z.string().min(1).max(256), z.string().max(PATH_LIMIT)]))
        .max(HEADERS_LIMIT)
        .optional()
        .describe('All of them, in place of those that were sent.'),
      body: z.string().max(REPLAY_BODY_LIMIT).optional(),
    })
    .optional(),
});
export type ReplayEdits = NonNullable<z.output<typeof replaySchema>['edits']>;

/** A body as it passed, credentials in it replaced. */
export interface CapturedBody {
  /** Of the bytes kept; content codings are taken off where that was possible. */
  base64: string;
  /** As it passed, which may be more than was kept. */
  size: number;
  isTruncated: boolean;
  /** The content coding that was taken off: gzip, deflate, br. */
  decoded?: string;
}

export const OPCODES = { 0: 'more', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' } as const;
export type FrameKind = (typeof OPCODES)[keyof typeof OPCODES] | 'unknown';

/** One WebSocket frame (RFC 6455 section 5). */
export interface CapturedFrame {
  /** Since the beginning of the exchange. */
  atMs: number;
  from: 'client' | 'backend';
  kind: FrameKind;
  /** False where the message goes on in the next frame. */
  isFinal: boolean;
  /** By permessage-deflate (RFC 7692): the payload is not text. */
  isCompressed: boolean;
  size: number;
  /** Of the beginning of the payload. */
  base64: string;
}

export interface Captured {
  requestBody?: CapturedBody;
  responseBody?: CapturedBody;
  frames?: CapturedFrame[];
  /** Older frames that were let go. */
  framesDropped?: number;
  /** It was captured, and has made room for newer ones. */
  isGone?: true;
}

/** An exchange with all there is to show of it. */
export interface ExchangeRecord extends ExchangeDetail {
  /** Absent where capture was off. */
  captured?: Captured;
}

/** What became of an exchange, beside what would become of it now. */
export interface ExchangeExplanation {
  exchange: Exchange;
  now: Explanation;
}
