/** Responses of a backend, whole or in any pieces, well made or not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseReader } from '../../../../electron/engine/proxy/transport/response-reader.ts';

interface Seen {
  informational: [number, string[]][];
  status?: number;
  statusText?: string;
  headers?: string[];
  keepAlive?: boolean;
  keepAliveMs?: number | undefined;
  body: string;
  trailers?: string[];
  hasSurplus?: boolean;
}

/** What a reader makes of these pieces; `closes` ends the connection after them. */
function read(pieces: readonly string[], { method = 'GET', closes = false } = {}): Seen {
  const seen: Seen = { informational: [], body: '' };
  const reader = new ResponseReader({
    onInformational: (status, headers) => void seen.informational.push([status, headers]),
    onHead: ({ status, statusText, headers, keepAlive, keepAliveMs }) =>
      Object.assign(seen, { status, statusText, headers, keepAlive, keepAliveMs }),
    onText: (body) => (seen.body += body),
    onData: (part) => (seen.body += part.toString('latin1')),
    onEnd: (trailers, hasSurplus) => Object.assign(seen, { trailers, hasSurplus }),
  });
  reader.expect(method);
  for (const piece of pieces) reader.read(Buffer.from(piece, 'latin1'));
  if (closes) reader.end();
  return seen;
}

