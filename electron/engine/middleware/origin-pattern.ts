/** Matches web origins against patterns by comparing their parts, never as regular expressions. */

interface OriginParts {
  scheme: string;
  host: string;
  /** Empty for the default of the scheme. */
  port: string;
}

/** Whether the text is `*`, `null`, `scheme://host[:port]`, with `*.` before the host or `*` as the port if wanted. */
export function isOriginPattern(text: string): boolean {
  if (text === '*' || text === 'null') return true;
  const parts = readOrigin(text);
  return parts !== undefined && isHost(parts.host.startsWith('*.') ? parts.host.slice(2) : parts.host);
}

/** Whether the origin (RFC 6454 §6.2), as a browser sends it, is one the pattern stands for. `*.` needs a label. */
export function matchOrigin(pattern: string, origin: string): boolean {
  if (pattern === '*' || pattern === origin) return true;
  const wanted = readOrigin(pattern);
  const given = readOrigin(origin);
  if (!wanted || !given || !isHost(given.host) || given.port === '*') return false;
  if (wanted.scheme !== given.scheme || (wanted.port !== '*' && wanted.port !== given.port)) return false;
  if (!wanted.host.startsWith('*.')) return wanted.host === given.host;
  const suffix = wanted.host.slice(1);
  return given.host.endsWith(suffix) && given.host.length > suffix.length;
}

function readOrigin(text: string): OriginParts | undefined {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\]+)(?::(\d{1,5}|\*))?$/.exec(
    text.toLowerCase(),
  );
  if (!parts) return undefined;
  const [, scheme = '', host = '', port = ''] = parts;
  const isDefault = (scheme === 'http' && port === '80') || (scheme === 'https' && port === '443');
  return { scheme, host, port: isDefault ? '' : port };
}

const isHost = (host: string): boolean => host.startsWith('[') || /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host);
