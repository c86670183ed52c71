/** What the client says of itself, and what we say of us (RFC 9113 section 6.5). */
import {
  CONNECTION_WINDOW_BYTES,
  MAX_HEADER_LIST_BYTES,
  MAX_SETTINGS,
  MAX_STREAMS,
  MAX_WINDOW,
  STREAM_WINDOW_BYTES,
} from './bounds.ts';
import { ConnectionError, ERROR, MAX_FRAME_BYTES, settingsFrame, windowUpdateFrame } from './frames.ts';

const HEADER_TABLE_SIZE = 1;
const ENABLE_PUSH = 2;
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;
const MAX_FRAME_SIZE = 5;
const MAX_HEADER_LIST_SIZE = 6;
const ENABLE_CONNECT_PROTOCOL = 8;

/** Of a window that nobody has changed. */
export const DEFAULT_WINDOW_BYTES = 65_535;
const SETTING_BYTES = 6;
const LARGEST_FRAME = 2 ** 24 - 1;

/** Our side of the preface. */
export const GREETING =
  settingsFrame([
    [MAX_CONCURRENT_STREAMS, MAX_STREAMS],
    [INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
    [MAX_HEADER_LIST_SIZE, MAX_HEADER_LIST_BYTES],
    [ENABLE_CONNECT_PROTOCOL, 1], // RFC 8441
  ]) + windowUpdateFrame(0, CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES);

/** Settings of a client that matter to us; undefined where it says nothing. */
export interface ClientSettings {
  headerTableBytes?: number;
  windowBytes?: number;
}

/** Throws a ConnectionError. Frames larger than the least that all must take are never sent, so their size is no matter. */
export function readSettings(bytes: Buffer, start: number, end: number): ClientSettings {
  const count = (end - start) / SETTING_BYTES;
  if (!Number.isInteger(count)) throw new ConnectionError(ERROR.FRAME_SIZE_ERROR, 'settings cut short');
  if (count > MAX_SETTINGS) throw new ConnectionError(ERROR.ENHANCE_YOUR_CALM, 'too many settings');
  const settings: ClientSettings = {};
  for (let at = start; at < end; at += SETTING_BYTES)
    take(settings, bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
  return settings;
}

function take(settings: ClientSettings, id: number, value: number): void {
  if (id === HEADER_TABLE_SIZE) settings.headerTableBytes = value;
  else if (id === INITIAL_WINDOW_SIZE) {
    if (value > MAX_WINDOW) throw new ConnectionError(ERROR.FLOW_CONTROL_ERROR, 'a window that is too large');
    settings.windowBytes = value;
  } else if (
    ((id === ENABLE_PUSH || id === ENABLE_CONNECT_PROTOCOL) && value > 1) ||
    (id === MAX_FRAME_SIZE && (value < MAX_FRAME_BYTES || value > LARGEST_FRAME))
  )
    throw new ConnectionError(ERROR.PROTOCOL_ERROR, 'a setting out of its range');
}
