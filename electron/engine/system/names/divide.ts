/** Divides what the config wants between a resolver, which takes zones, and the hosts file, which takes names. */
import { problem, warning, type Problem } from '../../../../shared/problem.ts';
import type { WantedNames } from '../../../../shared/system-names.ts';
import { splitHosts } from '../hosts-file.ts';
import { isInZone, isLocalName, isPlainZone, type MethodWants } from './method.ts';

/** Problems that name each host by itself would drown the others. */
const MAX_NAMED = 5;

export interface Division {
  /** For the resolver; `zones` is empty where there is none. */
  resolver: MethodWants;
  /** For the hosts file. */
  hosts: MethodWants;
  problems: Problem[];
}

/** Zones that a resolver may route: plain names, none of them multicast DNS's own. */
export const routableZones = (zones: readonly string[]): string[] =>
  [...new Set(zones)].filter((zone) => isPlainZone(zone) && !isLocalName(zone));

/** With `hasResolver` the names in zones are the resolver's; without, each that can be is put into the hosts file. */
export function divide(wanted: WantedNames, hasResolver: boolean): Division {
  const dns = { address: reachable(wanted.dns?.address ?? '127.0.0.1'), port: wanted.dns?.port ?? 53 };
  const zones = hasResolver ? routableZones(wanted.zones) : [];
  const isRouted = (host: string): boolean => zones.some((zone) => isInZone(host, zone));
  const { exact, wild } = splitHosts(wanted.hosts);
  const hosts = exact.filter((host) => host !== 'localhost' && !isRouted(host));
  const lost = wild.filter((host) => host !== '*' && !isRouted(host.slice(2)));
  return {
    resolver: { ...wanted, dns, zones, hosts: [] },
    hosts: { ...wanted, dns, zones: [], hosts },
    problems: [
      ...wanted.zones.filter((zone) => !isPlainZone(zone)).map(refusedZone),
      ...localNames(wanted.zones.filter(isLocalName), exact.filter(isLocalName)),
      ...(hasResolver ? [] : lostZones(routableZones(wanted.zones))),
      ...lostWildcards(lost, hasResolver),
    ],
  };
}

/** Where a client on this machine reaches a server that listens on every address. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

const refusedZone = (zone: string): Problem =>
  problem('NAMES_ZONE_REFUSED', `"${zone}" is no zone that a resolver could be told.`, {
    fix: 'Use a plain suffix in lower case, such as "test".',
  });

function localNames(zones: string[], hosts: string[]): Problem[] {
  if (zones.length === 0 && hosts.length === 0) return [];
  const what =
    zones.length > 0
      ? 'No resolver is told to ask us for .local names: they belong to multicast DNS (RFC 6762).'
      : `${some(hosts)} ${hosts.length === 1 ? 'belongs' : 'belong'} to multicast DNS (RFC 6762), so only the hosts file can carry ${hosts.length === 1 ? 'it' : 'them'}; look-ups may be slow, and another machine may claim the name.`;
  return [warning('NAMES_LOCAL', what, { fix: 'A name under .test has no such trouble.' })];
}

const lostZones = (zones: string[]): Problem[] =>
  zones.length === 0
    ? []
    : [
        warning(
          'NAMES_ZONE_UNROUTED',
          `Only hosts named in the config are found under ${zones.map((zone) => `.${zone}`).join(', ')}: no resolver of this machine can be told to ask our DNS.`,
          { fix: 'Name each host in its site, or point a resolver at our DNS by hand.' },
        ),
      ];

const lostWildcards = (hosts: string[], hasResolver: boolean): Problem[] =>
  hosts.length === 0
    ? []
    : [
        warning('NAMES_WILDCARD', `The system will not find ${some(hosts)}: a hosts file has no wildcards.`, {
          fix: hasResolver
            ? 'Name each host in its site, or use a wildcard in a zone such as .test.'
            : 'Name each host in its site.',
        }),
      ];

function some(hosts: string[]): string {
  const named = hosts.slice(0, MAX_NAMED).join(', ');
  return hosts.length > MAX_NAMED ? `${named} and ${hosts.length - MAX_NAMED} more` : named;
}
