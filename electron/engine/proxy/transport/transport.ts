/** What every way to a backend looks like: one transport an origin, kept over generations while the origin stays. */
import type { Readable } from 'node:stream';
import type { Origin } from '../../generation.ts';
import type { Written } from '../client/client.ts';

export interface OutboundRequest {
  method: string;
  path: string;
  /** Flat; the first field is Host, none is hop-by-hop. */
  headers: string[];
  body: Readable | null;
  /** From the end of the request until the response head; 0 waits for ever. */
  responseTimeoutMs: number;
}

/** What few requests ask for. */
export interface OutboundNeeds {
  /** The backend decides about the body (RFC 9110 section 10.1.1). */
  expectContinue: boolean;
  /** Fields after the body, read once it has ended. */
  trailers: (() => string[]) | undefined;
  acceptsTrailers: boolean;
}

export interface ResponseHead {
  status: number;
  statusText: string;
  /** Flat, without hop-by-hop fields. */
  headers: string[];
  /** Bytes of the body; UNKNOWN_LENGTH when the backend did not say. */
  length: number;
}

export const UNKNOWN_LENGTH = -1;

/** Called in this order: onConnect, onInformational*, onHead, onText or onData*, onComplete; onError at any time, last. */
export interface ResponseHandler {
  /** From here on the request may have reached the backend. `abort` is good until the request is over. */
  onConnect: (abort: () => void) => void;
  /** Any 1xx but 101; headers are flat. */
  onInformational: (status: number, headers: string[]) => void;
  /** `resume` ends a pause that this call asked for by false, or onData. */
  onHead: (head: ResponseHead, resume: () => void) => boolean;
  /** The whole of a small body, a character a byte. */
  onText: (body: string) => void;
  /** Keeps the chunk as long as it likes, unless it says `sent`; `full` pauses. */
  onData: (chunk: Buffer) => Written;
  onComplete: (trailers: string[]) => void;
  onError: (error: Error) => void;
}

export interface Transport {
  dispatch: (request: OutboundRequest, handler: ResponseHandler, needs: OutboundNeeds | undefined) => void;
  /** Ends when the requests under way have. */
  close: () => Promise<void>;
  destroy: () => Promise<void>;
}

export interface Transports {
  get: (origin: Origin) => Transport;
  /** Drains the transports of origins that are gone. */
  retain: (origins: Iterable<Origin>) => void;
  close: () => Promise<void>;
}
