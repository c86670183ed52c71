import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Push } from '../../shared/protocol.ts';
import type { Snapshot } from '../../shared/state.ts';
import { startBackend } from '../kit/backend.ts';
import { cli, hostEngine } from '../kit/cli.ts';
import { site } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';

const two = {
  server: [
    site('shop.local', [
      { name: 'web-1', url: 'http://127.0.0.1:9' },
      { name: 'web-2', url: 'http://127.0.0.1:9' },
    ]),
  ],
};
const json = <T>(text: string): T => JSON.parse(text) as T;

describe('with nothing running', () => {
  it.each(['status', 'lb list', 'events -f', 'health', 'history', 'daemon logs', 'd status'])(
    '%s says how to start it',
    async (command) => {
      const result = await cli(tempHome(), command.split(' '));
      expect(result).toMatchObject({ code: 1, out: '' });
      expect(result.err).toMatch(/not running for \S+\. Start it with `mogoly run`.*\[DAEMON_NOT_RUNNING\]/);
    },
  );

  it('under --json the problem is on standard output', async () => {
    const result = await cli(tempHome(), ['status', '--json']);
    expect(result.code).toBe(1);
    expect(json(result.out)).toMatchObject({ ok: false, problems: [{ code: 'DAEMON_NOT_RUNNING' }] });
  });

  it('a stop has nothing to do', async () => {
    expect(await cli(tempHome(), ['daemon', 'stop'])).toMatchObject({ code: 0, out: 'Mogoly is not running\n' });
  });
});

describe('check', () => {
  it('prints every problem with its place, and needs nothing running', async () => {
    const home = tempHome();
    const file = join(home, 'bad.yaml');
    await writeFile(
      file,
      'server:\n  - name: a.local\n    blance: []\n  - name: b.local\n    url: http://localhost:1\n    strategy: best\n',
    );
    const result = await cli(home, ['check', file]);
    expect(result.code).toBe(1);
    expect(result.out.split('\n').filter((line) => line.startsWith(`${file}:`)).length).toBeGreaterThanOrEqual(3);
    expect(result.out).toContain(`${file}:3:5: warning:`);
    expect(result.out).toContain(`${file}:6:`);
    expect(result.out).toMatch(/\n2 errors, 1 warning\n$/);
  });

  it('is content with a good file, and leaves no trace', async () => {
    const home = tempHome();
    const file = join(home, 'good.yaml');
    await writeFile(file, 'server:\n  - { name: a.local, url: "http://localhost:1" }\n');
    expect(await cli(join(home, 'unmade'), ['check', file])).toMatchObject({ code: 0, err: '' });
    await expect(readFile(join(home, 'unmade'))).rejects.toThrow('ENOENT');
  });

  it('reads standard input, and answers in JSON', async () => {
    const result = await cli(tempHome(), ['check', '-', '--json'], { stdin: '{"server": 3}' });
    expect(result.code).toBe(1);
    expect(json(result.out)).toMatchObject({ ok: false, problems: [{ at: { file: 'stdin', line: 1 } }] });
  });

  it.each([
    ['missing.yaml', 'CONFIG_UNREADABLE'],
    ['config.toml', 'CONFIG_FORMAT'],
  ])('%s is %s', async (file, code) => {
    const result = await cli(tempHome(), ['check', file]);
    expect(result.code).toBe(1);
    expect(result.err).toContain(code);
  });
});

it('hash-password makes what basic_auth takes', async () => {
  expect((await cli(tempHome(), ['hash-password'], { stdin: 'secret\n' })).out).toMatch(/^scrypt:\S+\n$/);
  expect((await cli(tempHome(), ['hash-password'], { stdin: '\n' })).code).toBe(1);
});

