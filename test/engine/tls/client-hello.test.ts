/** Clients that name a host, clients that name none, and validating CAs, told apart before TLS begins. */
import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readHello, sortByHello } from '../../../electron/engine/tls/client-hello.ts';

/** The first bytes of a TLS client. */
async function helloOf(servername: string, ALPNProtocols = ['h2', 'http/1.1']): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, servername, ALPNProtocols }).on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  return bytes;
}

describe('readHello', () => {
  it('tells whether a host is named, once all of the message is there', async () => {
    for (const [name, kind] of [
      ['shop.local', 'named'],
      ['', 'nameless'],
    ] as const) {
      const hello = await helloOf(name);
      expect(readHello(hello)).toBe(kind);
      for (let end = 0; end < hello.length; end += 7) expect(readHello(hello.subarray(0, end))).toBe('more');
    }
  });

  it('knows a CA that validates by tls-alpn-01', async () => {
    expect(readHello(await helloOf('shop.example', ['acme-tls/1']))).toBe('acme');
    expect(readHello(await helloOf('shop.example', ['acme-tls/1', 'h2']))).toBe('named');
  });

  it('reads a message that is cut into several records', async () => {
    const hello = await helloOf('');
    const body = hello.subarray(5);
    const record = (part: Buffer): Buffer =>
      Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length]), part]);
    expect(readHello(Buffer.concat([record(body.subarray(0, 3)), record(body.subarray(3))]))).toBe('nameless');
  });

  it('knows plain HTTP, and leaves all other bytes to the TLS server', async () => {
    expect(readHello(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe('plain');
    expect(readHello(Buffer.from('\r\n'))).toBe('named');
    const hello = await helloOf('');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(hello);
        for (const [at, value] of changes) bytes[at] = value;
        expect(['named', 'nameless', 'acme', 'plain', 'more']).toContain(readHello(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('sortByHello', () => {
  it('hands on a hello that comes byte by byte, whole', async () => {
    const hello = await helloOf('shop.local');
    const server = createServer((socket) => sortByHello(socket, (kind) => server.emit('taken', socket, kind)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const client = connectTcp((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
    const taking = once(server, 'taken') as Promise<[Socket, string]>;
    for (let at = 0; at < hello.length; at += 50) {
      client.write(hello.subarray(at, at + 50));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [socket, kind] = await taking;
    expect(kind).toBe('named');
    expect((socket.read() as Buffer).equals(hello)).toBe(true);
    client.destroy();
    socket.destroy();
  });
});
