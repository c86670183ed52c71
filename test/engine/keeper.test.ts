/** Starting on what is on disk, stopping, and what is left over after that. */
import { spawn } from 'node:child_process';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/index.ts';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { buildCli } from '../kit/cli.ts';
import { configText, site } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';

let backend: TestBackend;
const engines: Engine[] = [];

beforeEach(async () => {
  backend = await startBackend({ name: 'one' });
});

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  await backend.kill();
});

function open(home: string, rest: Partial<Parameters<typeof createEngine>[0]> = {}): Engine {
  const engine = createEngine({ home, watch: false, ...rest });
  engines.push(engine);
  return engine;
}

const good = (): string => configText({ server: [site('shop.test', [{ url: backend.url }])] });
const portOf = (engine: Engine): number => engine.snapshot().listeners[0]!.port;
const status = async (engine: Engine): Promise<number> => (await send(portOf(engine), { host: 'shop.test' })).status;

describe('starting', () => {
  it('a bad file with a history serves the last good config and shows the problems', async () => {
    const home = tempHome();
    const file = join(home, 'mogoly.yaml');
    await writeFile(file, good());
    const first = open(home);
    expect((await first.start()).ok).toBe(true);
    await first.close();
    await writeFile(file, 'server: [ { name: shop.test, url: 7 } ]');
    const second = open(home);
    const started = await second.start();
    expect(started.ok && started.value.revision).toBe(1);
    expect(await status(second)).toBe(200);
    expect(second.snapshot().problems).toMatchObject([{ code: 'CONFIG_WRONG_TYPE', at: { line: 1 } }]);
    expect(await second.document()).toMatchObject({
      problems: [{ code: 'CONFIG_WRONG_TYPE' }],
      text: good(),
      onDisk: 'server: [ { name: shop.test, url: 7 } ]',
    });
    expect(await readFile(file, 'utf8')).toContain('url: 7');
  });

  it('a bad file does not serve what another file of this home held', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), good());
    const first = open(home);
    expect((await first.start()).ok).toBe(true);
    await first.close();
    const bad = join(home, 'other.yaml');
    await writeFile(bad, 'server: 7');
    const other = await open(home, { configFile: bad }).start();
    expect(!other.ok && other.problems.map(({ code }) => code)).toEqual(['CONFIG_WRONG_TYPE']);
    await writeFile(bad, good().replace('shop.test', 'other.test'));
    const mended = open(home, { configFile: bad });
    expect(await mended.start()).toMatchObject({ ok: true, value: { revision: 2 } });
    await mended.close();
    await writeFile(join(home, 'mogoly.yaml'), 'server: 7');
    const third = open(home);
    expect(await third.start()).toMatchObject({ ok: true, value: { revision: 1 } });
    expect(await status(third)).toBe(200);
  });

  it('a bad file without a history fails with the problems, and a mended one starts', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), 'server: 7');
    const engine = open(home);
    const failed: string[] = [];
    engine.on('engine.startFailed', ({ problems }) => failed.push(...problems.map(({ code }) => code)));
    const started = await engine.start();
    expect(started.ok).toBe(false);
    expect(failed).toEqual(['CONFIG_WRONG_TYPE']);
    expect(engine.status()).toBe('stopped');
    expect(engine.snapshot().problems).toHaveLength(1);
    await writeFile(join(home, 'mogoly.yaml'), good());
    expect((await engine.start()).ok).toBe(true);
    expect(engine.snapshot().problems).toEqual([]);
  });

  it('no file at the default place is an empty config, and the first change makes the file', async () => {
    const home = join(tempHome(), 'new');
    const engine = open(home);
    const started = await engine.start();
    expect(started.ok && started.value.revision).toBe(0);
    expect(await readdir(home)).not.toContain('mogoly.yaml');
    expect((await engine.apply(good())).ok).toBe(true);
    expect(await readFile(join(home, 'mogoly.yaml'), 'utf8')).toBe(good());
    expect(await status(engine)).toBe(200);
  });

  it('a change by name works on the empty config as well', async () => {
    const home = tempHome();
    const engine = open(home);
    await engine.start();
    expect((await engine.addSite({ name: 'shop.test', url: backend.url })).ok).toBe(true);
    expect(await status(engine)).toBe(200);
  });

  it('a file named and missing is a problem, one of another kind as well', async () => {
    const home = tempHome();
    const missing = await open(home, { configFile: join(home, 'my.yaml') }).start();
    expect(!missing.ok && missing.problems[0]!.code).toBe('CONFIG_MISSING');
    const odd = await open(home, { configFile: join(home, 'my.toml') }).start();
    expect(!odd.ok && odd.problems[0]!.code).toBe('CONFIG_FORMAT_UNKNOWN');
  });

  it('a home that cannot be made is a problem', async () => {
    const home = tempHome();
    await writeFile(join(home, 'file'), '');
    const started = await open(join(home, 'file', 'home')).start();
    expect(!started.ok && started.problems[0]!.code).toBe('HOME_UNUSABLE');
  });

  it('a history that lost its newest text serves the one before', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), good());
    const first = open(home);
    await first.start();
    await first.addSite({ name: 'more.test', url: backend.url });
    await first.close();
    await rm(join(home, 'history', '000002.yaml'));
    await writeFile(join(home, 'mogoly.yaml'), ': : :');
    const second = open(home);
    const started = await second.start();
    expect(started.ok && started.value.revision).toBe(1);
    expect(await status(second)).toBe(200);
  });

  it('a JSON config is kept as JSON', async () => {
    const home = tempHome();
    const configFile = join(home, 'gateway.json');
    await writeFile(configFile, `${JSON.stringify(JSON.parse(good()), undefined, 2)}\n`);
    const engine = open(home, { configFile });
    expect((await engine.start()).ok).toBe(true);
    expect(
      (await engine.addBackend('shop.test', { name: 'two', url: backend.url.replace('127.0.0.1', 'localhost') })).ok,
    ).toBe(true);
    expect(JSON.parse(await readFile(configFile, 'utf8'))).toMatchObject({
      server: [{ balance: [{}, { name: 'two' }] }],
    });
    const other = await engine.apply('server: []', { format: 'yaml' });
    expect(!other.ok && other.problems[0]!.code).toBe('CONFIG_FORMAT_MISMATCH');
  });
});

