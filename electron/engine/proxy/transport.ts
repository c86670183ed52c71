/** What every way to a backend looks like: one transport an origin, kept over generations while the origin stays. */
import type { Readable } from 'node:stream';
import type { Origin } from '../generation.ts';

export interface OutboundRequest {
  method: string;
  path: string;
  /** Flat; the first field is Host. */
  headers: string[];
  body: Readable | null;
  /** Until the response head; 0 waits for ever. */
  headersTimeout: number;
  bodyTimeout: number;
}

/** What only some transports can carry; a request that needs it takes the slower way. */
export interface OutboundNeeds {
  /** The backend decides about the body (RFC 9110 section 10.1.1). */
  expectContinue: boolean;
  /** Fields after the body, read once it has ended. */
  trailers: (() => string[]) | undefined;
  acceptsTrailers: boolean;
}

/** The raw handler of undici 6, which every transport calls. */
export interface ResponseHandler {
  /** From here on the request may have reached the backend. */
  onConnect: (abort: (reason?: Error) => void) => void;
  /** Also for 1xx; headers as bytes or text; false pauses. */
  onHeaders: (status: number, headers: (Buffer | string)[], resume: () => void, statusText: string) => boolean;
  onData: (chunk: Buffer) => boolean;
  onComplete: (trailers: (Buffer | string)[] | null) => void;
  onError: (error: Error) => void;
  onUpgrade?: (status: number, headers: Buffer[], socket: unknown) => void;
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
