/** Who answers for the rest of the world: the resolvers of the system, or those of the config. */
import { Resolver } from 'node:dns';
import { readFileSync } from 'node:fs';
import { parseUpstream, upstreamName, type Upstream } from '../../../shared/upstream.ts';

export { parseUpstream, upstreamName, type Upstream };

/** systemd-resolved's own upstreams come first: its stub in the other file may send questions back to us. */
export const RESOLVER_FILES = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'];

/** The stubs of systemd-resolved. */
const STUBS = new Set(['127.0.0.53', '127.0.0.54']);

/** Those of the first of these files that names any; where there are no such files, what the system says. */
export function systemResolvers(files: readonly string[] = RESOLVER_FILES): Upstream[] {
  const texts = files.map(readIfThere);
  const isResolvedThere = texts[0] !== undefined && files.length > 1;
  for (const text of texts) {
    const found = (text ?? '')
      .split('\n')
      .flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? [])
      .filter((address) => !isResolvedThere || !STUBS.has(address))
      .flatMap((address) => parseUpstream(address) ?? []);
    if (found.length > 0) return found;
  }
  if (texts.some((text) => text !== undefined)) return [];
  return new Resolver().getServers().flatMap((server) => parseUpstream(server) ?? []);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // the next one may be there
  }
}
