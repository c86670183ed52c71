/** Rules on where a backend is: its url, or protocol, host and port. */
import { problem, warning } from '../../../shared/problem.ts';
import type { ConfigPath, Problem } from '../../../shared/problem.ts';

export interface OriginKeys {
  url?: string | undefined;
  protocol?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  balance?: readonly unknown[] | undefined;
}

const SCHEMES = new Set(['http:', 'https:', 'h2c:']);

/** Whether anything says where requests go. */
export const hasOrigin = (item: OriginKeys): boolean =>
  item.url !== undefined || item.host !== undefined || item.balance !== undefined;

export function checkOrigin(item: OriginKeys, path: ConfigPath): Problem[] {
  const extra = (['protocol', 'host', 'port'] as const).filter((key) => item[key] !== undefined);
  if (item.balance !== undefined) {
    const unused = [...(item.url === undefined ? [] : ['url']), ...extra];
    return unused.map((key) =>
      warning('CONFIG_UNUSED_KEY', `"${key}" has no effect beside "balance".`, {
        path: [...path, key],
        fix: 'Remove it.',
      }),
    );
  }
  if (item.url !== undefined) {
    const unused = extra.map((key) =>
      warning('CONFIG_UNUSED_KEY', `"${key}" has no effect beside "url".`, {
        path: [...path, key],
        fix: 'Remove it, or write it into the url.',
      }),
    );
    return [...checkUrl(item.url, [...path, 'url']), ...unused];
  }
  return item.host === undefined ? [] : checkHost(item.host, [...path, 'host']);
}

function checkHost(host: string, path: ConfigPath): Problem[] {
  if (isDialable(host)) return [];
  return [
    problem('CONFIG_BACKEND_HOST', `"${host}" is not a host name or an address.`, {
      path,
      fix: 'Write a name such as localhost; the port and the path have keys of their own, or write url.',
    }),
  ];
}

/** A name or an address, IPv6 with or without brackets. */
function isDialable(host: string): boolean {
  const text = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  if (/[\s/?#@\\]/.test(text)) return false;
  const url = parse(`http://${text}`);
  return url !== undefined && url.port === '' && url.hostname !== '';
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined; // told by the caller
  }
}

function checkUrl(text: string, path: ConfigPath): Problem[] {
  const fix = 'Write it as http://localhost:3000; http, https and h2c are known.';
  const bad = (message: string): Problem[] => [problem('CONFIG_BACKEND_URL', message, { path, fix })];
  const portText = /^[a-z0-9]+:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(text)?.[1];
  if (portText !== undefined && (Number(portText) > 65_535 || Number(portText) < 1)) {
    return [
      problem('CONFIG_PORT_RANGE', `The port ${portText} in "${text}" is out of range.`, {
        path,
        fix: 'Use a port from 1 to 65535.',
      }),
    ];
  }
  const url = parse(text);
  if (!url) return bad(`"${text}" is not a URL.`);
  if (!SCHEMES.has(url.protocol)) return bad(`"${text}" is not an http, https or h2c URL.`);
  if (!text.slice(url.protocol.length).startsWith('//') || url.host === '') return bad(`"${text}" names no host.`);
  if (url.hash !== '' || url.search !== '')
    return bad(`"${text}" has a query or a fragment, which a backend cannot have.`);
  if (url.username !== '' || url.password !== '')
    return bad('The url of a backend has a user name or a password in it, which is not sent.');
  return [];
}
