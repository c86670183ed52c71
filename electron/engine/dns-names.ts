/** From what is in force to the names that the DNS answers, and with which addresses. */
import { networkInterfaces } from 'node:os';
import { domainOf } from '../../shared/service-config.ts';
import type { Config } from '../../shared/config.ts';
import { normaliseHost } from '../../shared/host.ts';
import type { Running } from './apply.ts';
import type { DnsNames } from './dns/dns.ts';
import { localNameSteps } from './dns/local-names.ts';
import type { Generation, ListenAddress } from './generation.ts';
import { runInTurns } from './turns.ts';

/** Loopback, or this machine's address on the LAN where the DNS listens for it: a phone's own loopback leads nowhere. */
export async function dnsNames({
  generation,
  config,
  listeners,
}: Pick<Running, 'generation' | 'config' | 'listeners'>): Promise<DnsNames> {
  const isOpened = listeners.some((listener) => listener.kind === 'dns' && !isLoopback(listener));
  return {
    find: await runInTurns(
      localNameSteps({
        hosts: namedHosts(generation, config),
        zones: config.zones,
      }),
    ),
    ttlSeconds: config.dns.ttl,
    forward: config.dns.forward,
    addresses: (isOpened ? lanAddresses() : undefined) ?? { v4: '127.0.0.1', v6: '::1' },
  };
}

function* namedHosts({ sites }: Generation, config: Config): Iterable<string> {
  for (const { disabled, hosts } of sites) if (!disabled) yield* hosts;
  yield* serviceHosts(config);
}

/** Names that lead to a service. */
export const serviceHosts = ({ services }: Pick<Config, 'services'>): string[] =>
  services.flatMap((service) => normaliseHost(domainOf(service) ?? '') ?? []);

const isLoopback = ({ address }: ListenAddress): boolean => address.startsWith('127.') || address === '::1';

/** Of the first interface that leads out; undefined without a network. */
export function lanAddresses(): { v4: string; v6: string | undefined } | undefined {
  for (const addresses of Object.values(networkInterfaces())) {
    const outside = (addresses ?? []).filter(({ internal }) => !internal);
    const v4 = outside.find(({ family }) => family === 'IPv4')?.address;
    const v6 = outside.find(({ family, scopeid }) => family === 'IPv6' && scopeid === 0)?.address;
    if (v4 !== undefined) return { v4, v6 };
  }
  return undefined;
}
