/** Nothing is lost: backends that misbehave under load, a process killed in an apply, a full disk, no descriptors left. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBackend, type BackendMode, type TestBackend } from '../kit/backend.ts';
import { buildCli, cli, startCli, type BuiltCli, type CliProcess } from '../kit/cli.ts';
import { askSocket } from '../kit/control.ts';
import { site, startEngine } from '../kit/engine.ts';
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

async function twoBackends(): Promise<[TestBackend, TestBackend]> {
  const both = await Promise.all([startBackend({ name: 'good' }), startBackend({ name: 'bad' })]);
  onTestFinished(async () => void (await Promise.all(both.map((one) => one.kill()))));
  return both;
}

describe('a backend that misbehaves while the other is well', () => {
  const MODES: BackendMode[] = ['reset', 'garbage', 'hang', 'slow:50', 'reset', 'ok'];

  it('loses no GET, whatever it does', async () => {
    const [good, bad] = await twoBackends();
    const running = await startEngine({
      server: [site(HOST, [{ url: good.url }, { url: bad.url }], { response_timeout: '1s' })],
    });
    onTestFinished(running.close);
    const load = startLoad(running.port, { host: HOST, connections: 8 });
    for (const mode of MODES) {
      bad.setMode(mode);
      const before = load.answered();
      await until(() => load.answered() > before + 60, { message: `60 answers beside ${mode}` });
    }
    await bad.kill();
    const before = load.answered();
    await until(() => load.answered() > before + 200, { message: '200 answers beside a dead one' });
    expect(await load.stop()).toEqual([]);
  });

  it('is sent no POST twice, and nobody else gets it either', async () => {
    const [good, bad] = await twoBackends();
    bad.setMode('reset');
    const running = await startEngine({ server: [site(HOST, [{ url: good.url }, { url: bad.url }])] });
    onTestFinished(running.close);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        send(running.port, { host: HOST, method: 'POST', path: `/order/${i}`, body: 'one' }),
      ),
    );
    const seen = [...good.requests, ...bad.requests].map(({ url }) => url);
    expect(new Set(seen).size).toBe(seen.length);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(good.requests.length);
    expect(answers.filter(({ status }) => status === 502).length).toBeGreaterThan(0);
  });
});

const portOf = async (home: string): Promise<number> => {
  const snapshot = JSON.parse((await cli(home, ['status', '--json'])).out) as Snapshot;
  return snapshot.listeners[0]!.port;
};

const configOf = (name: string, url: string): string =>
  `listen: { http: "127.0.0.1:0", https: "off", dns: "off" }\nserver:\n  - { name: ${name}, url: "${url}", health_check: { enabled: false } }\n`;

async function runCli(home: string, limits?: string): Promise<CliProcess> {
  const run = startCli(built, home, ['run'], limits);
  await run.said('ready');
  return run;
}

describe('kill -9 in the middle of an apply', () => {
  const KILLS = 12;
  const LAST_KILL_MS = 60;

  it(`at ${KILLS} moments leaves the old config or the new one, whole, and the next start serves it`, async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    const home = tempHome();
    const file = join(home, 'mogoly.yaml');
    // Long enough that a write which is cut off would show.
    const padding = `# ${'x'.repeat(200_000)}\n`;
    const textOf = (i: number): string => configOf(`site-${i}.test`, backend.url) + padding;
    writeFileSync(file, textOf(0));
    let serving = 0;
    const found = new Set<string>();
    for (let i = 1; i <= KILLS; i++) {
      const run = await runCli(home);
      const asked = askSocket(join(home, 'control.sock'), '/v1/config.apply', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: textOf(i) }),
      }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, (LAST_KILL_MS * i) / KILLS));
      run.child.kill('SIGKILL');
      await Promise.all([run.ended, asked]);
      const text = readFileSync(file, 'utf8');
      expect([textOf(serving), textOf(i)]).toContain(text);
      found.add(text === textOf(i) ? 'new' : 'old');
      serving = text === textOf(i) ? i : serving;
    }
    await runCli(home);
    expect((await send(await portOf(home), { host: `site-${serving}.test` })).status).toBe(200);
    const revisions = JSON.parse((await cli(home, ['history', '--json'])).out) as { id: number; current: boolean }[];
    expect(revisions.filter(({ current }) => current)).toHaveLength(1);
    const left = [home, join(home, 'history')].flatMap((folder) => readdirSync(folder));
    expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(found.size).toBe(2);
  });
});

/** Why no small disk can be made here. */
function diskMissing(): string | undefined {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return 'needs root on Linux, to mount one';
  const home = tempHomeOutsideTests();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', home], { stdio: 'pipe' });
    execFileSync('umount', [home]);
    return undefined;
  } catch (error) {
    return `no tmpfs can be mounted: ${String((error as { stderr?: Buffer }).stderr ?? error)}`;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function tempHomeOutsideTests(): string {
  return execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
}

const noDisk = diskMissing();
if (noDisk !== undefined) console.warn(`faults: a full disk is not tested here: ${noDisk}`);

describe.skipIf(noDisk !== undefined)('a full disk', () => {
  it('refuses the apply with the reason, serves on, and takes the next one once there is room', async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    const home = tempHome();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', home]);
    const running = await startEngine({ server: [site('old.test', [{ url: backend.url }])] }, { home });
    onTestFinished(async () => {
      await running.engine.close();
      execFileSync('umount', ['-l', home]);
    });
    const before = readFileSync(join(home, 'mogoly.yaml'), 'utf8');
    const filler = join(home, 'filler');
    const { bavail, bsize } = statfsSync(home);
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail - 4) * bsize));
    const next = `${configOf('new.test', backend.url)}# ${'x'.repeat(100_000)}\n`;
    const refused = await running.engine.apply(next);
    expect(refused).toMatchObject({
      ok: false,
      problems: [{ code: expect.stringMatching(/_SAVE_FAILED$/) as string }],
    });
    expect((refused as { problems: { message: string; fix?: string }[] }).problems[0]!.message).toMatch(/ENOSPC|full/i);
    expect(readFileSync(join(home, 'mogoly.yaml'), 'utf8')).toBe(before);
    expect((await send(running.port, { host: 'old.test' })).status).toBe(200);
    expect(readdirSync(home).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    rmSync(filler);
    expect(await running.engine.apply(next)).toMatchObject({ ok: true });
    const port = running.engine.snapshot().listeners[0]!.port;
    expect((await send(port, { host: 'new.test' })).status).toBe(200);
  });
});

