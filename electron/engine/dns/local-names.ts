/** Which names are ours to answer, and how. */
import { runAtOnce, type Steps } from '../turns.ts';

export interface LocalNames {
  find: FindLocal;
  ttlSeconds: number;
  /** IPv4 and IPv6: loopback, or those of the LAN when opened; without IPv6 its questions have an empty answer. */
  addresses: { v4: string; v6: string | undefined };
}

/**
 * `address`: it has one · `loopback`: it is this machine, also for the LAN · `empty`: it exists and has none · `none`: it
 * does not exist. `zone` is who says so.
 */
export interface LocalAnswer {
  kind: 'address' | 'loopback' | 'empty' | 'none';
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

export interface NamedHosts {
  /** Of the sites: exact names and `*.` patterns, in normal form. */
  hosts: Iterable<string>;
  /** Suffixes below which every name is answered. */
  zones: readonly string[];
}

export const compileLocalNames = (names: NamedHosts): FindLocal => runAtOnce(localNameSteps(names));

export function* localNameSteps({ hosts, zones }: NamedHosts): Steps<FindLocal> {
  const exact = new Map<string, LocalAnswer>();
  /** All below them is answered. */
  const covered = new Map<string, LocalAnswer>();
  /** Above a host or a zone: they exist, since something below them does (RFC 8020). */
  const between = new Set<string>();
  const add = (to: Map<string, LocalAnswer>, name: string): void => {
    to.set(name, { kind: isLocalhost(name) ? 'loopback' : 'address', zone: name });
    for (let at = name.indexOf('.'); at !== -1; at = name.indexOf('.', at + 1)) between.add(name.slice(at + 1));
  };
  for (const host of hosts) {
    if (host.startsWith('*.')) add(covered, host.slice(2));
    else if (host !== '*') add(exact, host);
    yield;
  }
  for (const zone of zones) add(covered, zone);
  add(exact, 'localhost');
  add(covered, 'localhost');

  return (name) => {
    const served = exact.get(name);
    if (served !== undefined) return served;
    let owner: string | undefined;
    for (let at = name.indexOf('.'); at !== -1; at = name.indexOf('.', at + 1)) {
      const above = name.slice(at + 1);
      const zone = covered.get(above);
      if (zone !== undefined) return zone;
      if (owner === undefined && exact.has(above)) owner = above;
    }
    if (covered.has(name)) return { kind: 'empty', zone: name };
    const top = name.slice(name.lastIndexOf('.') + 1);
    const zone = owner ?? (SPECIAL.has(top) ? top : undefined);
    return zone === undefined ? undefined : { kind: between.has(name) || name === zone ? 'empty' : 'none', zone };
  };
}

const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');
