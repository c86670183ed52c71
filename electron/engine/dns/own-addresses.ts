/** Whether a question to an upstream would come back to us. */
import { networkInterfaces } from 'node:os';
import type { ListenAddress } from '../generation.ts';
import type { Upstream } from './resolvers.ts';

/** Also where we listen on all addresses of this machine. */
export function leadsTo(listeners: Iterable<ListenAddress>, upstream: Upstream): boolean {
  if (upstream.kind === 'https') return false;
  for (const { address, port } of listeners) {
    if (port !== upstream.port) continue;
    if (address === upstream.address || (isEvery(address) && isOfThisMachine(upstream.address))) return true;
  }
  return false;
}

const isEvery = (address: string): boolean => address === '0.0.0.0' || address === '::';

function isOfThisMachine(address: string): boolean {
  if (address.startsWith('127.') || address === '::1' || isEvery(address)) return true;
  const plain = address.split('%')[0];
  return Object.values(networkInterfaces()).some((links) => links?.some((link) => link.address === plain));
}
