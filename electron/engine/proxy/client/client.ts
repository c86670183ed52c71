/** The client's side of an exchange: its request and the response to it, whichever HTTP it speaks. */
import type { Readable, Writable } from 'node:stream';

/** Bytes of a body after a write: `sent` nobody holds any more, `kept` wait their turn, `full` asks to wait for room too. */
export type Written = 'sent' | 'kept' | 'full';

export interface Client {
  readonly version: '1.0' | '1.1' | '2';
  readonly method: string;
  /** The request target as it was sent. */
  readonly target: string;
  /** Flat, as sent; over HTTP/2 with its pseudo-header fields. */
  readonly rawHeaders: string[];
  /** The client waits for 100 before it sends its body (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean;
  /** Told by the framing of HTTP/2; in HTTP/1 the fields tell. */
  readonly hasBody: boolean | undefined;
  /** The body of the request, which flows when somebody reads it. */
  readonly source: Readable;
  /** The request has arrived whole. */
  readonly isComplete: boolean;
  /** Flat; known once the body has ended. */
  readonly rawTrailers: string[];

  /** Of the head that was sent; 0 before. */
  readonly status: number;
  /** Nothing more can be sent. */
  readonly isGone: boolean;
  /** Once, when both sides are through with it or the client has left. */
  onClose: (listener: () => void) => void;

  sendContinue: () => void;
  /** Any other 1xx, as 103 with its Link fields (RFC 8297); what the client cannot take is left out. */
  sendInformational: (status: number, headers: string[]) => void;
  /** `headers` flat, without hop-by-hop fields; `hasBody` false ends the response. Throws for fields that are none. */
  sendHead: (status: number, statusText: string, headers: string[], hasBody: boolean) => void;
  /** The body is not there yet: the head goes out by itself, as event streams begin. */
  flushHead: () => void;
  /** The whole body, a character a byte. */
  endWithText: (body: string) => void;
  write: (chunk: Buffer) => Written;
  /** Once, when there is room again after a write that found none. */
  onDrain: (listener: () => void) => void;
  end: (chunk?: Buffer) => void;
  /** Before end(), flat. */
  setTrailers: (trailers: string[]) => void;
  /** For bodies that go through transforms. */
  readonly sink: Writable;
  /** Cuts the response off, so that it does not look whole. */
  destroy: () => void;
}
