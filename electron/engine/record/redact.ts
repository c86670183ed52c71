/** Takes credentials out of headers, URLs and log fields before anything is recorded or shown. */

export const REDACTED = '[redacted]';

const SECRET_HEADERS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api-key',
  'apikey',
  'x-auth-token',
  'x-access-token',
  'x-csrf-token',
  'x-xsrf-token',
  'x-amz-security-token',
  'x-goog-api-key',
  'x-vault-token',
  'x-gitlab-token',
  'private-token',
]);

/** Words that make a name a secret wherever they stand in it, as in `access_token` or `clientSecret`. */
const SECRET_WORDS = [
  'token',
  'secret',
  'password',
  'passwd',
  'apikey',
  'credential',
  'signature',
  'authorization',
  'cookie',
];
/** Names that are secrets only when they are the whole name: `code` is the OAuth code, `postcode` is not. */
const SECRET_NAMES = new Set([
  'key',
  'code',
  'pwd',
  'pass',
  'auth',
  'sig',
  'jwt',
  'session',
  'sessionid',
  'sid',
  'otp',
  'accesskey',
  'privatekey',
  'authkey',
]);

/** Whether a query parameter or log field of this name holds a credential; case, `-`, `_` and `.` do not count. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[-_.[\]]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_WORDS.some((word) => plain.includes(word));
}

export function isSecretHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    SECRET_HEADERS.has(lower) || lower.endsWith('-token') || lower.endsWith('-secret') || lower.endsWith('-api-key')
  );
}

/** Names and values in turn, as node:http has them, to pairs with the credentials replaced. */
export function redactHeaders(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at]!, redactHeader(raw[at]!, raw[at + 1]!)]);
  return pairs;
}

/** As a header is shown. */
export function redactHeader(name: string, value: string): string {
  const lower = name.toLowerCase();
  if (lower === 'cookie') return value.split(';').map(redactPair).join(';');
  if (lower === 'set-cookie') return redactSetCookie(value);
  if (lower === 'authorization' || lower === 'proxy-authorization') return redactScheme(value);
  if (isSecretHeader(name)) return REDACTED;
  return lower === 'referer' || lower === 'location' || lower === 'content-location' || lower === ':path'
    ? redactUrl(value)
    : value;
}

/** `Bearer abc` keeps its scheme: that it was Basic and not Bearer is often the bug. */
function redactScheme(value: string): string {
  const space = value.indexOf(' ');
  return space > 0 ? `${value.slice(0, space)} ${REDACTED}` : REDACTED;
}

function redactPair(pair: string): string {
  const equals = pair.indexOf('=');
  return equals < 0 ? REDACTED : pair.slice(0, equals + 1) + REDACTED;
}

function redactSetCookie(value: string): string {
  const end = value.indexOf(';');
  return end < 0 ? redactPair(value) : redactPair(value.slice(0, end)) + value.slice(end);
}

/**
 * Replaces the values of secret query and fragment parameters, and the password of `user:password@host`. What is
 * not a well-formed URL is treated the same way; nothing else of it changes.
 */
export function redactUrl(url: string): string {
  const bare = redactUserInfo(url);
  const query = bare.search(/[?#]/);
  if (query < 0) return bare;
  return bare.slice(0, query) + bare.slice(query).replace(/([?&#;])([^=&#;?]*)=([^&#;]*)/g, redactParameter);
}

function redactParameter(whole: string, mark: string, name: string): string {
  return isSecretName(decode(name)) ? `${mark}${name}=${REDACTED}` : whole;
}

function redactUserInfo(url: string): string {
  const scheme = url.indexOf('://');
  if (scheme < 0) return url;
  const start = scheme + 3;
  const length = url.slice(start).search(/[/?#\s]/);
  const end = length < 0 ? url.length : start + length;
  const at = url.lastIndexOf('@', end - 1);
  const colon = url.indexOf(':', start);
  if (at < start || colon < 0 || colon > at) return url;
  return url.slice(0, colon + 1) + REDACTED + url.slice(at);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape names nothing; it is compared as it stands.
    return text;
  }
}

/** Every URL inside a sentence, with {@link redactUrl}. */
export function redactText(text: string): string {
  if (!text.includes('?') && !text.includes('://')) return text;
  return text.replace(/\S+/g, (word) => (word.includes('?') || word.includes('://') ? redactUrl(word) : word));
}
