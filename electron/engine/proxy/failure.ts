/** From the error of a transport to the code and the sentence that people read. */
import type { PageCode } from './pages.ts';

export interface Failure {
  code: PageCode;
  /** One clause, as in `connection refused`. */
  reason: string;
}

const BY_CODE = new Map<string, Failure>([
  ['ECONNREFUSED', { code: 'BACKEND_REFUSED', reason: 'connection refused' }],
  ['REHEARSED_REFUSAL', { code: 'BACKEND_REFUSED', reason: 'connection refused (rehearsed)' }],
  ['EADDRNOTAVAIL', { code: 'BACKEND_REFUSED', reason: 'address not available' }],
  ['EHOSTUNREACH', { code: 'BACKEND_REFUSED', reason: 'host unreachable' }],
  ['ENETUNREACH', { code: 'BACKEND_REFUSED', reason: 'network unreachable' }],
  ['ECONNRESET', { code: 'BACKEND_RESET', reason: 'connection reset' }],
  ['EPIPE', { code: 'BACKEND_RESET', reason: 'connection closed' }],
  ['CONNECTION_CLOSED', { code: 'BACKEND_RESET', reason: 'connection closed before the answer' }],
  ['TRANSPORT_CLOSED', { code: 'BACKEND_RESET', reason: 'backend was removed' }],
  ['ERR_HTTP2_STREAM_ERROR', { code: 'BACKEND_RESET', reason: 'stream reset' }],
  ['ERR_HTTP2_ERROR', { code: 'BACKEND_GARBAGE', reason: 'no HTTP/2 answer' }],
  ['RESPONSE_LENGTH', { code: 'BACKEND_RESET', reason: 'connection closed in the middle of the answer' }],
  ['RESPONSE_MALFORMED', { code: 'BACKEND_GARBAGE', reason: 'the answer is not HTTP' }],
  ['RESPONSE_HEAD_TOO_LARGE', { code: 'BACKEND_GARBAGE', reason: 'the head of the answer is larger than 64 KiB' }],
  ['ETIMEDOUT', { code: 'BACKEND_TIMEOUT', reason: 'no connection in time' }],
  ['CONNECT_TIMEOUT', { code: 'BACKEND_TIMEOUT', reason: 'no connection in time' }],
  ['RESPONSE_TIMEOUT', { code: 'BACKEND_TIMEOUT', reason: 'no response in time' }],
  ['ENOTFOUND', { code: 'BACKEND_NOT_FOUND', reason: 'host not found' }],
  ['EAI_AGAIN', { code: 'BACKEND_NOT_FOUND', reason: 'host not found' }],
  ['REQUEST_LENGTH', { code: 'REQUEST_MALFORMED', reason: 'the body does not have the announced length' }],
]);

/** Every code maps to something; what is unknown is a reset with its own message. */
export function describeFailure(error: Error): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known = BY_CODE.get(code);
  if (known !== undefined) return known;
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_HTTP_TOKEN') {
    return { code: 'BACKEND_GARBAGE', reason: 'the answer is not HTTP' };
  }
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.includes('CERT') || code === 'EPROTO') {
    return { code: 'BACKEND_TLS', reason: `TLS failed: ${code}` };
  }
  return { code: 'BACKEND_RESET', reason: error.message || 'connection failed' };
}
