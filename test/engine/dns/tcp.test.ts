/** Connections to the DNS server. */
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerWith, queryOf, startUpstream } from '../../kit/dns.ts';
import { startDns } from '../../kit/dns-room.ts';
import { until } from '../../kit/wait.ts';

const frame = (query: Buffer): Buffer => Buffer.concat([Buffer.from([query.length >> 8, query.length & 255]), query]);

interface Connection {
  socket: Socket;
  received: Buffer;
  isClosed: boolean;
}

function open(port: number): Connection {
  const connection: Connection = {
    socket: connect({ port, host: '127.0.0.1' }),
    received: Buffer.alloc(0),
    isClosed: false,
  };
  connection.socket.on('data', (chunk: Buffer) => (connection.received = Buffer.concat([connection.received, chunk])));
  connection.socket.on('error', () => undefined);
  connection.socket.on('close', () => (connection.isClosed = true));
  onTestFinished(() => void connection.socket.destroy());
  return connection;
}

/** Of the whole messages. */
function ids({ received }: Connection): number[] {
  const found: number[] = [];
  for (let at = 0; at + 4 <= received.length; at += 2 + received.readUInt16BE(at))
    found.push(received.readUInt16BE(at + 2));
  return found;
}

describe('over TCP', () => {
  it('several questions on one connection are all answered, torn as they may be', async () => {
    const { port } = await startDns();
    const connection = open(port);
    const bytes = Buffer.concat(['a.test', 'b.test', 'c.test'].map((name, id) => frame(queryOf(name, { id }))));
    for (const byte of bytes) connection.socket.write(Buffer.from([byte]));
    await until(() => ids(connection).length === 3);
    expect(ids(connection)).toEqual([0, 1, 2]);
  });

  it('a local answer does not wait for one that was asked for before it', async () => {
    const silent = await startUpstream(() => undefined);
    const { port } = await startDns({ forward: [`127.0.0.1:${silent.port}`] });
    const connection = open(port);
    connection.socket.write(frame(queryOf('www.example.com', { id: 1 })));
    connection.socket.write(frame(queryOf('shop.local', { id: 2 })));
    await until(() => ids(connection).length === 1);
    expect(ids(connection)).toEqual([2]);
  });

  it('a client that has asked its last question still gets the answers, then the end', async () => {
    const upstream = await startUpstream((query) => answerWith(query, ['192.0.2.1']));
    const { port } = await startDns({ forward: [`127.0.0.1:${upstream.port}`] });
    const connection = open(port);
    connection.socket.end(frame(queryOf('www.example.com', { id: 9 })));
    await until(() => connection.isClosed);
    expect(ids(connection)).toEqual([9]);
  });

  it('more than a hundred connections are turned away', async () => {
    const { port } = await startDns();
    const kept = Array.from({ length: 100 }, () => open(port));
    for (const { socket } of kept) socket.write(frame(queryOf('a.test')));
    await until(() => kept.every(({ received }) => received.length > 0));
    const late = open(port);
    await until(() => late.isClosed);
    expect(kept.some(({ isClosed }) => isClosed)).toBe(false);
  });

  it('one without questions is closed after ten seconds', async () => {
    const { port } = await startDns();
    const connection = open(port);
    await until(() => connection.isClosed, { intervalMs: 200 });
  });
});
