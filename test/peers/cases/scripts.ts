/** What the backend of the cases does when a request asks for it in X-Do. */
import type { Script } from '../../kit/recording-backend.ts';

const says =
  (...bytes: string[]): Script =>
  (connection) =>
    connection.say(bytes.join(''));
const saysAndEnds =
  (bytes: string): Script =>
  (connection) =>
    connection.end(bytes, 'latin1');

/** Says the first part at once, the rest when the test lets it. */
const inTwo =
  (first: string, rest: string): Script =>
  (connection, go) => {
    connection.say(first);
    void go.then(() => connection.say(rest));
  };

const CHUNKED = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const sized = (text: string, ...fields: string[]): string =>
  ['HTTP/1.1 200 OK', `Content-Length: ${text.length}`, ...fields, '', text].join('\r\n');

/** Of the key that the cases send (RFC 6455 section 1.3). */
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

const BIG = 12_000;

export const SCRIPTS: Record<string, Script> = {
  stream: inTwo(`${CHUNKED}\r\n${chunk('first')}`, `${chunk('last')}0\r\n\r\n`),
  events: inTwo(
    `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('data: 1\n\n')}`,
    `${chunk('data: 2\n\n')}0\r\n\r\n`,
  ),
  head: inTwo(`${CHUNKED}\r\n`, `${chunk('late')}0\r\n\r\n`),
  trailers: says(`${CHUNKED}Trailer: X-Sum\r\n\r\n${chunk('body')}0\r\nX-Sum: 42\r\n\r\n`),
  hints: says('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n', sized('ok')),
  processing: says('HTTP/1.1 102 Processing\r\n\r\n', sized('ok')),
  continue: inTwo('HTTP/1.1 100 Continue\r\n\r\n', sized('ok')),
  refuse: says('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'),
  204: says('HTTP/1.1 204 No Content\r\n\r\n'),
  304: says('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 10\r\n\r\n'),
  headOnly: says('HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n'),
  hop: says(
    sized(
      'ok',
      'Connection: keep-alive, X-Secret',
      'X-Secret: 1',
      'X-Open: 1',
      'Keep-Alive: timeout=7',
      'Proxy-Authenticate: Basic',
    ),
  ),
  cookies: says(sized('ok', 'Set-Cookie: a=1', 'X-Between: 1', 'Set-Cookie: b=2')),
  big: says(sized('ok', `X-Big: ${'a'.repeat(BIG)}`)),
  huge: says(sized('ok', `X-Big: ${'a'.repeat(100_000)}`)),
  latin: says(sized('ok', 'X-Name: caf\xe9')),
  drop: (connection) => void connection.destroy(),
  reset: (connection) => void connection.resetAndDestroy(),
  halfLength: saysAndEnds('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
  halfChunks: saysAndEnds(`${CHUNKED}\r\n${chunk('half')}`),
  halfHead: saysAndEnds('HTTP/1.1 200 OK\r\nContent-Le'),
  untilClose: saysAndEnds('HTTP/1.1 200 OK\r\n\r\nto the end'),
  http10: saysAndEnds('HTTP/1.0 200 OK\r\n\r\nold'),
  garbage: saysAndEnds('\x00\x01 this is not HTTP\r\n\r\n'),
  twoLengths: says('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!'),
  lengthAndChunks: says(
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ),
  badChunk: says(`${CHUNKED}\r\nzz\r\nok\r\n0\r\n\r\n`),
  folded: says('HTTP/1.1 200 OK\r\nX-A: 1\r\n two\r\nContent-Length: 2\r\n\r\nok'),
  bareLf: says('HTTP/1.1 200 OK\nContent-Length: 2\n\nok'),
  nul: says(sized('ok', 'X-A: a\0b')),
  spaceColon: says('HTTP/1.1 200 OK\r\nContent-Length : 2\r\nX-A: 1\r\n\r\nok'),
  /** An answer to a question that nobody has asked. */
  twice: says(sized('ok'), sized('stray')),
  early: (connection) => connection.say('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno'),
  switch: (connection, go) => {
    connection.say(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\nhello`,
    );
    void go.then(() => connection.end('bye'));
  },
  refuseSwitch: says('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
  fakeSwitch: says('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n'),
};
