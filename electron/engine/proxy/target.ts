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
  const path = takeTarget(exchange.head, target);
  if (path === undefined) {
    exchange.refuse('REQUEST_MALFORMED', NO_TARGET);
    return false;
  }
  exchange.target = path;
  return true;
}

export const NO_TARGET = 'The request target is neither a path nor an http address.';

/** The path of a target, with its query; an http address names the host too. Undefined for anything else. */
export function takeTarget(head: { host: string | undefined }, target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const match = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(target);
  if (match === null) return undefined;
  head.host = match[1]!;
  return match[2]!.startsWith('/') ? match[2]! : `/${match[2]!}`;
}
