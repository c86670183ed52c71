/** What the proxy tells of an exchange while it passes, where capture is on; and of replays of its own. */
import type { CapturedFrame } from '../../shared/capture.ts';

export interface KeptBody {
  bytes: Buffer;
  /** As it passed. */
  size: number;
  /** The last byte of the body has passed. */
  isWhole: boolean;
}

export interface KeptCapture {
  request: KeptBody;
  response: KeptBody;
  frames: readonly CapturedFrame[];
  framesDropped: number;
}

/** Copies what passes, within its bounds; nothing here ever holds an exchange up. */
export interface ExchangeTap {
  requestBody: (chunk: Buffer) => void;
  /** The whole body of the request has passed, or there is none. */
  requestEnd: () => void;
  /** Text has a character a byte. */
  responseBody: (chunk: Buffer | string) => void;
  /** Bytes of a WebSocket. */
  frames: (from: 'client' | 'backend', bytes: Buffer) => void;
  /** Undefined once it has made room for newer ones. */
  kept: () => KeptCapture | undefined;
}

export interface Captures {
  /** Read for every request. */
  readonly isOn: boolean;
  /** Undefined for a site that is not captured. */
  open: (site: string) => ExchangeTap | undefined;
}

/** An exchange of our own that sends another one again; found by the port it comes from. */
export interface ReplayMark {
  of: number;
  /** Of our end. */
  address: string;
  /** Called once with the id of the new exchange. */
  onRecorded: (id: number) => void;
}
