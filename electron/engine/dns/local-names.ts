/** Which names are ours to answer, and how. */

export interface LocalNames {
  /** Of the sites: exact names and `*.` patterns, in normal form. */
  hosts: readonly string[];
  /** Suffixes below which every name is answered. */
  zones: readonly string[];
  ttlSeconds: number;
  /** IPv4 and IPv6: loopback, or those of the LAN when opened; without IPv6 its questions have an empty answer. */
  addresses: { v4: string; v6: string | undefined };
}

/** `address`: it has one · `empty`: it exists and has none · `none`: it does not exist. `zone` is who says so. */
export interface LocalAnswer {
  kind: 'address' | 'empty' | 'none';
  /** A suffix of the name, or the name itself. */
  zone: string;
}

/**
 * Never asked of an upstream: test and invalid have no names (RFC 6761), local belongs to multicast DNS (RFC 6762
 * section 22), onion to Tor (RFC 7686), alt to nobody (RFC 9476). localhost is this machine (RFC 6761 section 6.3).
 */
const SPECIAL = new Set(['local', 'test', 'invalid', 'onion', 'alt', 'localhost']);

/** Undefined for a name that is not ours; `name` in lower case without the final dot. */
export type FindLocal = (name: string) => LocalAnswer | undefined;

export function compileLocalNames({ hosts, zones }: Pick<LocalNames, 'hosts' | 'zones'>): FindLocal {
  const exact = new Set(hosts.filter((host) => !host.startsWith('*')));
  /** All below them is answered. */
  const covered = new Set([
    ...zones,
    'localhost',
    ...hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(2)),
  ]);
  /** Between a special suffix and a host: they exist, so that what is below them does (RFC 8020). */
  const between = new Set([...exact, ...covered].flatMap(specialAncestors));

  return (name) => {
    if (exact.has(name)) return { kind: 'address', zone: name };
    let owner: string | undefined;
    for (let at = name.indexOf('.'); at !== -1; at = name.indexOf('.', at + 1)) {
      const above = name.slice(at + 1);
      if (covered.has(above)) return { kind: 'address', zone: above };
      if (owner === undefined && exact.has(above)) owner = above;
    }
    if (name === 'localhost') return { kind: 'address', zone: name };
    if (covered.has(name)) return { kind: 'empty', zone: name };
    if (owner !== undefined) return { kind: 'none', zone: owner };
    const top = name.slice(name.lastIndexOf('.') + 1);
    if (!SPECIAL.has(top)) return undefined;
    return { kind: between.has(name) || name === top ? 'empty' : 'none', zone: top };
  };
}

function specialAncestors(host: string): string[] {
  const labels = host.split('.');
  if (!SPECIAL.has(labels.at(-1)!)) return [];
  return labels.slice(1).map((_, i) => labels.slice(i + 1).join('.'));
}
