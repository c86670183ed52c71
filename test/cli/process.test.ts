import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Snapshot } from '../../shared/state.ts';
import { startBackend } from '../kit/backend.ts';
import { buildCli, cli, startCli } from '../kit/cli.ts';
import type { BuiltCli } from '../kit/cli.ts';
import { send } from '../kit/http.ts';
import { ownSamplePorts } from '../kit/sample-ports.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';

let built: BuiltCli;
beforeAll(async () => {
  built = await buildCli();
});
afterAll(() => built.remove());

const CONFIG =
  'listen: { http: "127.0.0.1:0", https: "off", dns: "off" }\nserver:\n  - { name: a.local, url: "http://127.0.0.1:9", health_check: { enabled: false } }\n';

async function homeWith(config: string): Promise<string> {
  const home = tempHome();
  await writeFile(join(home, 'mogoly.yaml'), config);
  return home;
}

const statusOf = async (home: string): Promise<Snapshot> =>
  JSON.parse((await cli(home, ['status', '--json'])).out) as Snapshot;
const portOf = async (home: string): Promise<number> => (await statusOf(home)).listeners[0]!.port;

ownSamplePorts();

describe('mogoly run', () => {
  it('makes the sample in an empty home, serves it, and ends in order', async () => {
    const home = join(tempHome(), 'home');
    const run = startCli(built, home, ['run']);
    await run.said('Mogoly is ready');
    const port = await portOf(home);
    const servers = await Promise.all([1, 2, 3, 4].map(() => send(port, { host: 'demo.localhost' })));
    expect(new Set(servers.map(({ headers }) => headers['x-sample-server']))).toEqual(new Set(['hello-1', 'hello-2']));
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect([existsSync(join(home, 'mogoly.lock')), existsSync(join(home, 'control.sock'))]).toEqual([false, false]);
  });

  it('finishes the request under way when it is told to end', async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    backend.setMode('slow:400');
    const home = await homeWith(CONFIG.replace('http://127.0.0.1:9', backend.url));
    const run = startCli(built, home, ['run']);
    await run.said('ready');
    const reply = send(await portOf(home), { host: 'a.local' });
    await until(() => backend.requests.length === 1);
    run.child.kill('SIGTERM');
    expect((await reply).status).toBe(200);
    expect(await run.ended).toBe(0);
  });

  it('says under --json where it listens, on one line', async () => {
    const run = startCli(built, await homeWith(CONFIG), ['run', '--json']);
    await run.said('\n');
    expect(JSON.parse(run.out)).toMatchObject({
      event: 'ready',
      pid: run.child.pid,
      listeners: [{ kind: 'http', address: '127.0.0.1' }],
    });
  });

  it('takes another config file, and then makes no sample', async () => {
    const home = tempHome();
    await writeFile(join(home, 'other.yml'), CONFIG);
    const run = startCli(built, join(home, 'home'), ['run', '--config', join(home, 'other.yml')]);
    await run.said('ready');
    expect((await statusOf(join(home, 'home'))).configFile).toBe(join(home, 'other.yml'));
    expect(existsSync(join(home, 'home', 'mogoly.yaml'))).toBe(false);
  });

  it('with a config that is bad says where, exits with 1, and lets the home go', async () => {
    const home = await homeWith('server:\n  - { name: a.local, strategy: best, url: "http://x" }\n');
    const run = startCli(built, home, ['run']);
    expect(await run.ended).toBe(1);
    expect(run.err).toContain('mogoly.yaml:2:');
    expect(existsSync(join(home, 'mogoly.lock'))).toBe(false);
  });

  it('recovers a home whose owner was killed', async () => {
    const home = await homeWith(CONFIG);
    const first = startCli(built, home, ['run']);
    await first.said('ready');
    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(join(home, 'control.sock'))).toBe(true);
    const second = startCli(built, home, ['run']);
    await second.said('ready');
    expect((await statusOf(home)).pid).toBe(second.child.pid);
  });

  it('serves a home whose path is too long for a socket', async () => {
    const home = join(tempHome(), 'x'.repeat(120));
    const run = startCli(built, home, ['run', '--config', join(await homeWith(CONFIG), 'mogoly.yaml')]);
    await run.said('ready');
    expect((await statusOf(home)).pid).toBe(run.child.pid);
  });
});

describe.runIf(process.platform === 'linux')('a home under /proc, which takes no folder', () => {
  it.each(['run', 'daemon start -d', 'import Caddyfile --yes'])('ends `%s` with the reason', async (command) => {
    const folder = tempHome();
    await writeFile(join(folder, 'Caddyfile'), 'http://shop.test {\n\treverse_proxy localhost:5173\n}\n');
    const args = command.replace('Caddyfile', join(folder, 'Caddyfile')).split(' ');
    const run = startCli(built, '/proc/mogoly/home', args);
    expect(await run.ended).toBe(1);
    expect(run.err).toMatch(/no folder can be made in \/proc\. .*HOME_UNUSABLE|could not be saved \(ENOENT\)/);
  });
});

