/** Which names stand in the certificate for a host: as few certificates as clients accept, and never a name too many. */
import { isIP } from 'node:net';

export interface LeafRequest {
  /** Of the certificate: the first host of the site, or the exact host asked for. */
  name: string;
  /** Subject alternative names, DNS names and `*.` patterns; loopback addresses for the default certificate. */
  hosts: readonly string[];
}

/** A list longer than this makes each handshake heavier than a certificate of one's own. */
const MAX_NAMES = 50;

/**
 * One certificate with all the hosts of the site that the root permits, if that covers the host; else one for just this
 * host, as for a name two labels below a wildcard (RFC 9525 section 6.3: `*` stands for one label).
 */
export function chooseLeaf(
  host: string,
  patterns: readonly string[],
  permits: (pattern: string) => boolean,
): LeafRequest {
  const hosts = patterns.length > MAX_NAMES ? [] : patterns.filter((pattern) => isUsable(pattern) && permits(pattern));
  const first = hosts[0];
  return first !== undefined && hosts.some((pattern) => covers(pattern, host))
    ? { name: first, hosts }
    : { name: host, hosts: [host] };
}

/** Browsers refuse a wildcard right below a top-level name, as `*.test`. */
function isUsable(pattern: string): boolean {
  if (pattern === '*' || pattern.startsWith('[') || isIP(pattern) !== 0) return false;
  return !pattern.startsWith('*.') || pattern.indexOf('.', 2) !== -1;
}

function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.slice(host.indexOf('.')) === pattern.slice(1) : host === pattern;
}
