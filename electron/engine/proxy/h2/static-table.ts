/** The fields that both sides of HPACK know from the start (RFC 7541 appendix A). */

const TABLE = `:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`;

/** By index, which begins at 1. */
export const STATIC_NAMES: readonly string[] = ['', ...TABLE.split('\n').map((line) => line.split(' ', 1)[0]!)];
export const STATIC_VALUES: readonly string[] = ['', ...TABLE.split('\n').map(valueOf)];
export const STATIC_LENGTH = STATIC_NAMES.length - 1;

function valueOf(line: string): string {
  const at = line.indexOf(' ');
  return at === -1 ? '' : line.slice(at + 1);
}