describe('stopping', () => {
  const openSockets = (): string[] =>
    process
      .getActiveResourcesInfo()
      .filter((kind) => kind === 'TCPServerWrap' || kind === 'TCPSocketWrap')
      .sort();

  it('stop and start again, ten times, leaves no socket', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), good());
    const before = openSockets();
    const engine = open(home);
    for (let i = 0; i < 10; i++) {
      expect((await engine.start()).ok).toBe(true);
      expect(await status(engine)).toBe(200);
      const port = portOf(engine);
      await engine.stop();
      expect(engine.snapshot()).toMatchObject({ status: 'stopped', listeners: [] });
      await expect(send(port)).rejects.toThrow('ECONNREFUSED');
    }
    await until(() => openSockets().length === before.length, { message: 'every socket to be gone' });
    expect(engine.snapshot().revision).toBe(1);
  });

  it('start and stop called at once end in the order they were called', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), good());
    const engine = open(home);
    const [started, again] = await Promise.all([engine.start(), engine.start(), engine.stop()]);
    expect([started.ok, again.ok && again.value.revision]).toEqual([true, 1]);
    expect(engine.status()).toBe('stopped');
    await engine.close();
    await engine.close();
    const late = await engine.start();
    expect(!late.ok && late.problems[0]!.code).toBe('ENGINE_CLOSED');
  });

  it('a request under way is answered by a stop', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), good());
    const engine = open(home);
    await engine.start();
    backend.setMode('slow:300');
    const answer = status(engine);
    await until(() => backend.requests.length === 1);
    await engine.stop();
    expect(await answer).toBe(200);
  });

  it('a change while stopped is kept for the next start', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), good());
    const engine = open(home);
    await engine.start();
    await engine.stop();
    expect((await engine.addSite({ name: 'more.test', url: backend.url })).ok).toBe(true);
    expect(engine.snapshot().listeners).toEqual([]);
    await engine.start();
    expect((await send(portOf(engine), { host: 'more.test' })).status).toBe(200);
  });

  it('a process that closed its engine ends by itself, with connections kept and a request given up', async () => {
    const built = await buildCli();
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), good());
    const script = join(home, 'run.mjs');
    await writeFile(script, CHILD);
    const child = spawn(process.execPath, [script, join(dirname(built.path), 'engine.js'), home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const code = await new Promise((done) => child.on('exit', done));
    await built.remove();
    expect(out.trim().split('\n')).toEqual(['200', '200', 'closed', '0 ms late']);
    expect(code).toBe(0);
  });
});

/** Serves, keeps connections on both sides, changes a listener, closes; the event loop must then be empty. */
const CHILD = `
import { request, Agent } from 'node:http';
const { createEngine } = await import(process.argv[2]);
const engine = createEngine({ home: process.argv[3] });
const agent = new Agent({ keepAlive: true });
const ask = () => new Promise((done) => request({ agent, port: engine.snapshot().listeners[0].port, host: '127.0.0.1', headers: { host: 'shop.test' } }, (r) => { r.resume(); r.on('end', () => { console.log(r.statusCode); done(); }); }).end());
await engine.start();
await ask();
await engine.apply((await engine.document()).text.replace('127.0.0.1:0', 'localhost:0'));
await ask();
await engine.warm('shop.test');
await engine.checkAll();
agent.destroy();
await engine.close();
console.log('closed');
const at = Date.now();
process.on('exit', () => console.log((Date.now() - at < 500 ? 0 : Date.now() - at) + ' ms late'));
`;
