/** What a backend is told of the request, and a client of the answer. */
import { answered, arrived, get, replied, shown, targetOf, type Area } from './case.ts';
import { statusOf, valuesOf, type WireMessage } from '../../kit/http1-text.ts';

const all =
  (names: string[]) =>
  (message: WireMessage): string =>
    names.filter((name) => valuesOf(message, name).length > 0).join(' ') || 'none';

const HOP = ['Keep-Alive: 5', 'Proxy-Connection: x', 'TE: gzip', 'Connection: keep-alive, X-Secret', 'X-Secret: 1'];

export const FORWARDING: Area = {
  title: 'Heads and paths',
  cases: [
    { what: 'Host, where the site keeps it', run: arrived(get(), (seen) => shown(seen, 'host')) },
    {
      what: 'X-Forwarded-For that the client claims',
      run: arrived(get('/', ['X-Forwarded-For: 203.0.113.9']), (seen) => valuesOf(seen, 'x-forwarded-for').join(' | ')),
    },
    {
      what: 'X-Forwarded-Proto and -Host that the client claims',
      run: arrived(get('/', ['X-Forwarded-Proto: https', 'X-Forwarded-Host: evil.example']), (seen) =>
        ['proto', 'host'].map((name) => valuesOf(seen, `x-forwarded-${name}`).join(' | ') || 'none').join(', '),
      ),
    },
    {
      what: 'Forwarded that the client claims',
      run: arrived(get('/', ['Forwarded: for=203.0.113.9']), (seen) => shown(seen, 'forwarded')),
    },
    {
      what: 'X-Real-IP that the client claims',
      run: arrived(get('/', ['X-Real-IP: 203.0.113.9']), (seen) => shown(seen, 'x-real-ip')),
    },
    {
      what: 'Via to the backend',
      run: arrived(get(), (seen) => shown(seen, 'via').replace(/-[0-9a-f-]+$/, '-…')),
    },
    {
      what: 'hop-by-hop fields of a request that get through',
      run: arrived(get('/', HOP), all(['keep-alive', 'proxy-connection', 'te', 'x-secret'])),
    },
    {
      what: 'Proxy-Authorization',
      run: arrived(get('/', ['Proxy-Authorization: Basic eDp5']), (seen) => shown(seen, 'proxy-authorization')),
    },
    {
      what: 'Connection: Content-Length, with a body',
      run: arrived(
        `POST / HTTP/1.1\r\nHost: shop.test\r\nConnection: Content-Length, Host\r\nContent-Length: 4\r\n\r\nbody`,
        (seen) => `${shown(seen, 'host')}, body "${seen.body}"`,
      ),
    },
    {
      what: 'fields with an underscore',
      run: arrived(get('/', ['X_Under: 1']), (seen) => shown(seen, 'x_under')),
    },
    {
      what: 'a field twice, in its order',
      run: arrived(get('/', ['X-A: 1', 'X-B: 2', 'X-A: 3']), ({ fields }) =>
        fields
          .filter(([name]) => /^x-[ab]$/i.test(name))
          .map(([name, value]) => `${name}: ${value}`)
          .join(', '),
      ),
    },
    {
      what: 'case of a field name (X-MiXeD)',
      run: arrived(
        get('/', ['X-MiXeD: 1']),
        ({ fields }) => fields.find(([name]) => /mixed/i.test(name))?.[0] ?? 'none',
      ),
    },
    {
      what: 'bytes over 127 in a value',
      run: arrived(get('/', ['X-Name: caf\xe9']), (seen) =>
        shown(seen, 'x-name') === 'caf\xe9' ? 'kept' : shown(seen, 'x-name'),
      ),
    },
    { what: '/a%2Fb%20c', run: arrived(get('/a%2Fb%20c'), targetOf) },
    { what: '//a///b', run: arrived(get('//a///b'), targetOf) },
    { what: '/a/../b/./c', run: arrived(get('/a/../b/./c'), targetOf) },
    { what: '/a?b=%26&c=d?e&&f', run: arrived(get('/a?b=%26&c=d?e&&f'), targetOf) },
    { what: '/a? (an empty query)', run: arrived(get('/a?'), targetOf) },
    { what: '/a;b=c|d"e<f>', run: arrived(get('/a;b=c|d"e<f>'), targetOf) },
    {
      what: '/caf\xe9 as a raw byte',
      run: arrived(get('/caf\xe9'), (seen) => targetOf(seen).replace('\xe9', '\\xe9')),
    },
    { what: '/a#b', run: arrived(get('/a#b'), targetOf) },
    { what: '/%zz', run: arrived(get('/%zz'), targetOf) },
    {
      what: 'a target of 6,000 bytes',
      run: arrived(get(`/${'a'.repeat(6_000)}`), (seen) => `${targetOf(seen).length} bytes`),
    },
    { what: 'a target of 30,000 bytes', run: answered(get(`/${'a'.repeat(30_000)}`)) },
    { what: 'a field of 12,000 bytes', run: answered(get('/', [`X-Big: ${'a'.repeat(12_000)}`])) },
    { what: 'a field of 70,000 bytes', run: answered(get('/', [`X-Big: ${'a'.repeat(70_000)}`])) },
    {
      what: '150 fields',
      run: answered(
        get(
          '/',
          Array.from({ length: 150 }, (_, i) => `X-${i}: 1`),
        ),
      ),
    },
    {
      what: 'hop-by-hop fields of an answer that get through',
      run: replied(get('/', ['X-Do: hop']), all(['x-secret', 'x-open', 'keep-alive', 'proxy-authenticate'])),
    },
    {
      what: 'two Set-Cookie of an answer',
      run: replied(get('/', ['X-Do: cookies']), (answer) => valuesOf(answer, 'set-cookie').join(' | ')),
    },
    {
      what: 'a byte over 127 in an answer',
      run: replied(get('/', ['X-Do: latin']), (answer) =>
        shown(answer, 'x-name') === 'caf\xe9' ? 'kept' : shown(answer, 'x-name'),
      ),
    },
    {
      what: 'an answer with a field of 12,000 bytes',
      run: replied(get('/', ['X-Do: big']), (answer) => `${statusOf(answer)}`),
    },
    {
      what: 'an answer with a field of 100,000 bytes',
      run: replied(get('/', ['X-Do: huge']), (answer) => `${statusOf(answer)}`),
    },
    { what: 'a host that no site has', run: answered(get('/', [], 'GET', 'nobody.test')) },
    { what: 'Host in capitals, with a port', run: answered(get('/', [], 'GET', 'SHOP.TEST:80')) },
    { what: 'Host with a dot at its end', run: answered(get('/', [], 'GET', 'shop.test.')) },
  ],
};
