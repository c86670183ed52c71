/** Requests that two readers could take in two ways, and other oddities. */
import { answered, arrived, get, HOST, shown, targetOf, type Area } from './case.ts';

const post = (lines: string[], body: string): string =>
  [`POST / HTTP/1.1`, `Host: ${HOST}`, ...lines, '', body].join('\r\n');
const INNER = get('/smuggled');
const CHUNKED = 'Transfer-Encoding: chunked';
const LENGTH = 'Content-Length: 4';
const plain = (head: string): string => `${head}\r\n\r\n`;

const odd = (what: string, bytes: string, count = 1) => ({ what, run: answered(bytes, count) });

export const ODD_REQUESTS: Area = {
  title: 'Odd requests',
  cases: [
    // Where the inner request is one, its answer is waited for too.
    odd('Content-Length and Transfer-Encoding (CL.TE)', post([LENGTH, CHUNKED], `0\r\n\r\n${INNER}`), 2),
    odd(
      'Transfer-Encoding and Content-Length (TE.CL)',
      post([CHUNKED, LENGTH], `1c\r\n${'x'.repeat(28)}\r\n0\r\n\r\n`),
    ),
    odd('Transfer-Encoding: xchunked', post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${INNER}`)),
    odd('Transfer-Encoding twice', post([CHUNKED, CHUNKED], `0\r\n\r\n`)),
    odd('Transfer-Encoding: chunked, identity', post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${INNER}`)),
    odd('Transfer-Encoding: gzip, chunked', post(['Transfer-Encoding: gzip, chunked'], `0\r\n\r\n`)),
    odd('Transfer-Encoding in HTTP/1.0', `POST / HTTP/1.0\r\nHost: ${HOST}\r\n${CHUNKED}\r\n\r\n0\r\n\r\n`),
    odd('a vertical tab before chunked', post(['Transfer-Encoding: \x0bchunked'], `0\r\n\r\n${INNER}`)),
    odd('two Content-Lengths that differ', post([LENGTH, 'Content-Length: 5'], 'body!')),
    odd('two Content-Lengths that agree', post([LENGTH, LENGTH], 'body')),
    odd('Content-Length: 4, 4', post(['Content-Length: 4, 4'], 'body')),
    odd('Content-Length: +4', post(['Content-Length: +4'], 'body')),
    odd('Content-Length: 0x4', post(['Content-Length: 0x4'], 'body')),
    odd('Content-Length: -1', post(['Content-Length: -1'], '')),
    odd('Content-Length: 99999999999999999999', post(['Content-Length: 99999999999999999999'], '')),
    odd('an empty Content-Length', post(['Content-Length:'], '')),
    odd('a chunk size of zz', post([CHUNKED], 'zz\r\nbody\r\n0\r\n\r\n')),
    odd('a chunk size of 0x4', post([CHUNKED], '0x4\r\nbody\r\n0\r\n\r\n')),
    odd('a chunk size of -4', post([CHUNKED], '-4\r\nbody\r\n0\r\n\r\n')),
    odd('a chunk size that overflows', post([CHUNKED], 'fffffffffffffffff\r\nbody\r\n0\r\n\r\n')),
    odd('a chunk line that ends in a bare LF', post([CHUNKED], '4\nbody\r\n0\r\n\r\n')),
    odd('a chunk longer than it says', post([CHUNKED], '4\r\nbody!!\r\n0\r\n\r\n')),
    odd('a space before the colon', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-A : 1`)),
    odd('Content-Length with a space before the colon', post(['Content-Length : 4'], 'body')),
    odd('a folded field', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-A: 1\r\n two`)),
    odd('a field that begins with a space', plain(`GET / HTTP/1.1\r\n Host: ${HOST}`)),
    odd('a field without a colon', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nnothing`)),
    odd('a field without a name', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n: 1`)),
    odd('bare line feeds', `GET / HTTP/1.1\nHost: ${HOST}\n\n`),
    odd('a bare LF in a value', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-A: 1\nX-B: 2`)),
    odd('a bare CR in a value', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-A: 1\rX-B: 2`)),
    odd('a NUL in a value', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-A: a\0b`)),
    odd('a NUL in the path', plain(`GET /a\0b HTTP/1.1\r\nHost: ${HOST}`)),
    odd('no Host', plain('GET / HTTP/1.1')),
    odd('two Hosts', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: half.test`)),
    odd('two Hosts that agree', plain(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: ${HOST}`)),
    odd('Host: shop.test/x', get('/', [], 'GET', `${HOST}/x`)),
    odd('Host: shop.test@evil', get('/', [], 'GET', `${HOST}@evil`)),
    odd('an empty Host', get('/', [], 'GET', '')),
    {
      what: 'http://shop.test/a?b as the target, Host: half.test',
      run: arrived(
        plain(`GET http://${HOST}/a?b HTTP/1.1\r\nHost: half.test`),
        (seen) => `${targetOf(seen)} at ${shown(seen, 'host')}`,
      ),
    },
    odd('ftp://shop.test/ as the target', plain(`GET ftp://${HOST}/ HTTP/1.1\r\nHost: ${HOST}`)),
    odd('a target that is no path', plain(`GET shop HTTP/1.1\r\nHost: ${HOST}`)),
    odd('a space in the target', plain(`GET /a b HTTP/1.1\r\nHost: ${HOST}`)),
    odd('OPTIONS *', get('*', [], 'OPTIONS')),
    odd('CONNECT shop.test:443', plain(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}`)),
    odd('TRACE', get('/', [], 'TRACE')),
    odd('a method of its own (PURGE)', get('/', [], 'PURGE')),
    odd('a method in small letters', get('/', [], 'get')),
    odd('a method that is none (G@T)', get('/', [], 'G@T')),
    odd('HTTP/1.2', plain(`GET / HTTP/1.2\r\nHost: ${HOST}`)),
    odd('HTTP/3.0', plain(`GET / HTTP/3.0\r\nHost: ${HOST}`)),
    odd('HTTP/0.9', 'GET /\r\n'),
    odd('HTTP/1.0 without a Host', plain('GET / HTTP/1.0')),
    odd('empty lines before the request', `\r\n\r\n${get()}`),
    odd('a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'),
  ],
};
