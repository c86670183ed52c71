/** Zones and hosts as one list, each with what makes the operating system find it. */
import type { SiteState } from '../../shared/state.ts';
import type { SystemNamesStatus } from '../../shared/system-names.ts';

export interface NameRow {
  name: string;
  /** Undefined for a zone. */
  site: string | undefined;
  foundBy: string;
}

export function nameRows(
  zones: readonly string[],
  sites: readonly SiteState[],
  status: SystemNamesStatus | undefined,
): NameRow[] {
  const active = status?.methods.filter(({ state }) => state === 'active') ?? [];
  const hostsFile = active.find(({ id }) => id === 'hosts-file')?.name;
  const resolver = active.find(({ id }) => id !== 'hosts-file')?.name;
  const isInZone = (host: string): boolean => zones.some((zone) => host === zone || host.endsWith(`.${zone}`));
  const isLocal = (host: string): boolean => host === 'local' || host.endsWith('.local');
  const foundBy = (host: string): string => {
    if (host === '*') return 'whatever name leads here';
    if (host === 'localhost' || host.endsWith('.localhost')) return 'browsers by themselves (RFC 6761)';
    if (resolver !== undefined && isInZone(host) && !isLocal(host)) return `${resolver}, which asks our DNS`;
    if (host.startsWith('*.')) return 'those who ask our DNS; a hosts file takes no wildcard';
    if (hostsFile !== undefined)
      return isLocal(host) ? `${hostsFile}; .local is multicast DNS too, so another machine may claim it` : hostsFile;
    return isLocal(host) ? 'nobody yet: .local is multicast DNS, and wants the hosts file' : 'those who ask our DNS';
  };
  return [
    ...zones.map((zone) => ({ name: `*.${zone}`, site: undefined, foundBy: foundBy(`*.${zone}`) })),
    ...sites
      .filter(({ disabled }) => !disabled)
      .flatMap(({ name, hosts }) => hosts.map((host) => ({ name: host, site: name, foundBy: foundBy(host) }))),
  ];
}