describe('against a running engine', () => {
  it('status shows what is served', async () => {
    const { home, port } = await hostEngine(two);
    const shown = await cli(home, ['status']);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toContain('Mogoly 1.2.3 is running');
    expect(shown.out).toMatch(new RegExp(`shop\\.local +unknown +2/2 +0 +http://shop\\.local:${port}/`));
    expect(json<Snapshot>((await cli(home, ['--json', 'status'])).out)).toMatchObject({
      status: 'running',
      sites: [{ name: 'shop.local' }],
    });
  });

  it('colours only a terminal', async () => {
    const { home } = await hostEngine(two);
    expect((await cli(home, ['status'])).out).not.toContain('\u001b');
    expect((await cli(home, ['status'], { isTTY: true })).out).toContain('\u001b[32mrunning');
    expect((await cli(home, ['status', '--no-color'], { isTTY: true })).out).not.toContain('\u001b');
    expect((await cli(home, ['status'], { isTTY: true, env: { NO_COLOR: '1' } })).out).not.toContain('\u001b');
  });

  it('map makes a site that routes, then points it elsewhere', async () => {
    const [first, second] = [await startBackend({ name: 'first' }), await startBackend({ name: 'second' })];
    const { home, port } = await hostEngine('server: []\n');
    const backend = async (): Promise<unknown> =>
      json<{ backend: string }>((await send(port, { host: 'app.local' })).body).backend;
    expect(await cli(home, ['map', 'app.local', `127.0.0.1:${first.port}`])).toMatchObject({
      code: 0,
      out: `http://app.local:${port}/ → http://127.0.0.1:${first.port}\n`,
    });
    expect(await backend()).toBe('first');
    expect((await cli(home, ['map', 'app.local', second.url])).code).toBe(0);
    expect(await backend()).toBe('second');
    await Promise.all([first.kill(), second.kill()]);
  });

  it('lb makes, lists, changes, stops and starts a site', async () => {
    const backend = await startBackend();
    const { home, port, engine } = await hostEngine('server: []\n');
    const good = async (...args: string[]): Promise<string> => {
      const result = await cli(home, args);
      expect(result).toMatchObject({ code: 0 });
      return result.out;
    };
    expect(await good('lb', 'create', '-n', 'a.local', '--url', backend.url, '-u', 'http://127.0.0.1:9')).toContain(
      'Made a.local: revision 2',
    );
    expect(await good('loadbalancer', 'add', 'a.local', '-u', `${backend.url}/x`, '-n', 'third')).toContain(
      'Added to a.local',
    );
    expect(await good('lb', 'ls')).toContain('third');
    expect(engine.getSite('a.local')!.routes[0]!.pool!.members).toHaveLength(3);
    await good('lb', 'remove-backend', 'a.local', 'third');
    expect(engine.getBackend('a.local', 'third')).toBeUndefined();
    await good('lb', 'stop', 'a.local');
    expect(engine.getSite('a.local')?.disabled ?? true).toBe(true);
    await good('lb', 'up', 'a.local');
    expect((await send(port, { host: 'a.local' })).status).toBe(200);
    expect((await cli(home, ['lb', 'add', 'nowhere.local', '-u', backend.url])).code).toBe(1);
    await backend.kill();
  });

  it('lb create takes a site from a file', async () => {
    const { home, engine } = await hostEngine('server: []\n');
    const file = join(home, 'site.yaml');
    await writeFile(
      file,
      'server:\n  - { name: x.local, url: "http://127.0.0.1:9", health_check: { interval: 7s } }\n',
    );
    expect((await cli(home, ['lb', 'create', '-n', 'y.local', '-c', file])).code).toBe(0);
    expect(engine.getSite('y.local')).toBeDefined();
    expect(await readFile(engine.configFile, 'utf8')).toContain('7s');
    await writeFile(file, '- just\n- a list\n');
    expect((await cli(home, ['lb', 'create', '-n', 'z.local', '-c', file])).err).toContain('CONFIG_INVALID');
    expect((await cli(home, ['lb', 'create', '-n', 'z.local'])).err).toContain('z.local has no backend');
  });

  it('health exits with 1 while a backend is down', async () => {
    const backend = await startBackend();
    const { home } = await hostEngine({
      server: [
        site('a.local', [{ name: 'up', url: backend.url }]),
        site('b.local', [{ name: 'dead', url: 'http://127.0.0.1:9' }]),
      ],
    });
    expect(await cli(home, ['health', 'a.local'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 pass, 0 fail') as string,
    });
    expect(await cli(home, ['health'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('1 pass, 1 fail') as string,
    });
    expect((await cli(home, ['health', 'c.local'])).err).toContain('SITE_UNKNOWN');
    await backend.kill();
  });

  it('explain says where a request goes, and exits with 1 where it gets an error', async () => {
    const { home } = await hostEngine(two);
    expect(await cli(home, ['explain', 'shop.local/cart'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('web-1') as string,
    });
    const nobody = await cli(home, ['explain', 'http://nobody.local/']);
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('[HOST_UNKNOWN]') as string });
    expect(nobody.out).not.toContain('CANDIDATE');
  });

  it('apply, history and rollback go through the revisions', async () => {
    const { home, engine } = await hostEngine(two);
    const file = join(home, 'next.yaml');
    await writeFile(
      file,
      'listen: { http: "127.0.0.1:0", https: "off", dns: "off" }\nserver:\n  - { name: next.local, url: "http://127.0.0.1:9" }\n',
    );
    expect(await cli(home, ['apply', file])).toMatchObject({ code: 0, out: 'Applied: revision 2\n' });
    expect(engine.getSite('next.local')).toBeDefined();
    expect((await cli(home, ['history'])).out).toMatch(/^2 current.* cli /m);
    expect((await cli(home, ['rollback', '1'])).code).toBe(0);
    expect(engine.getSite('shop.local')).toBeDefined();
    expect((await cli(home, ['rollback', '99'])).code).toBe(1);
    await writeFile(file, 'server: 3\n');
    const refused = await cli(home, ['apply', file]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(`${file}:1:9: error:`);
    expect(engine.getSite('shop.local')).toBeDefined();
  });

  it('events shows what was, and follows what comes until it is told to end', async () => {
    const { home, port } = await hostEngine(two);
    await send(port, { host: 'shop.local', path: '/before?token=abc' });
    const past = await cli(home, ['events']);
    expect(past.out).toContain('502 GET shop.local/before?token=[redacted]');
    const ending = new AbortController();
    let out = '';
    const following = cli(home, ['events', '-f', '--json'], { signal: ending.signal, onOut: (text) => (out += text) });
    await until(async () => {
      await send(port, { host: 'shop.local', path: '/after' });
      return out.includes('/after');
    });
    ending.abort();
    expect((await following).code).toBe(0);
    const pushes = out
      .trimEnd()
      .split('\n')
      .map((line) => json<Push>(line));
    expect(pushes.map(({ seq }) => seq)).toEqual(pushes.map((_push, index) => index + 1));
  });

  it('daemon logs shows the log, in JSON too', async () => {
    const { home } = await hostEngine(two);
    expect((await cli(home, ['d', 'logs'])).out).toContain('(engine.started)');
    expect(json<unknown[]>((await cli(home, ['daemon', 'logs', '-t', '1', '--json'])).out)).toHaveLength(1);
  });

  it('the app is not ended from outside', async () => {
    const { home } = await hostEngine(two);
    expect((await cli(home, ['daemon', 'stop'])).err).toContain('CONTROL_QUIT_REFUSED');
  });

  it('a second run is told who owns the home', async () => {
    const { home } = await hostEngine(two);
    expect((await cli(home, ['run'])).err).toContain(`Mogoly cli (pid ${process.pid}) owns ${home}.`);
  });
});

it('a log left behind is shown when nothing runs', async () => {
  const { home, engine } = await hostEngine(two);
  await engine.stop();
  const copy = tempHome();
  await import('node:fs/promises').then(({ cp }) => cp(join(home, 'logs'), join(copy, 'logs'), { recursive: true }));
  expect((await cli(copy, ['daemon', 'logs'])).out).toContain('engine.started');
});
