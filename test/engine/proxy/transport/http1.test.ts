/** The HTTP/1.1 transport over real sockets: what it sends, what it takes, and when a connection is used again. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { Origin } from '../../../../electron/engine/generation.ts';
import { createHttp1Transport } from '../../../../electron/engine/proxy/transport/http1.ts';
import type { OutboundNeeds, Transport } from '../../../../electron/engine/proxy/transport/transport.ts';
import { selfSigned } from '../../../kit/self-signed.ts';
import { until } from '../../../kit/wait.ts';

interface Answer {
  status?: number;
  body: string;
  trailers?: string[];
  informational: number[];
  error?: string;
  isSent: boolean;
  abort?: () => void;
}

interface Peer {
  transport: Transport;
  sockets: Socket[];
  /** What each connection was sent. */
  received: string[];
}

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Reply = (socket: Socket, received: string, index: number) => void;

/** A backend that answers in its own bytes, and a transport to it. */
async function start(reply: Reply, protocol: 'http' | 'https' = 'http', hostname = '127.0.0.1'): Promise<Peer> {
  const sockets: Socket[] = [];
  const received: string[] = [];
  const accept = (socket: Socket): void => {
    const index = sockets.push(socket) - 1;
    received[index] = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      received[index] += chunk.toString('latin1');
      reply(socket, received[index]!, index);
    });
  };
  const server = protocol === 'http' ? createServer(accept) : createTlsServer(selfSigned, accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const authority = `${hostname}:${port}`;
  const origin: Origin = { protocol, hostname, port, origin: `${protocol}://${authority}`, basePath: '', authority };
  const transport = createHttp1Transport(origin);
  cleanUps.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => sockets.forEach((socket) => socket.destroy()),
    () => transport.destroy(),
  );
  return { transport, sockets, received };
}

interface Asked {
  method?: string;
  headers?: string[];
  body?: Readable;
  responseTimeoutMs?: number;
  needs?: OutboundNeeds;
}

function ask(transport: Transport, { method = 'GET', headers = [], body, responseTimeoutMs = 0, needs }: Asked = {}) {
  const answer: Answer = { body: '', informational: [], isSent: false };
  const done = new Promise<Answer>((resolve) => {
    transport.dispatch(
      { method, path: '/x', headers: ['host', 'shop.local', ...headers], body: body ?? null, responseTimeoutMs },
      {
        onConnect: (abort) => Object.assign(answer, { isSent: true, abort }),
        onInformational: (status) => void answer.informational.push(status),
        onHead: ({ status }) => Boolean((answer.status = status)),
        onText: (text) => void (answer.body += text),
        onData: (chunk) => ((answer.body += chunk.toString('latin1')), 'kept'),
        onComplete: (trailers) => resolve(Object.assign(answer, { trailers })),
        onError: (error) => resolve(Object.assign(answer, { error: (error as NodeJS.ErrnoException).code })),
      },
      needs,
    );
  });
  return { answer, done };
}

const HI = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const HI_BYE = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi';
const isWhole = (request: string): boolean => request.endsWith('\r\n\r\n');
const sayHi: Reply = (socket, received) => void (isWhole(received) && socket.write(HI));

describe('a request', () => {
  it('is sent as it is given, with no field of ours', async () => {
    const { transport, received } = await start(sayHi);
    expect(await ask(transport, { headers: ['X-A', 'b'] }).done).toMatchObject({ status: 200, body: 'hi' });
    expect(received).toEqual(['GET /x HTTP/1.1\r\nhost: shop.local\r\nX-A: b\r\n\r\n']);
  });

  it('with a length sends its body bare, else in chunks, with its trailers', async () => {
    const { transport, received } = await start(
      (socket, all) => void (/(5\r\n\r\nhello|0\r\n.*\r\n)$/s.test(all) && socket.end(HI_BYE)),
    );
    const sized = await ask(transport, {
      method: 'POST',
      headers: ['content-length', '5'],
      body: Readable.from([Buffer.from('hello')]),
    }).done;
    expect(sized.body).toBe('hi');
    const needs = { expectContinue: false, trailers: () => ['X-Sum', '1'], acceptsTrailers: true };
    const body = Readable.from([Buffer.from('hello'), Buffer.from(', you')]);
    expect((await ask(transport, { method: 'POST', body, needs }).done).body).toBe('hi');
    expect(received).toEqual([
      'POST /x HTTP/1.1\r\nhost: shop.local\r\ncontent-length: 5\r\n\r\nhello',
      'POST /x HTTP/1.1\r\nhost: shop.local\r\nte: trailers\r\nconnection: te\r\ntransfer-encoding: chunked\r\n\r\n' +
        '5\r\nhello\r\n5\r\n, you\r\n0\r\nX-Sum: 1\r\n\r\n',
    ]);
  });

  it('whose body is not as long as announced is not completed', async () => {
    const { transport, sockets } = await start(() => undefined);
    for (const length of ['4', '6']) {
      const body = Readable.from([Buffer.from('hello')]);
      expect((await ask(transport, { method: 'POST', headers: ['content-length', length], body }).done).error).toBe(
        'REQUEST_LENGTH',
      );
    }
    await until(() => sockets.every((socket) => socket.destroyed));
  });

  it('that is given up closes its connection, and hears nothing more', async () => {
    const { transport, sockets } = await start(() => undefined);
    const { answer } = ask(transport);
    await until(() => sockets.length === 1);
    answer.abort?.();
    await until(() => sockets[0]!.destroyed);
    expect(answer).toMatchObject({ body: '', isSent: true });
    expect(answer.error).toBeUndefined();
  });

  it('goes to localhost on whichever family listens, and over TLS', async () => {
    expect((await ask((await start(sayHi, 'http', 'localhost')).transport).done).body).toBe('hi');
    expect((await ask((await start(sayHi, 'https', 'localhost')).transport).done).body).toBe('hi');
  });
});

