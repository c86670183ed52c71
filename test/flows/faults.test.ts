/** Nothing is lost: backends that misbehave under load, a process killed in an apply, a full disk, no descriptors left. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
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
      server: [site(HOST, [{ url: good.url }, { url: bad.url }], { response_timeout: '3s' })],
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

  it(`at ${KILLS} moments leaves the old config or the new one, whole, and the next start serves it`, async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    const home = tempHome();
    const file = join(home, 'mogoly.yaml');
    // Long enough that a write which is cut off would show.
    const padding = `# ${'x'.repeat(200_000)}\n`;
    const textOf = (i: number): string => configOf(`site-${i}.test`, backend.url) + padding;
    writeFileSync(file, textOf(0));
    const apply = (i: number): Promise<unknown> =>
      askSocket(join(home, 'control.sock'), '/v1/config.apply', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: textOf(i) }),
      }).catch(() => undefined);
    let serving = 0;
    let applyMs = 0;
    const found = new Set<string>();
    for (let i = 1; i <= KILLS; i++) {
      const run = await runCli(home);
      const startedAt = performance.now();
      const asked = apply(i);
      // The first one is let through and timed, the second never sent; the others are spread over that time.
      if (i === 1) await asked;
      else if (i > 2) await new Promise((resolve) => setTimeout(resolve, (applyMs * (i - 2)) / (KILLS - 2)));
      if (i === 1) applyMs = performance.now() - startedAt;
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

describe.skipIf(noDisk !== undefined)(`a full disk${noDisk ? ` (not run: ${noDisk})` : ''}`, () => {
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
});

const settledSocket = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('connect', resolve);
    socket.once('error', () => resolve());
    socket.once('close', () => resolve());
  });

const descriptors = ({ child }: CliProcess): number => readdirSync(`/proc/${child.pid}/fd`).length;
