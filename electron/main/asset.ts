/** Decides which file of the built window an app:// address names, and the headers it is served with. */
import path from 'node:path';

export const APP_SCHEME = 'app';
export const APP_HOST = 'mogoly';
export const APP_URL = `${APP_SCHEME}://${APP_HOST}/index.html`;

const MEDIA_TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.woff', 'font/woff'],
  ['.map', 'application/json; charset=utf-8'],
]);

/** Nothing but our own files; no inline code, no frame, no form, no other origin. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function securityHeaders(): Record<string, string> {
  return {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-cache',
  };
}

export const mediaType = (file: string): string =>
  MEDIA_TYPES.get(path.extname(file).toLowerCase()) ?? 'application/octet-stream';

/** True for an address of our own window; any other origin is a stranger. */
export function isAppUrl(address: string): boolean {
  const url = parseUrl(address);
  return url !== undefined && url.protocol === `${APP_SCHEME}:` && url.host === APP_HOST;
}

/** The file inside `root` that the address names; undefined for another host and for whatever would leave the folder. */
export function resolveAsset(root: string, address: string): string | undefined {
  const url = parseUrl(address);
  if (url === undefined || !isAppUrl(address)) return undefined;
  const name = decode(url.pathname);
  if (name === undefined || name.includes('\0') || name.includes('\\') || name.includes(':')) return undefined;
  if (name.split('/').includes('..')) return undefined;
  const file = path.join(root, name === '/' ? 'index.html' : name);
  return file.startsWith(root + path.sep) ? file : undefined;
}

export function parseUrl(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

function decode(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}
