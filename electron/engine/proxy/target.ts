/** The forms a request target comes in (RFC 9112 section 3.2); routing goes by the path alone. */
import type { ProxyExchange } from './exchange.ts';
import { LocalAnswer } from './local-answer.ts';

/** Makes the target a path with its query; false when the request was answered here. Absolute-form names the host itself. */
export function readTarget(exchange: ProxyExchange): boolean {
  const { target } = exchange;
  if (target.charCodeAt(0) === 47) return true;
  if (target === '*') {
    new LocalAnswer(exchange).send(204, ['allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'], '');
    return false;
  }
  const match = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(target);
  if (match === null) {
    exchange.refuse('REQUEST_MALFORMED', 'The request target is neither a path nor an http address.');
    return false;
  }
  exchange.head.host = match[1]!;
  exchange.target = match[2]!.startsWith('/') ? match[2]! : `/${match[2]!}`;
  return true;
}