describe('an answer', () => {
  it('that comes while the body is still sent is passed on, and its connection closed', async () => {
    const { transport, sockets } = await start((socket) =>
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'),
    );
    const endless = new Readable({ read: () => undefined });
    endless.push('some');
    expect((await ask(transport, { method: 'POST', body: endless }).done).status).toBe(413);
    await until(() => sockets[0]!.destroyed);
    expect(endless.destroyed).toBe(true);
  });

  it('that comes early with the end of the connection is passed on too', async () => {
    const { transport } = await start((socket) =>
      socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig'),
    );
    const endless = new Readable({ read: () => undefined });
    endless.push(Buffer.alloc(300_000));
    expect(await ask(transport, { method: 'POST', body: endless }).done).toMatchObject({ status: 413, body: 'big' });
  });

  it('may come after a 100 that nobody asked for', async () => {
    const { transport } = await start((socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${HI}`));
    expect(await ask(transport).done).toMatchObject({ informational: [100], status: 200, body: 'hi' });
  });

  it('that does not begin in time is given up; the time of an upload does not count', async () => {
    const { transport } = await start((socket, received) => void (received.endsWith('0\r\n\r\n') && socket.write(HI)));
    expect((await ask(transport, { responseTimeoutMs: 40 }).done).error).toBe('RESPONSE_TIMEOUT');
    const slow = new Readable({ read: () => undefined });
    const upload = ask(transport, { method: 'POST', body: slow, responseTimeoutMs: 1_000 });
    const started = performance.now();
    while (performance.now() - started < 1_500) {
      slow.push('x');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    slow.push(null);
    expect((await upload.done).body).toBe('hi');
  });

  it('is held back while its reader is slow', async () => {
    const size = 32 * 1024 * 1024;
    let written = 0;
    const { transport } = await start((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const more = (): void => {
        while (written < size) {
          written += 64 * 1024;
          if (!socket.write(Buffer.alloc(64 * 1024))) return void socket.once('drain', more);
        }
      };
      more();
    });
    let resume = (): void => undefined;
    let got = 0;
    const complete = new Promise<void>((resolve, reject) => {
      transport.dispatch(
        { method: 'GET', path: '/', headers: ['host', 'a'], body: null, responseTimeoutMs: 0 },
        {
          onConnect: () => undefined,
          onInformational: () => undefined,
          onHead: (_head, again) => {
            resume = again;
            return false;
          },
          onText: () => undefined,
          onData: (chunk) => {
            got += chunk.length;
            return 'sent';
          },
          onComplete: () => resolve(),
          onError: reject,
        },
        undefined,
      );
    });
    await until(() => written > 0);
    let before = -1;
    await until(() => written === before || ((before = written), false), { intervalMs: 200 });
    expect(written).toBeLessThan(size);
    resume();
    await complete;
    expect(got).toBe(size);
  });
});

describe('a connection', () => {
  it('is used again, and one more only opened while all are at work', async () => {
    const { transport, sockets } = await start(sayHi);
    await ask(transport).done;
    await ask(transport).done;
    expect(sockets.length).toBe(1);
    await Promise.all([ask(transport).done, ask(transport).done]);
    expect(sockets.length).toBe(2);
  });

  it.each([
    ['says so', HI_BYE],
    ['sends more than was asked for', `${HI}HTTP/1.1 200 OK\r\n\r\n`],
    ['keeps it for no more than a second', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nhi'],
  ])('is not used again where the backend %s', async (_what, bytes) => {
    const { transport, sockets } = await start((socket, received) => void (isWhole(received) && socket.write(bytes)));
    expect((await ask(transport).done).body).toBe('hi');
    expect((await ask(transport).done).body).toBe('hi');
    expect(sockets.length).toBe(2);
    await until(() => sockets[0]!.destroyed);
  });

  it('that the backend closed while idle is replaced', async () => {
    const { transport, sockets } = await start(sayHi);
    await ask(transport).done;
    await new Promise((resolve) => sockets[0]!.on('close', resolve).end());
    expect((await ask(transport).done).body).toBe('hi');
    expect(sockets.length).toBe(2);
  });

  it('that closes without an answer says that the request may have arrived', async () => {
    const { transport } = await start((socket) => socket.destroy());
    expect(await ask(transport).done).toMatchObject({ error: 'CONNECTION_CLOSED', isSent: true });
  });
});

describe('a transport', () => {
  it('that closes lets what is under way end, and takes nothing new', async () => {
    let release = (): void => undefined;
    const { transport, sockets } = await start((socket) => (release = () => socket.write(HI)));
    const late = ask(transport);
    await until(() => sockets.length === 1);
    const closed = transport.close();
    expect((await ask(transport).done).error).toBe('TRANSPORT_CLOSED');
    release();
    expect((await late.done).body).toBe('hi');
    await closed;
  });

  it('that is destroyed ends all of it with its reason', async () => {
    const { transport, sockets } = await start(() => undefined);
    const cut = ask(transport);
    await until(() => sockets.length === 1);
    await transport.destroy();
    expect((await cut.done).error).toBe('TRANSPORT_CLOSED');
  });

  it('without a backend says so before anything is sent', async () => {
    const { transport } = await start(sayHi);
    await cleanUps.splice(0).reduce((before, cleanUp) => before.then(() => void cleanUp()), Promise.resolve());
    expect(await ask(transport).done).toMatchObject({ isSent: false });
  });
});