describe('many connections', () => {
  const DESCRIPTORS = 96;

  it('more than there are descriptors: the process lives, and serves again when they are gone', async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    const home = tempHome();
    writeFileSync(join(home, 'mogoly.yaml'), configOf(HOST, backend.url));
    const run = await runCli(home, `ulimit -n ${DESCRIPTORS}`);
    const port = await portOf(home);
    for (let round = 0; round < 2; round++) {
      const sockets = Array.from({ length: 3 * DESCRIPTORS }, () => connect(port, '127.0.0.1'));
      for (const socket of sockets) socket.on('error', () => undefined);
      await Promise.all(sockets.map(settledSocket));
      await until(() => descriptors(run) > DESCRIPTORS - 4, { message: 'the last descriptor' });
      expect(run.child.exitCode).toBeNull();
      for (const socket of sockets) socket.destroy();
      await until(async () => (await send(port, { host: HOST })).status === 200, { message: 'an answer afterwards' });
    }
    expect(run.err).toBe('');
  });

  const WEBSOCKETS = 2_000;

  it(`${WEBSOCKETS} idle WebSockets: little memory each, and every descriptor comes back`, async () => {
    const { port: upstream, close } = await startUpgrades();
    onTestFinished(close);
    const home = tempHome();
    writeFileSync(join(home, 'mogoly.yaml'), configOf(HOST, `http://127.0.0.1:${upstream}`));
    const run = await runCli(home);
    const port = await portOf(home);
    const open = async (count: number): Promise<Socket[]> => {
      const sockets: Socket[] = [];
      while (sockets.length < count)
        sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => upgrade(port)))));
      return sockets;
    };
    // What the first ones make for good is no growth.
    for (const socket of await open(200)) socket.destroy();
    await until(() => descriptors(run) < 100);
    const restingAt = descriptors(run);
    const before = residentKiB(run);
    const sockets = await open(WEBSOCKETS);
    expect(descriptors(run)).toBeGreaterThanOrEqual(2 * WEBSOCKETS);
    expect((residentKiB(run) - before) / WEBSOCKETS).toBeLessThan(60);
    expect((await cli(home, ['status', '--json'])).code).toBe(0);
    for (const socket of sockets) socket.destroy();
    await until(() => descriptors(run) <= restingAt + 5, { message: 'the descriptors' });
  });
});

const settledSocket = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('connect', resolve);
    socket.once('error', () => resolve());
    socket.once('close', () => resolve());
  });

const descriptors = ({ child }: CliProcess): number => readdirSync(`/proc/${child.pid}/fd`).length;

const residentKiB = ({ child }: CliProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);

/** A server that switches to a WebSocket and says nothing more. */
async function startUpgrades(): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('upgrade', (_request, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return { port: (server.address() as AddressInfo).port, close };
}

function upgrade(port: number): Promise<Socket> {
  const head = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head));
    socket.once('data', (answer: Buffer) => {
      if (answer.toString('latin1').startsWith('HTTP/1.1 101')) resolve(socket);
      else reject(new Error(answer.toString('latin1')));
    });
    socket.on('error', reject);
  });
}
