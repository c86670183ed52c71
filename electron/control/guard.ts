/** Who may speak on the control socket. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../shared/problem.ts';
import { problem } from '../../shared/problem.ts';

const HOSTS = new Set(['localhost', 'mogoly']);

/** Undefined lets the request in. */
export function refuseStranger(
  request: IncomingMessage,
  token: string | undefined,
): { status: number; problem: Problem } | undefined {
  if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
    return {
      status: 403,
      problem: problem('CONTROL_FORBIDDEN', 'The control socket does not answer web pages.', {
        fix: 'Send the request without an Origin header.',
      }),
    };
  }
  const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  if (!HOSTS.has(host)) {
    return {
      status: 403,
      problem: problem('CONTROL_FORBIDDEN', 'The control socket answers only to the host names localhost and mogoly.', {
        fix: 'Send "Host: localhost".',
      }),
    };
  }
  if (token !== undefined && !isSame(request.headers.authorization ?? '', `Bearer ${token}`)) {
    return {
      status: 401,
      problem: problem('CONTROL_UNAUTHORISED', 'The token is missing or wrong.', {
        fix: 'Send the token of mogoly.lock as "Authorization: Bearer …".',
      }),
    };
  }
  return undefined;
}

/** Compared as hashes, so that neither length nor content shows in the time it takes. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
