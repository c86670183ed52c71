/** Heads of requests: what is read from them, and what two readers could take differently. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBeginning, readRequestLine, RefusedRequest } from '../../../electron/engine/proxy/client/request-head.ts';
import { writeResponseHead } from '../../../electron/engine/proxy/client/response-head.ts';

const head = (line: string, ...fields: string[]) => readRequestLine([line, ...fields].join('\r\n'));
const refused = (...lines: string[]): string => {
  try {
    readRequestLine(lines.join('\r\n'));
  } catch (error) {
    return (error as RefusedRequest).code;
  }
  return 'none';
};

describe('a head', () => {
  it('is read as it was sent', () => {
    expect(head('GET /a%2Fb?c HTTP/1.1', 'Host: shop.local', 'X-Two:\t a b \t', 'x-empty:')).toEqual({
      method: 'GET',
      target: '/a%2Fb?c',
      version: '1.1',
      rawHeaders: ['Host', 'shop.local', 'X-Two', 'a b', 'x-empty', ''],
      length: 0,
      keepAlive: true,
      expectsContinue: false,
      isWebSocket: false,
    });
  });

  it('says how the body is framed and how long the connection lasts', () => {
    expect(head('POST / HTTP/1.1', 'Content-Length: 5')).toMatchObject({ length: 5, keepAlive: true });
    expect(head('POST / HTTP/1.1', 'Transfer-Encoding: Chunked')).toMatchObject({ length: -1 });
    expect(head('GET / HTTP/1.0')).toMatchObject({ version: '1.0', keepAlive: false });
    expect(head('GET / HTTP/1.0', 'Connection: Keep-Alive')).toMatchObject({ keepAlive: true });
    expect(head('GET / HTTP/1.1', 'Connection: x, CLOSE')).toMatchObject({ keepAlive: false });
    expect(head('PUT / HTTP/1.1', 'Expect: 100-Continue')).toMatchObject({ expectsContinue: true });
    expect(head('PUT / HTTP/1.0', 'Expect: 100-continue')).toMatchObject({ expectsContinue: false });
  });

  it('asks for WebSocket only as RFC 6455 says', () => {
    const upgrade = 'Upgrade: WebSocket';
    const connection = 'Connection: keep-alive, Upgrade';
    expect(head('GET / HTTP/1.1', upgrade, connection).isWebSocket).toBe(true);
    expect(head('POST / HTTP/1.1', upgrade, connection).isWebSocket).toBe(false);
    expect(head('GET / HTTP/1.1', upgrade).isWebSocket).toBe(false);
    expect(head('GET / HTTP/1.1', 'Upgrade: h2c', connection).isWebSocket).toBe(false);
  });

  it('with a body is no handshake: what is behind it would be frames', () => {
    for (const framing of ['Content-Length: 4', 'Transfer-Encoding: chunked'])
      expect(head('GET / HTTP/1.1', 'Upgrade: websocket', 'Connection: Upgrade', framing).isWebSocket).toBe(false);
  });

  it('of a later HTTP/1 is read as one of 1.1, of another HTTP refused as that', () => {
    expect(head('GET / HTTP/1.2')).toMatchObject({ version: '1.1', keepAlive: true });
    expect(refused('GET / HTTP/2.0')).toBe('VERSION_UNKNOWN');
    expect(refused('GET / HTTP/0.9')).toBe('VERSION_UNKNOWN');
  });
});

describe('refused', () => {
  it.each([
    ['an empty line', ''],
    ['HTTP/0.9', 'GET /'],
    ['two spaces', 'GET  / HTTP/1.1'],
    ['a space in the target', 'GET /a b HTTP/1.1'],
    ['a method that is none', 'G@T / HTTP/1.1'],
    ['a NUL', 'GET / HTTP/1.1\r\nX: a\0b'],
    ['a bare CR', 'GET / HTTP/1.1\r\nX: a\rb'],
    ['a bare LF', 'GET / HTTP/1.1\r\nX: a\nb'],
    ['a folded field', 'GET / HTTP/1.1\r\nX: a\r\n b'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nX : a'],
    ['a field without a name', 'GET / HTTP/1.1\r\n: a'],
    ['a field without a colon', 'GET / HTTP/1.1\r\nX'],
  ])('%s', (_what, text) => expect(refused(text)).toBe('REQUEST_MALFORMED'));

  it.each([
    [['Content-Length: 4', 'Content-Length: 4']],
    [['Content-Length: 4', 'Transfer-Encoding: chunked']],
    [['Transfer-Encoding: chunked', 'Content-Length: 4']],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']],
    [['Transfer-Encoding: gzip, chunked']],
    [['Transfer-Encoding: chunked, identity']],
    [['Content-Length: +4']],
    [['Content-Length: 4, 4']],
    [['Content-Length: 0x4']],
    [['Content-Length:']],
  ])('%j', (fields) => expect(refused('POST / HTTP/1.1', ...fields)).toBe('REQUEST_SMUGGLING'));

  it('chunks in HTTP/1.0, and expectations that nobody knows', () => {
    expect(refused('POST / HTTP/1.0', 'Transfer-Encoding: chunked')).toBe('REQUEST_SMUGGLING');
    expect(refused('POST / HTTP/1.1', 'Expect: 200-ok')).toBe('EXPECTATION_UNKNOWN');
  });

  it('a beginning that nothing can mend, not one that goes on', () => {
    expect(() => checkBeginning('GET / HTTP/1.1\n')).toThrow(RefusedRequest);
    expect(() => checkBeginning('GET / HTTP/1.1\r')).not.toThrow();
    expect(() => checkBeginning('GET / HTTP/1.1\r\nX: a\r\n')).not.toThrow();
  });

  it('or read, never anything else', () => {
    const piece = fc.constantFrom(
      'GET',
      ' ',
      '/',
      'HTTP/1.1',
      '\r\n',
      '\n',
      '\r',
      '\0',
      ':',
      'Content-Length',
      'chunked',
      '4',
      'é',
      ',',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(['none', 'REQUEST_MALFORMED', 'REQUEST_SMUGGLING', 'EXPECTATION_UNKNOWN']).toContain(
          refused(pieces.join('')),
        );
      }),
    );
  });
});

describe('the head of a response', () => {
  it('has a Date of its own where the backend sent none', () => {
    expect(writeResponseHead(204, '', ['x-a', 'b'])).toMatch(
      /^HTTP\/1\.1 204 No Content\r\nx-a: b\r\ndate: \w{3}, \d{2} \w{3} \d{4} .* GMT\r\n$/,
    );
    expect(writeResponseHead(299, 'Fine', ['Date', 'then'])).toBe('HTTP/1.1 299 Fine\r\nDate: then\r\n');
  });

  it('lets no field be two', () => {
    for (const value of ['a\r\nx: b', 'a\nb', 'a\0', 'a\rb', '\u0100'])
      expect(() => writeResponseHead(200, '', ['x-a', value])).toThrow(/x-a/);
    for (const name of ['', 'a b', 'a:', 'a\r\nb']) expect(() => writeResponseHead(200, '', [name, 'a'])).toThrow();
    expect(() => writeResponseHead(200, 'O\r\nK', [])).toThrow();
  });
});
