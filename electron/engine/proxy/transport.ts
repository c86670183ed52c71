/** How a request gets to a backend: one transport an origin, kept over generations while the origin stays. */
import type { Readable } from 'node:stream';
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { Pool } from 'undici';
import type { Origin } from '../generation.ts';
import { createHttp2Transport } from './transport-http2.ts';
import { createNodeTransport } from './transport-node.ts';
import { createTlsTransport } from './transport-tls.ts';

/** Connecting to a dev server is quick or it is not there. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** As much as a request may have: dev servers send long Link and Set-Cookie fields. */
export const MAX_RESPONSE_HEAD_BYTES = 64 * 1024;

/** Between the two loopback families (RFC 8305 section 5). */
export const FAMILY_ATTEMPT_MS = 250;

/** Drained connections are cut after this. */
const DRAIN_DEADLINE_MS = 30_000;

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

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export const isLocalhost = (hostname: string): boolean => hostname === 'localhost' || hostname.endsWith('.localhost');

/** `localhost` is both loopback addresses, whatever the hosts file says (RFC 6761 section 6.3). */
export function loopbackLookup(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  if (!isLocalhost(hostname)) systemLookup(hostname, options as { all: true }, callback);
  else if (options.all) callback(null, LOOPBACK);
  else callback(null, '127.0.0.1', 4);
}

/** A dev server's certificate is its own; further away it has to be right. */
export const acceptsAnyCertificate = (hostname: string): boolean =>
  isLocalhost(hostname) || hostname.startsWith('127.') || hostname === '::1';

export const connectOptions = (origin: Origin): object => ({
  timeout: CONNECT_TIMEOUT_MS,
  lookup: loopbackLookup,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: FAMILY_ATTEMPT_MS,
  rejectUnauthorized: !acceptsAnyCertificate(origin.hostname),
});

/** HTTP/1.1 through an undici pool; what undici cannot carry goes through node:http. */
export function createHttp1Transport(origin: Origin): Transport {
  const pool = new Pool(origin.origin, { connect: connectOptions(origin), pipelining: 1, maxHeaderSize: MAX_RESPONSE_HEAD_BYTES });
  const node = createNodeTransport(origin);
  return {
    dispatch(request, handler, needs) {
      if (needs !== undefined && (needs.expectContinue || needs.trailers)) node.dispatch(request, handler, needs);
      else pool.dispatch(request as never, handler as never);
    },
    close: async () => {
      await Promise.all([pool.close(), node.close()]);
    },
    destroy: async () => {
      await Promise.all([pool.destroy(), node.destroy()]);
    },
  };
}

const create = (origin: Origin): Transport => {
  if (origin.protocol === 'h2c') return createHttp2Transport(origin);
  return origin.protocol === 'https' ? createTlsTransport(origin) : createHttp1Transport(origin);
};

export interface Transports {
  get: (origin: Origin) => Transport;
  /** Drains the transports of origins that are gone. */
  retain: (origins: Iterable<Origin>) => void;
  close: () => Promise<void>;
}

const keyOf = (origin: Origin): string => (origin.protocol === 'h2c' ? `h2c ${origin.origin}` : origin.origin);

export function createTransports(): Transports {
  const open = new Map<string, Transport>();
  const draining = new Set<Promise<void>>();
  const drain = (transport: Transport): void => {
    const deadline = setTimeout(() => void transport.destroy(), DRAIN_DEADLINE_MS);
    deadline.unref();
    const done = transport.close().catch(() => undefined).finally(() => {
      clearTimeout(deadline);
      draining.delete(done);
    });
    draining.add(done);
  };
  return {
    get(origin) {
      const key = keyOf(origin);
      let transport = open.get(key);
      if (transport === undefined) open.set(key, (transport = create(origin)));
      return transport;
    },
    retain(origins) {
      const kept = new Set<string>();
      for (const origin of origins) kept.add(keyOf(origin));
      for (const [key, transport] of open) {
        if (kept.has(key)) continue;
        open.delete(key);
        drain(transport);
      }
    },
    async close() {
      await Promise.allSettled([...open.values()].map((transport) => transport.destroy()));
      open.clear();
      await Promise.allSettled(draining);
    },
  };
}
