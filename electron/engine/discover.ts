/** Discovery with what the engine knows: our own process is left out, and servers that a site routes to say so. */
import { createDiscovery, type Discovery } from './discovery/discovery.ts';
import type { Generation } from './generation.ts';
import { runCommand } from './system/command.ts';

/** Our own process holds the listeners and the sample's servers. */
export const discoveryOf = (state: { current: Generation }): Discovery =>
  createDiscovery({
    platform: process.platform,
    run: runCommand,
    uid: process.getuid?.() ?? 0,
    ownPid: process.pid,
    mapped: () => mappedPorts(state.current),
  });

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0']);

/** The ports of this machine that backends are on, each with the first site that routes there. */
export function mappedPorts({ backends }: Generation): Map<number, string> {
  const ports = new Map<number, string>();
  for (const { origin, site } of backends)
    if (LOCAL_HOSTS.has(origin.hostname) && !ports.has(origin.port)) ports.set(origin.port, site);
  return ports;
}
