/** Decides which addresses the app may hand to a browser: those of own sites, on own listeners. */
import type { Explanation, ListenerState } from '../../shared/state.ts';
import { parseUrl } from './asset.ts';

export interface Routing {
  listeners: readonly ListenerState[];
  explain: (request: { url: string }) => Explanation;
}

/**
 * The address to open, normalised; undefined unless it is http or https, on a port we listen on, for a host that a site
 * names. The site `*` answers for every name, so there the name must be one of this machine.
 */
export function ownUrl(address: string, routing: Routing): string | undefined {
  const url = parseUrl(address);
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  const kind = url.protocol === 'http:' ? 'http' : 'https';
  const port = url.port === '' ? (kind === 'http' ? 80 : 443) : Number(url.port);
  if (!routing.listeners.some((listener) => listener.kind === kind && listener.port === port)) return undefined;
  const { site, hostMatch } = routing.explain({ url: url.href });
  if (site === undefined) return undefined;
  return hostMatch === '*' && !isLocalName(url.hostname) ? undefined : url.href;
}

/** RFC 6761 6.3 and the loopback addresses. */
const isLocalName = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '127.0.0.1' || host === '[::1]';
