/** What goes on of a head, and what is added. */
import { describe, expect, it } from 'vitest';
import {
  appendForwarded,
  cookieValue,
  readRequestHead,
  removeNamedByConnection,
  type ForwardedContext,
} from '../../../electron/engine/proxy/headers.ts';

const read = (...rawHeaders: string[]) => readRequestHead(rawHeaders);
const CONTEXT: ForwardedContext = {
  peer: '127.0.0.1',
  host: 'shop.local',
  scheme: 'http',
  port: 80,
  httpVersion: '1.1',
  viaToken: 'mogoly-a-b',
  trusted: false,
};

describe('readRequestHead', () => {
  it('begins with a place for Host and keeps order and spelling', () => {
    const head = read('Host', 'shop.local', 'X-One', '1', 'Accept', 'text/html', 'x-two', '2', 'Cookie', 'a=1; b=2');
    expect(head.headers).toEqual(['host', '', 'X-One', '1', 'Accept', 'text/html', 'x-two', '2', 'Cookie', 'a=1; b=2']);
    expect(head).toMatchObject({
      host: 'shop.local',
      accept: 'text/html',
      cookie: 'a=1; b=2',
      hasBody: false,
      duplicateHost: false,
    });
  });

  it('drops hop-by-hop fields in any spelling', () => {
    expect(
      read(
        'Keep-Alive',
        '1',
        'PROXY-CONNECTION',
        'x',
        'Transfer-Encoding',
        'chunked',
        'Upgrade',
        'x',
        'TE',
        'trailers',
        'Expect',
        'x',
        'HTTP2-Settings',
        'x',
      ).headers,
    ).toEqual(['host', '']);
  });

  it('tells a body by its length or its chunks', () => {
    expect(read('Content-Length', '0').hasBody).toBe(false);
    expect(read('Content-Length', '1').hasBody).toBe(true);
    expect(read('transfer-encoding', 'chunked').hasBody).toBe(true);
  });

  it('sees two Hosts, also equal ones', () => expect(read('Host', 'a', 'host', 'a').duplicateHost).toBe(true));

  it('drops what Connection names, before or after it, but not what routing needs', () => {
    const head = read(
      'X-Before',
      '1',
      'Connection',
      'X-Before, x-after, Host',
      'X-After',
      '1',
      'X-Stays',
      '1',
      'Host',
      'shop.local',
    );
    removeNamedByConnection(head);
    expect(head.headers).toEqual(['host', '', 'X-Stays', '1']);
    expect(head.host).toBe('shop.local');
  });
});

describe('appendForwarded', () => {
  const added = (rest: Partial<ForwardedContext>, ...raw: string[]): Record<string, string> => {
    const head = read(...raw);
    appendForwarded(head, { ...CONTEXT, ...rest });
    return Object.fromEntries(
      Array.from({ length: head.headers.length / 2 }, (_, i) => [head.headers[i * 2]!, head.headers[i * 2 + 1]!]),
    );
  };

  it('says what we saw; what a client sent is gone', () => {
    expect(added({}, 'X-Forwarded-For', '6.6.6.6', 'Forwarded', 'for=6.6.6.6', 'x-forwarded-proto', 'https')).toEqual({
      host: '',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'shop.local',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
      forwarded: 'for=127.0.0.1;host=shop.local;proto=http',
      via: '1.1 mogoly-a-b',
    });
  });

  it('adds to what a trusted proxy sent', () => {
    expect(
      added({ trusted: true }, 'X-Forwarded-For', '6.6.6.6', 'X-Forwarded-For', '7.7.7.7', 'Via', '1.0 other'),
    ).toMatchObject({ 'x-forwarded-for': '6.6.6.6, 7.7.7.7, 127.0.0.1', via: '1.0 other, 1.1 mogoly-a-b' });
  });

  it('quotes what is no token: IPv6, a host with a port', () => {
    expect(added({ peer: '::1', host: 'shop.local:81' })['forwarded']).toBe(
      'for="[::1]";host="shop.local:81";proto=http',
    );
  });
});

describe('cookieValue', () => {
  it('finds one among others and takes only its own name', () => {
    expect(cookieValue('a=1; stay=x=y; b', 'stay')).toBe('x=y');
    expect(cookieValue('nostay=1; stay2=2', 'stay')).toBeUndefined();
    expect(cookieValue(undefined, 'stay')).toBeUndefined();
  });
});
