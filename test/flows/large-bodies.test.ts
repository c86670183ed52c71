/** Bodies larger than any buffer: whole in both directions, and held back rather than kept in memory. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startBackend } from '../kit/backend.ts';
import { site, startEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { until } from '../kit/wait.ts';

const MIB = 1024 * 1024;
const HOST = 'shop.local';
const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(handler: RequestListener): Promise<{ port: number }> {
  const backend = await startBackend({ handler });
  open.push(() => backend.kill());
  const running = await startEngine({ server: [site(HOST, [{ url: backend.url }])] });
  open.push(running.close);
  return { port: running.port };
}

describe('64 MiB', () => {
  const TOTAL = 64 * MIB;
  const block = randomBytes(MIB);
  const digest = createHash('sha256');
  for (let i = 0; i < 64; i++) digest.update(block);
  const sum = digest.digest('hex');
  const blocks = (): Readable => Readable.from((function* () { for (let i = 0; i < 64; i++) yield block; })()); // prettier-ignore

  it('arrive whole in each direction', async () => {
    const { port } = await serve((request, response) => {
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => {
        response.setHeader('x-sum', hash.digest('hex'));
        blocks().pipe(response);
      });
    });
    const reply = await send(port, { host: HOST, method: 'POST', body: blocks() });
    expect(reply.headers['x-sum']).toBe(sum);
    expect(createHash('sha256').update(reply.bytes).digest('hex')).toBe(sum);
  });

  it('wait at the backend for a slow reader, not in memory', async () => {
    let written = 0;
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': TOTAL });
      const more = (): void => {
        while (written < TOTAL) {
          written += MIB;
          if (!response.write(block)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    await once(socket, 'readable');
    let before = -1;
    await until(() => (written > 0 && written === before) || ((before = written), false), { intervalMs: 200 });
    expect(written).toBeLessThan(24 * MIB); // what the sockets of three processes' worth of kernel hold
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length)).resume();
    await once(socket, 'close');
    expect(received).toBeGreaterThanOrEqual(TOTAL);
  });

  it('wait at the client for a slow backend, not in memory', async () => {
    let go: () => void = () => undefined;
    const { port } = await serve((request, response) => {
      go = () => request.resume().on('end', () => response.end('done'));
    });
    const socket = connect(port, '127.0.0.1');
    let sent = 0;
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${TOTAL}\r\n\r\n`);
    const more = (): void => {
      while (sent < TOTAL) {
        sent += MIB;
        if (!socket.write(block)) return void socket.once('drain', more);
      }
    };
    more();
    let before = -1;
    await until(() => sent === before || ((before = sent), false), { intervalMs: 200 });
    expect(sent).toBeLessThan(24 * MIB);
    go();
    await until(() => said.includes('done'));
    socket.destroy();
  });
});

it('of many readers at once, fast and slow, never mix', async () => {
  const SIZE = 4 * MIB;
  const PIECE = 96 * 1024;
  /** Each place of each body is like no other. */
  const bodyOf = (name: string): Buffer =>
    Buffer.concat(
      Array.from({ length: SIZE / 32 }, (_, i) => createHash('sha256').update(`${name} ${i}`).digest()),
      SIZE,
    );
  const kinds = ['/slow', '/fast', '/slow-chunked', '/fast-chunked'];
  const names = [1, 2, 3].flatMap((i) => kinds.map((kind) => `${kind}-${i}`));
  /** Made before anybody asks: a backend that makes them meanwhile accepts nobody for so long that it counts as down. */
  const bodies = new Map(names.map((name) => [name, bodyOf(name)]));
  const { port } = await serve((request, response) => {
    const name = request.url!;
    if (!name.includes('chunked')) response.setHeader('content-length', SIZE);
    const body = bodies.get(name)!;
    const pieces = Array.from({ length: Math.ceil(SIZE / PIECE) }, (_, i) => body.subarray(i * PIECE, (i + 1) * PIECE));
    Readable.from(pieces).pipe(response);
  });
  const read = async (name: string): Promise<void> => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: name, agent: false, headers: { host: HOST } }, resolve).on('error', reject);
    });
    expect(response.statusCode, name).toBe(200);
    const parts: Buffer[] = [];
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      if (name.includes('slow')) await setImmediate();
    }
    expect(Buffer.concat(parts).equals(bodies.get(name)!), name).toBe(true);
  };
  await Promise.all(names.map(read));
});
