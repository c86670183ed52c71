/** Thousands of idle connections, and a soak: little memory each, every descriptor comes back, nothing is left behind. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBackend } from '../kit/backend.ts';
import { buildCli, cli, startCli, type BuiltCli, type CliProcess } from '../kit/cli.ts';
import { send } from '../kit/http.ts';
import { startLoad } from '../kit/load.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';
import type { Snapshot } from '../../shared/state.ts';

const HOST = 'shop.test';
let built: BuiltCli;
beforeAll(async () => {
  built = await buildCli();
});
afterAll(() => built.remove());

/** Files a process may have open: Node takes as many as it may have at most. */
const limit = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()) || Infinity;
/** Both ends of a WebSocket are in this process, and so are both ends in the proxy. */
const WEBSOCKETS = Math.min(5_000, Math.floor((limit - 1_000) / 2));
const KEEP_ALIVES = Math.min(10_000, limit - 1_000);
if (WEBSOCKETS < 5_000 || KEEP_ALIVES < 10_000)
  console.warn(
    `many-connections: ${WEBSOCKETS} and ${KEEP_ALIVES}, since a process may open ${limit} files (ulimit -Hn)`,
  );
/** At a time: more than the queue of a listener holds would be turned away. */
const BATCH = 100;
/** Of what a process keeps for good. */
const SPARE = 6;

async function run(backend: string, before?: string): Promise<CliProcess & { port: number }> {
  const home = tempHome();
  writeFileSync(
    join(home, 'mogoly.yaml'),
    `listen: { http: "127.0.0.1:0", https: "off", dns: "off" }\nserver:\n  - { name: ${HOST}, url: "${backend}", health_check: { enabled: false } }\n`,
  );
  const process = startCli(built, home, ['run'], before);
  await process.said('ready');
  const snapshot = JSON.parse((await cli(home, ['status', '--json'])).out) as Snapshot;
  return Object.assign(process, { port: snapshot.listeners[0]!.port });
}

const descriptors = ({ child }: CliProcess): number => readdirSync(`/proc/${child.pid}/fd`).length;
const residentKiB = ({ child }: CliProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);

async function open(count: number, one: () => Promise<Socket>): Promise<Socket[]> {
  const sockets: Socket[] = [];
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  while (sockets.length < count)
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(BATCH, count - sockets.length) }, one))));
  return sockets;
}

/** Dials, says this, and resolves with the socket when the answer begins so. */
function dial(port: number, said: string, answer: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(said));
    socket.once('data', (bytes: Buffer) => {
      if (bytes.toString('latin1').startsWith(answer)) resolve(socket);
      else reject(new Error(bytes.toString('latin1')));
    });
    socket.on('error', reject);
  });
}

const GET = `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
const UPGRADE = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

/** Opens so many beside some that were there before, and says what each cost; all of them come back. */
async function hold(
  process: CliProcess & { port: number },
  count: number,
  one: () => Promise<Socket>,
): Promise<{ kib: number; held: number }> {
  // What the first ones make for good is no growth.
  for (const socket of await open(200, one)) socket.destroy();
  await until(() => descriptors(process) < 100);
  const resting = descriptors(process);
  const before = residentKiB(process);
  const sockets = await open(count, one);
  const held = descriptors(process) - resting;
  const kib = (residentKiB(process) - before) / count;
  expect((await send(process.port, { host: HOST, path: '/' })).status).toBeGreaterThan(0);
  for (const socket of sockets) socket.destroy();
  await until(() => descriptors(process) <= resting + SPARE, { message: 'the descriptors' });
  return { kib, held };
}

describe('idle', () => {
  it(`${WEBSOCKETS} WebSockets cost little memory each, and every descriptor comes back`, async () => {
    const sockets = new Set<Socket>();
    const server = createServer((_request, response) => response.end());
    server.on('upgrade', (_request, socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    });
    const process = await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const { kib, held } = await hold(process, WEBSOCKETS, () => dial(process.port, UPGRADE, 'HTTP/1.1 101'));
    expect(held).toBeGreaterThan(2 * WEBSOCKETS - 200); // some of those before may still have been going
    expect(kib).toBeLessThan(60);
  });

  it(`${KEEP_ALIVES} kept connections cost little memory each, and every descriptor comes back`, async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    const process = await run(backend.url);
    const { kib, held } = await hold(process, KEEP_ALIVES, () => dial(process.port, GET, 'HTTP/1.1 200'));
    expect(held).toBeGreaterThan(KEEP_ALIVES - 200);
    expect(kib).toBeLessThan(20);
  });
});

describe('a soak', () => {
  const ROUNDS = 4;
  const REQUESTS = 1_200;
  /** So that the collector has no reason to wait. */
  const SMALL_HEAP = 'export NODE_OPTIONS=--max-old-space-size=64';
  /** Pages that the collector has not given back yet; a leak of 10 KiB a request would be more. */
  const GROWTH_KIB = 24 * 1024;

  it(`of ${ROUNDS} rounds, with uploads, aborts, nonsense and handshakes, leaves memory and descriptors flat`, async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    const process = await run(backend.url, SMALL_HEAP);
    const { port } = process;
    const samples: { resident: number; descriptors: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const load = startLoad(port, { host: HOST, connections: 8 });
      while (load.answered() < REQUESTS) {
        await Promise.all([
          send(port, { host: HOST, method: 'POST', body: Buffer.alloc(32 * 1024) }),
          dial(port, GET, 'HTTP/1.1 200').then((socket) => socket.destroy()),
          dial(port, 'nonsense\r\n\r\n', 'HTTP/1.1 400').then((socket) => socket.destroy()),
          dial(port, UPGRADE, 'HTTP/1.1').then((socket) => socket.destroy()),
          send(port, { host: 'nobody.test' }),
        ]);
      }
      expect(await load.stop()).toEqual([]);
      await until(() => descriptors(process) <= (samples[0]?.descriptors ?? 100) + SPARE, {
        message: 'the descriptors',
      });
      samples.push({ resident: residentKiB(process), descriptors: descriptors(process) });
    }
    console.log(
      samples.map(({ resident, descriptors: open }) => `${Math.round(resident / 1024)} MiB, ${open} fds`).join(' · '),
    );
    expect(samples.at(-1)!.resident - samples[1]!.resident).toBeLessThan(GROWTH_KIB);
    expect(process.child.exitCode).toBeNull();
  });
});