const inPieces = (text: string, size: number): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
const error = (pieces: readonly string[], options = {}): string => {
  try {
    read(pieces, options);
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
  return 'none';
};

const OK = 'HTTP/1.1 200 OK\r\n';

describe('a response', () => {
  it('with a length is whole after that many bytes', () => {
    const seen = read([`${OK}Content-Length: 5\r\nX-A:  b \r\n\r\nhello`]);
    expect(seen).toMatchObject({ status: 200, statusText: 'OK', body: 'hello', trailers: [], hasSurplus: false });
    expect(seen.headers).toEqual(['Content-Length', '5', 'X-A', 'b']);
    expect(seen.keepAlive).toBe(true);
  });

  it('that is chunked ends with its last chunk, and keeps its trailers', () => {
    const seen = read([
      `${OK}Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n, wide wor\r\n0\r\nX-Sum: 1\r\n\r\n`,
    ]);
    expect(seen).toMatchObject({ body: 'hello, wide wor', trailers: ['X-Sum', '1'], headers: [] });
  });

  it('without length or chunks lasts until the connection closes', () => {
    expect(read([`${OK}\r\nhel`, 'lo'], { closes: true })).toMatchObject({ body: 'hello', trailers: [] });
    expect(read([`${OK}\r\nhello`]).trailers).toBeUndefined();
  });

  it.each([
    ['to HEAD', OK, 'HEAD'],
    ['204', 'HTTP/1.1 204 No Content\r\n', 'GET'],
    ['304', 'HTTP/1.1 304 Not Modified\r\n', 'GET'],
  ])('%s has no body, whatever its fields say', (_name, line, method) => {
    expect(read([`${line}Content-Length: 5\r\n\r\n`], { method })).toMatchObject({ body: '', hasSurplus: false });
    expect(read([`${line}Content-Length: 5\r\n\r\nhello`], { method }).hasSurplus).toBe(true);
  });

  it('comes after any number of informational ones', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
    const seen = read([`HTTP/1.1 100 Continue\r\n\r\n${early}${OK}Content-Length: 2\r\n\r\nhi`]);
    expect(seen.informational).toEqual([
      [100, []],
      [103, ['Link', '</a>']],
    ]);
    expect(seen.body).toBe('hi');
  });

  it('says how long its connection lasts', () => {
    const head = (fields: string, line = OK) => read([`${line}${fields}Content-Length: 0\r\n\r\n`]);
    expect(head('Connection: close\r\n').keepAlive).toBe(false);
    expect(head('Connection: Foo, Close\r\n').keepAlive).toBe(false);
    expect(head('', 'HTTP/1.0 200 OK\r\n').keepAlive).toBe(false);
    expect(head('Connection: keep-alive\r\n', 'HTTP/1.0 200 OK\r\n').keepAlive).toBe(true);
    expect(head('Keep-Alive: timeout=5, max=100\r\n').keepAliveMs).toBe(5_000);
    expect(head('')).toMatchObject({ keepAlive: true, keepAliveMs: undefined });
  });

  it('keeps its hop-by-hop fields, and those that Connection names, to itself', () => {
    const hops =
      'Keep-Alive: timeout=5\r\nUpgrade: h2c\r\nProxy-Authenticate: x\r\nX-Hop: 1\r\nConnection: x-hop, close\r\n';
    expect(read([`${OK}${hops}ETag: "a"\r\nContent-Length: 0\r\n\r\n`]).headers).toEqual([
      'ETag',
      '"a"',
      'Content-Length',
      '0',
    ]);
  });

  it('with Content-Length beside chunks is read by its chunks, and the connection is not used again', () => {
    const seen = read([`${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`]);
    expect(seen).toMatchObject({ body: 'hello', keepAlive: false, headers: [] });
  });

  it('may leave its reason out, with or without the space', () => {
    expect(read(['HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n'])).toMatchObject({ status: 200, statusText: '' });
    expect(read(['HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n'])).toMatchObject({ status: 200, statusText: '' });
  });

  it('followed by bytes that nobody asked for says so', () => {
    expect(read([`${OK}Content-Length: 2\r\n\r\nhi${OK}`]).hasSurplus).toBe(true);
    expect(read([`${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nX`]).hasSurplus).toBe(true);
  });

  it('is the same in pieces of any size', () => {
    const large = 'x'.repeat(40_000);
    const answers = [
      `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 40000\r\n\r\n${large}`,
      `${OK}Transfer-Encoding: chunked\r\n\r\n9c40\r\n${large}\r\n1\r\ny\r\n0\r\nX-Sum: 1\r\nX-B: 2\r\n\r\n`,
      `${OK}X-Long: ${large}\r\nContent-Length: 3\r\n\r\nend`,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...answers), fc.integer({ min: 1, max: 50_000 }), (answer, size) => {
        expect(read(inPieces(answer, size))).toEqual(read([answer]));
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is no response', () => {
  it.each([
    ['text', 'hello\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n'],
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status in another notation', 'HTTP/1.1 2e2 OK\r\n\r\n'],
    ['a status with a sign', 'HTTP/1.1 +20 OK\r\n\r\n'],
    ['a field without a colon', `${OK}nothing\r\n\r\n`],
    ['a folded field', `${OK}X-A: b\r\n c\r\n\r\n`],
    ['a space before the colon', `${OK}X-A : b\r\n\r\n`],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`],
    ['a length with a sign', `${OK}Content-Length: +1\r\n\r\n`],
    ['a coding we did not ask for', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['chunked twice', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['a chunk without a size', `${OK}Transfer-Encoding: chunked\r\n\r\nhello\r\n`],
    ['a chunk with a negative size', `${OK}Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n`],
    ['a chunk longer than it says', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n`],
    ['a chunk that ends in LF alone', `${OK}Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n`],
    ['a size without an end', `${OK}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(2_000)}`],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('%s is refused', (_name, bytes) => {
    expect(error([bytes])).toBe('RESPONSE_MALFORMED');
    expect(error(inPieces(bytes, 1))).toBe('RESPONSE_MALFORMED');
  });

  it('a head that never ends is refused at 64 KiB', () => {
    const line = `X-A: ${'a'.repeat(1_000)}\r\n`;
    expect(error([OK, ...new Array<string>(63).fill(line)])).toBe('none');
    expect(error([OK, ...new Array<string>(66).fill(line)])).toBe('RESPONSE_HEAD_TOO_LARGE');
  });

  it('an end that comes too early is told apart from no answer', () => {
    expect(error([], { closes: true })).toBe('CONNECTION_CLOSED');
    expect(error([OK], { closes: true })).toBe('CONNECTION_CLOSED');
    expect(error([`${OK}Content-Length: 5\r\n\r\nhe`], { closes: true })).toBe('RESPONSE_LENGTH');
    expect(error([`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhe`], { closes: true })).toBe('RESPONSE_LENGTH');
  });

  it('never leads to anything but a response or a TransportError', () => {
    const junk = fc.array(
      fc.constantFrom(OK, '\r\n', '\n', '\0', ': ', 'Content-Length', 'chunked', 'Transfer-Encoding', '5', 'a', ' '),
    );
    fc.assert(
      fc.property(junk, (parts) => {
        expect(['none', 'RESPONSE_MALFORMED', 'RESPONSE_LENGTH', 'CONNECTION_CLOSED']).toContain(
          error([parts.join('')], { closes: true }),
        );
      }),
    );
  });
});

describe('a head whose lines end in a line feed alone', () => {
  const BARE = 'HTTP/1.1 200 OK\nX-A: 1\r\nContent-Length: 8\n\na\r\n\r\nb\n\n';

  it('is read, in any pieces, and its body left as it is', () => {
    for (const size of [1, 2, 7, BARE.length]) {
      const seen = read(inPieces(BARE, size));
      expect(seen).toMatchObject({ status: 200, headers: ['X-A', '1', 'Content-Length', '8'], body: 'a\r\n\r\nb\n\n' });
    }
  });

  it('is bounded as any other', () => {
    expect(error([`HTTP/1.1 200 OK\nX-A: ${'a'.repeat(70_000)}`])).toBe('RESPONSE_HEAD_TOO_LARGE');
  });
});
