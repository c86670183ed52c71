/** Frames of HTTP/2 as they stand on the wire (RFC 9113 sections 4 and 6), written as text of a character a byte. */

export const FRAME_HEAD_BYTES = 9;
/** The largest we take: SETTINGS_MAX_FRAME_SIZE as it is where nobody says otherwise. */
export const MAX_FRAME_BYTES = 16_384;
/** What a connection begins with (RFC 9113 section 3.4). */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PUSH_PROMISE = 5;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 0x1;
export const ACK = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const WITH_PRIORITY = 0x20;

/** RFC 9113 section 7. */
export const ERROR = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  SETTINGS_TIMEOUT: 4,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  ENHANCE_YOUR_CALM: 11,
} as const;

/** What ends the whole connection (RFC 9113 section 5.4.1). */
export class ConnectionError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What ends one stream (RFC 9113 section 5.4.2). */
export class StreamError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const frameHead = (length: number, type: number, flags: number, id: number): string =>
  String.fromCharCode(
    length >>> 16,
    (length >>> 8) & 255,
    length & 255,
    type,
    flags,
    id >>> 24,
    (id >>> 16) & 255,
    (id >>> 8) & 255,
    id & 255,
  );

export const frame = (type: number, flags: number, id: number, payload: string): string =>
  frameHead(payload.length, type, flags, id) + payload;

const uint32 = (value: number): string =>
  String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);

export const resetFrame = (id: number, code: number): string => frame(RST_STREAM, 0, id, uint32(code));

export const windowUpdateFrame = (id: number, increment: number): string =>
  frame(WINDOW_UPDATE, 0, id, uint32(increment));

/** `reason` is for who debugs the other side. */
export const goAwayFrame = (lastId: number, code: number, reason: string): string =>
  frame(GOAWAY, 0, 0, uint32(lastId) + uint32(code) + reason);

export const settingsFrame = (settings: readonly (readonly [id: number, value: number])[]): string =>
  frame(
    SETTINGS,
    0,
    0,
    settings.map(([id, value]) => String.fromCharCode(id >>> 8, id & 255) + uint32(value)).join(''),
  );

/** A header block, in as many frames as its size asks for (RFC 9113 section 4.3). */
export function headersFrames(id: number, block: string, isEnd: boolean): string {
  const flags = isEnd ? END_STREAM : 0;
  if (block.length <= MAX_FRAME_BYTES) return frame(HEADERS, flags | END_HEADERS, id, block);
  let out = frame(HEADERS, flags, id, block.slice(0, MAX_FRAME_BYTES));
  for (let at = MAX_FRAME_BYTES; at < block.length; at += MAX_FRAME_BYTES) {
    const isLast = at + MAX_FRAME_BYTES >= block.length;
    out += frame(CONTINUATION, isLast ? END_HEADERS : 0, id, block.slice(at, at + MAX_FRAME_BYTES));
  }
  return out;
}
