/** One probe: a GET to a backend on a connection of its own, and in one plain sentence why it failed. */
import { request as httpRequest } from 'node:http';
import { connect as http2Connect } from 'node:http2';
import { connect, isIP } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Backend, HealthPolicy, Origin } from '../generation.ts';

/** `status` and `durationMs` where the backend answered. */
export type ProbeResult =
  | { ok: true; durationMs: number; status?: number }
  | { ok: false; reason: string; durationMs?: number; status?: number };
export type Probe = (backend: Backend, policy: HealthPolicy, signal: AbortSignal) => Promise<ProbeResult>;

/** Read off after the head, so that a dev server sees its answer taken; past it the connection is dropped. */
const DRAIN_BYTES = 64 * 1024;
/** An address of a name that says nothing for so long makes way for the next one. */
const NEXT_ADDRESS_MS = 250;
const HEADERS = { 'user-agent': 'mogoly-health', accept: '*/*' };

/**
 * Asks the backend for `policy.path`; passes when the status is in `policy.expect` before `policy.timeoutMs`.
 * Redirects are not followed, certificates not checked (dev servers sign their own). Never rejects; an aborted signal
 * is a failed probe too.
 */
export function probe(backend: Backend, policy: HealthPolicy, signal: AbortSignal): Promise<ProbeResult> {
  const { origin } = backend;
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket = dial(origin);
    const end = (): void => void socket.destroy();
    const fail = (reason: string): void => {
      resolve({ ok: false, reason });
      end();
    };
    const failWith = (error: unknown): void => fail(failureOf(error, origin));
    const abort = (): void => fail('the probe was stopped');
    const timer = setTimeout(() => fail(`no answer within ${spoken(policy.timeoutMs)}`), policy.timeoutMs);
    timer.unref();
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', failWith);
    socket.on('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      fail('connection closed without an answer');
    });
    const judge = (status: number): void => {
      const durationMs = performance.now() - startedAt;
      if (isExpected(status, policy.expect)) resolve({ ok: true, durationMs, status });
      else resolve({ ok: false, reason: `status ${status} is not in ${rangesOf(policy.expect)}`, durationMs, status });
    };
    const asking: Asking = { origin, path: policy.path, judge, failWith, end };
    if (signal.aborted) abort();
    else if (origin.protocol === 'https') socket.once('connect', () => askOverTls(socket, asking));
    else if (origin.protocol === 'h2c') askHttp2(socket, asking);
    else askHttp1(socket, asking);
  });
}

interface Asking {
  origin: Origin;
  path: string;
  judge: (status: number) => void;
  failWith: (error: unknown) => void;
  end: () => void;
}

/** `localhost` is tried on both of its addresses, whatever the system's resolver says. */
function dial(origin: Origin): Socket {
  const host = hostOf(origin);
  return connect({
    host,
    port: origin.port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    ...(isLocalhost(host) ? { lookup: lookupLocalhost } : {}),
  });
}

const hostOf = (origin: Origin): string =>
  origin.hostname.startsWith('[') ? origin.hostname.slice(1, -1) : origin.hostname;
const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');
const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

const lookupLocalhost: LookupFunction = (_host, options, done) => {
  process.nextTick(() => (options.all === true ? done(null, LOOPBACK) : done(null, '127.0.0.1', 4)));
};

function askOverTls(socket: Socket, asking: Asking): void {
  const host = hostOf(asking.origin);
  const secure = tlsConnect({
    socket,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1', 'h2'],
    ...(isIP(host) ? {} : { servername: host }),
  });
  secure.on('error', asking.failWith);
  secure.once('secureConnect', () =>
    secure.alpnProtocol === 'h2' ? askHttp2(secure, asking) : askHttp1(secure, asking),
  );
}

function askHttp1(socket: Duplex, { origin, path, judge, failWith, end }: Asking): void {
  const headers = { ...HEADERS, host: origin.authority, connection: 'close' };
  const request = httpRequest({ method: 'GET', path, headers, createConnection: () => socket as Socket });
  request.on('error', failWith);
  request.on('response', (response) => {
    judge(response.statusCode ?? 0);
    let drained = 0;
    response.on('data', (chunk: Buffer) => {
      drained += chunk.length;
      if (drained > DRAIN_BYTES) end();
    });
    response.on('error', end);
    response.on('end', end);
  });
  request.end();
}

function askHttp2(socket: Duplex, { origin, path, judge, failWith, end }: Asking): void {
  const session = http2Connect(origin.origin, { createConnection: () => socket });
  session.on('error', failWith);
  const stream = session.request({ ...HEADERS, ':path': path, ':authority': origin.authority });
  stream.on('error', failWith);
  stream.on('response', (headers) => {
    judge(headers[':status'] ?? 0);
    stream.close();
    session.destroy();
    end();
  });
  stream.end();
}

export function isExpected(status: number, expect: HealthPolicy['expect']): boolean {
  return expect.some(([first, last]) => status >= first && status <= last);
}

export function rangesOf(expect: HealthPolicy['expect']): string {
  return expect.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}

export const spoken = (ms: number): string => (ms < 1_000 ? `${ms}ms` : `${ms / 1_000}s`);

function failureOf(error: unknown, origin: Origin): string {
  const code = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection reset';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `host not found: ${hostOf(origin)}`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'host unreachable';
    case 'ETIMEDOUT':
      return 'no answer to the connection';
  }
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return 'TLS failed: the port may speak plain http';
  if (code.startsWith('ERR_HTTP2')) return 'the answer is not HTTP/2';
  return error instanceof Error ? error.message : String(error);
}

/** Of a name tried on several addresses, what the first one said. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError)
    return codeOf(error.errors.find((one) => codeOf(one) === 'ECONNREFUSED') ?? error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