it('an import into a home that nobody has started makes it', async () => {
  const folder = tempHome();
  await writeFile(join(folder, 'Caddyfile'), 'http://shop.test {\n\treverse_proxy localhost:5173\n}\n');
  const home = join(folder, 'home');
  const run = startCli(built, home, ['import', join(folder, 'Caddyfile'), '--yes']);
  expect([await run.ended, run.out]).toEqual([0, expect.stringContaining('Added 1 site to ')]);
  expect(await readFile(join(home, 'mogoly.yaml'), 'utf8')).toContain('name: shop.test');
});

describe('mogoly daemon', () => {
  const call = async (home: string, ...args: string[]) => {
    const process = startCli(built, home, args);
    const code = await process.ended;
    return { code, out: process.out, err: process.err };
  };

  it('starts in the background, restarts with the same config, and stops', async () => {
    const home = await homeWith(CONFIG);
    onTestFinished(async () => void (await call(home, 'daemon', 'stop')));
    expect(await call(home, 'daemon', 'start', '-d')).toMatchObject({
      code: 0,
      out: expect.stringContaining('in the background') as string,
    });
    const { pid } = await statusOf(home);
    const already = await call(home, 'daemon', 'start', '-d');
    expect(already).toMatchObject({ code: 0, out: `Mogoly is running already (pid ${pid})\n` });
    const other = await call(home, 'daemon', 'start', '-d', '-c', '/elsewhere.yaml');
    expect([other.code, other.err]).toEqual([1, expect.stringMatching(`pid ${pid}.*mogoly\\.yaml.*HOME_TAKEN`)]);
    expect((await call(home, 'd', 'restart')).code).toBe(0);
    expect((await statusOf(home)).pid).not.toBe(pid);
    expect(await call(home, 'daemon', 'stop')).toMatchObject({
      code: 0,
      out: expect.stringContaining('has stopped') as string,
    });
    expect((await call(home, 'daemon', 'status')).code).toBe(1);
    expect(await readFile(join(home, 'logs', 'daemon.log'), 'utf8')).toContain('Mogoly is ready');
  });

  it('that goes on with the last good config says that the file is not in force', async () => {
    const home = await homeWith(CONFIG);
    onTestFinished(async () => void (await call(home, 'daemon', 'stop')));
    await call(home, 'daemon', 'start', '-d');
    await call(home, 'daemon', 'stop');
    await writeFile(join(home, 'mogoly.yaml'), 'server: 3\n');
    for (const command of ['daemon start -d', 'status']) {
      const { code, err } = await call(home, ...command.split(' '));
      expect(code).toBe(0);
      expect(err).toMatch(
        /mogoly\.yaml is not in force as it stands; revision 1 serves until it is mended:\n.*:1:9: error/,
      );
    }
  });

  it('that cannot start says why', async () => {
    const home = await homeWith('server: 3\n');
    const result = await call(home, 'daemon', 'start', '--detach');
    expect(result.code).toBe(1);
    expect(result.err).toMatch(/^\S+mogoly\.yaml:1:9: error: .*\[CONFIG_WRONG_TYPE\]\n$/);
    const { out } = await call(home, 'daemon', 'start', '--detach', '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: false, problems: [{ code: 'CONFIG_WRONG_TYPE', path: ['server'] }] });
  });

  it('that ends without a word says where to read more', async () => {
    const home = await homeWith(CONFIG.replace('health_check', 'middlewares: [{ name: ./end.mjs }], health_check'));
    await writeFile(join(home, 'end.mjs'), 'process.exit(3);\n');
    const { code, err } = await call(home, 'daemon', 'start', '-d');
    expect([code, err]).toEqual([1, expect.stringMatching(/\(exit code 3\)\. Read .*daemon\.log.*DAEMON_NOT_STARTED/)]);
  });

  it('whose socket file is gone is found by its lock, and stopped', async () => {
    const home = await homeWith(CONFIG);
    const run = startCli(built, home, ['run']);
    await run.said('ready');
    await rm(join(home, 'control.sock'));
    const status = await call(home, 'status');
    expect([status.code, status.err]).toEqual([1, expect.stringMatching(`pid ${run.child.pid}.*DAEMON_UNHEARD`)]);
    const stopped = await call(home, 'daemon', 'stop');
    expect(stopped).toMatchObject({ code: 0, out: `Mogoly (pid ${run.child.pid}) has stopped\n` });
    expect(await run.ended).toBe(0);
    expect(existsSync(join(home, 'mogoly.lock'))).toBe(false);
  });

  it('with a socket of its own is found without being told of it', async () => {
    const home = await homeWith(CONFIG);
    const run = startCli(built, home, ['run', '--socket', join(tempHome(), 'own.sock')]);
    await run.said('ready');
    expect((await statusOf(home)).pid).toBe(run.child.pid);
    expect((await call(home, 'daemon', 'stop')).code).toBe(0);
    expect(await run.ended).toBe(0);
  });
});
