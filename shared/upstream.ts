/** The resolvers of the config as they are written: an address, an address with a port, or DNS over HTTPS. */
import { isValidCidr } from './cidr.ts';

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
  return isAddress(address.split('%')[0]!) && number > 0 && number < 65_536
    ? { kind: 'dns', address, port: number }
    : undefined;
}

const isAddress = (text: string): boolean => !text.includes('/') && isValidCidr(text);

function isUrl(text: string): boolean {
  try {
    return new URL(text).hostname !== '';
  } catch {
    return false; // said by the caller
  }
}
