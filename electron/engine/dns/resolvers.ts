/** Who answers for the rest of the world: the resolvers of the system, or those of the config. */
import { Resolver } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** Where a question goes on to. */
export type Upstream = { kind: 'dns'; address: string; port: number } | { kind: 'https'; url: string };

export const upstreamName = (upstream: Upstream): string =>
  upstream.kind === 'https'
    ? upstream.url
    : `${upstream.address.includes(':') ? `[${upstream.address}]` : upstream.address}:${upstream.port}`;

const DNS_PORT = 53;

/** `ip`, `ip:port`, `[v6]:port` or an https address; undefined for anything else. */
export function parseUpstream(text: string): Upstream | undefined {
  if (/^https:\/\//i.test(text)) return isUrl(text) ? { kind: 'https', url: text } : undefined;
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  const plain = /^([^:]+):(\d{1,5})$/.exec(text);
  const [address, port] = bracketed ? [bracketed[1]!, bracketed[2]] : plain ? [plain[1]!, plain[2]] : [text, undefined];
  const number = port === undefined ? DNS_PORT : Number(port);
  return isIP(address.split('%')[0]!) !== 0 && number > 0 && number < 65_536
    ? { kind: 'dns', address, port: number }
    : undefined;
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).hostname !== '';
  } catch {
    return false;
  }
}

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
