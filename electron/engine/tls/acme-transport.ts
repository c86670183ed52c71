/** HTTPS requests to an ACME directory: trusts its own CA file, ends on a signal, turns error documents into AcmeError. */
import { Agent, request as httpsRequest } from 'node:https';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { problem } from '../../../shared/problem.ts';
import { AcmeError, codeOf, reasonOf } from './acme-error.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Parsed when it is JSON, else text. */
  data: unknown;
}

/** As acme-client's own HTTP client calls it. */
export type Send = (url: string, method: string, options?: { data?: unknown }) => Promise<Answer>;

export interface TransportOptions {
  /** PEM; the machine's own roots unless given. */
  ca: string | undefined;
  signal: AbortSignal;
}

export interface Transport {
  /** Rejects with AcmeError for a status of 400 and above, but for a bad nonce, which acme-client sends again. */
  send: Send;
  /** What the last answer asked to wait; undefined when it did not. */
  retryAfterMs: () => number | undefined;
  close: () => void;
}

/** An authority that says nothing for so long is given up; a signed request is answered within seconds. */
const TIMEOUT_MS = 30_000;
/** A chain of certificates is some 10 KB. */
const MAX_BODY_BYTES = 1024 * 1024;
const ERROR_PREFIX = 'urn:ietf:params:acme:error:';

/** One for each order; `close()` frees its connections. */
export function createTransport({ ca, signal }: TransportOptions): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ...(ca === undefined ? {} : { ca }) });
  let retryAfterMs: number | undefined;
  const send: Send = async (url, method, options = {}) => {
    const answer = await exchange(agent, signal, url, method, options.data);
    retryAfterMs = parseRetryAfter(answer.headers['retry-after']);
    if (answer.status >= 400) refuse(answer, url, retryAfterMs);
    return answer;
  };
  return { send, retryAfterMs: () => retryAfterMs, close: () => agent.destroy() };
}

/** A kept connection may have been closed under our hands; Node's advice is to send such a request once more. */
async function exchange(agent: Agent, signal: AbortSignal, url: string, method: string, data: unknown) {
  if (!url.startsWith('https://')) throw unreachable(url, 'ACME needs https (RFC 8555 section 6.1)');
  let request: ClientRequest | undefined;
  const note = (made: ClientRequest): void => void (request = made);
  try {
    return await exchangeOnce(agent, signal, url, method, data, note);
  } catch (error) {
    signal.throwIfAborted();
    if (request?.reusedSocket !== true || codeOf(error) !== 'ECONNRESET') throw asAcmeError(error, url);
    return await exchangeOnce(agent, signal, url, method, data, note).catch((again: unknown) => {
      throw asAcmeError(again, url);
    });
  }
}

function exchangeOnce(
  agent: Agent,
  signal: AbortSignal,
  url: string,
  method: string,
  data: unknown,
  note: (request: ClientRequest) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = data === undefined ? undefined : JSON.stringify(data);
    const headers = {
      'user-agent': 'mogoly-acme',
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/jose+json', 'content-length': Buffer.byteLength(body) }),
    };
    const request = httpsRequest(url, { method: method.toUpperCase(), agent, headers, signal, timeout: TIMEOUT_MS });
    note(request);
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000}s`)), TIMEOUT_MS);
    request.on('close', () => clearTimeout(timer));
    request.on('error', reject);
    request.on('response', (response) => void readAnswer(response).then(resolve, reject));
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = /json/.test(response.headers['content-type'] ?? '');
  return { status: response.statusCode ?? 0, headers: response.headers, data: isJson ? parseJson(text) : text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // an error page that calls itself JSON
  }
}

/** Seconds, or a date (RFC 9110 section 10.2.3), as milliseconds from now. */
export function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

interface ErrorDocument {
  type?: string;
  detail?: string;
  subproblems?: ErrorDocument[];
}

/** `detail`, and that of each name where the authority tells them apart (RFC 8555 section 6.7.1). */
export function detailOf(document: unknown): string {
  const { detail, type, subproblems } = (
    typeof document === 'object' && document !== null ? document : {}
  ) as ErrorDocument;
  const parts = (subproblems ?? []).flatMap((part) => (part.detail === undefined ? [] : [part.detail]));
  return reasonOf([detail ?? type ?? 'no reason given', ...parts].join('; '));
}

function refuse({ status, data }: Answer, url: string, retryAfterMs: number | undefined): void {
  const type = String((data as ErrorDocument | null)?.type ?? '').replace(ERROR_PREFIX, '');
  if (status === 400 && type === 'badNonce') return;
  if (type === 'rateLimited' || status === 429) {
    const cause = problem('ACME_RATE_LIMITED', `The authority wants no more orders for now: ${detailOf(data)}.`, {
      fix: 'Wait for the next attempt, or try with directory: letsencrypt-staging.',
    });
    throw new AcmeError(cause, { type: 'rateLimited', retryAfterMs });
  }
  if (type === '') throw unreachable(url, `it answered with status ${status}`, retryAfterMs);
  const cause = problem('ACME_ORDER_REFUSED', `The authority refused: ${detailOf(data)} (${type}).`, {
    fix: 'Mend what the authority names, then renew by hand or apply again.',
  });
  throw new AcmeError(cause, { type, retryAfterMs });
}

const UNTRUSTED = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT)/;

function asAcmeError(error: unknown, url: string): unknown {
  const code = codeOf(error);
  if (!UNTRUSTED.test(code)) return unreachable(url, code === 'ECONNREFUSED' ? 'connection refused' : reasonOf(error));
  const cause = problem('ACME_DIRECTORY_UNTRUSTED', `The certificate of ${url} is not trusted: ${reasonOf(error)}.`, {
    fix: 'Set acme.ca_file to the PEM file of the root that signed it.',
  });
  return new AcmeError(cause);
}

function unreachable(url: string, why: string, retryAfterMs?: number): AcmeError {
  const cause = problem('ACME_DIRECTORY_UNREACHABLE', `The authority cannot be reached at ${url}: ${why}.`, {
    fix: 'Check acme.directory and the network.',
  });
  return new AcmeError(cause, { retryAfterMs });
}
