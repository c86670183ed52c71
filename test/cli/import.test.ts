/** `mogoly import`: shown first, written when it is meant, and nothing of the user's own is lost. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Problem } from '../../shared/problem.ts';
import { call } from '../../electron/cli/client.ts';
import { startBackend } from '../kit/backend.ts';
import { cli, hostEngine } from '../kit/cli.ts';
import { send } from '../kit/http.ts';
import { tempHome } from '../kit/temp-home.ts';

const CADDY = 'http://shop.test {\n\treverse_proxy localhost:5173\n\trespond /up "ok"\n}\n';

async function withFile(name = 'Caddyfile', text = CADDY): Promise<{ home: string; file: string; config: string }> {
  const home = tempHome();
  const file = join(home, name);
  await writeFile(file, text);
  return { home, file, config: join(home, 'mogoly.yaml') };
}

describe('an import', () => {
  it('shows the change and what is left out with its place, and writes nothing', async () => {
    const { home, file, config } = await withFile();
    const { code, out, err } = await cli(home, ['import', file]);
    expect(code).toBe(0);
    expect(out).toContain('+   - name: shop.test\n');
    expect(out).toContain('Nothing is written. Add --yes');
    expect(err).toContain(`${file}:3:2: warning: "respond /up ok" is left out.`);
    expect(existsSync(config)).toBe(false);
  });

  it('goes into the config that the home has, whatever its ending', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.json'), '{ "server": [] }\n');
    await writeFile(join(home, 'Caddyfile'), 'http://shop.test {\n\treverse_proxy localhost:5173\n}\n');
    expect((await cli(home, ['import', join(home, 'Caddyfile'), '--yes'])).code).toBe(0);
    expect(await readFile(join(home, 'mogoly.json'), 'utf8')).toContain('shop.test');
    expect(await readdir(home)).not.toContain('mogoly.yaml');
  });

  it('with --yes writes the config, which is good', async () => {
    const { home, file, config } = await withFile();
    const { code, out } = await cli(home, ['import', file, '--yes']);
    expect([code, out]).toEqual([0, expect.stringContaining('Added 1 site to ')]);
    expect((await cli(home, ['check', config])).out).toContain('is good');
  });

  it.each([
    ['y\n', true],
    ['\n', false],
  ])('on a terminal asks first; %j is an answer', async (stdin, isWritten) => {
    const { home, file, config } = await withFile();
    const { out } = await cli(home, ['import', file], { isTTY: true, stdin });
    expect(out).toContain('[y/N]');
    expect(existsSync(config)).toBe(isWritten);
  });

  it('keeps comments and order of the config, and a site of the same name unless told', async () => {
    const { home, file, config } = await withFile();
    const own =
      '# mine\nserver:\n  # first\n  - { name: shop.test, url: "http://localhost:1" } # stays\nzones: [test]\n';
    await writeFile(config, own);
    const kept = await cli(home, ['import', file, '--yes']);
    expect([kept.code, kept.out]).toEqual([0, 'There is nothing to add.\n']);
    expect(kept.err).toContain('IMPORT_SITE_EXISTS');
    expect(await readFile(config, 'utf8')).toBe(own);
    const replaced = await cli(home, ['import', file, '--yes', '--replace']);
    expect(replaced.code).toBe(0);
    const text = await readFile(config, 'utf8');
    for (const part of ['# mine', '# first', '# stays', 'zones: [test]', 'localhost:5173'])
      expect(text).toContain(part);
    expect(text).not.toContain('localhost:1"');
  });

  it('leaves out a host that another site has', async () => {
    const { home, file, config } = await withFile();
    await writeFile(config, 'server:\n  - { name: other, hosts: [SHOP.test], url: "http://localhost:1" }\n');
    const { out, err } = await cli(home, ['import', file, '--yes', '--replace']);
    expect(out).toBe('There is nothing to add.\n');
    expect(err).toContain('shop.test is a host of the site other already');
  });

  it('says what it takes from the environment, and leaves references of the config alone', async () => {
    const caddy = 'http://{$NAME:shop.test} {\n\treverse_proxy {$UPSTREAM}\n\theader_up X-Unused {$UNSET:no}\n}\n';
    const { home, file, config } = await withFile('Caddyfile', caddy);
    await writeFile(config, 'server:\n  - { name: own.test, url: "${env:OWN_URL}" }\n');
    vi.stubEnv('OWN_URL', 'http://localhost:9');
    const { code, err } = await cli(home, ['import', file, '--yes'], { env: { UPSTREAM: 'localhost:5173' } });
    vi.unstubAllEnvs();
    expect(code).toBe(0);
    expect(err).toContain('The value that UPSTREAM has in this environment is written out. Write ${env:UPSTREAM} in');
    expect(err).not.toMatch(/NAME|UNSET has/);
    expect(await readFile(config, 'utf8')).toContain('url: "${env:OWN_URL}"');
  });

  it('goes to a running Mogoly by its own door, and serves at once', async () => {
    const backend = await startBackend({ name: 'web' });
    const { home, port } = await hostEngine('# kept\nserver: []\n');
    const file = join(home, 'nginx.conf');
    await writeFile(file, `server { server_name new.test; location / { proxy_pass ${backend.url}; } }\n`);
    const result = await cli(home, ['import', file, '--yes', '--json']);
    const answer = JSON.parse(result.out) as { revision: number; written: boolean; sites: string[] };
    expect(answer).toMatchObject({ from: 'nginx', written: true, sites: ['new.test'], revision: 2 });
    expect((await send(port, { host: 'new.test' })).body).toContain('"backend":"web"');
    expect(await readFile(join(home, 'mogoly.yaml'), 'utf8')).toContain('# kept');
    await backend.close();
  });

  it('is previewed by a command of its own, which reads no other file', async () => {
    const { home } = await hostEngine('server: []\n');
    await writeFile(join(home, 'other'), 'http://other.test {\n\treverse_proxy localhost:1\n}\n');
    const request = { file: 'Caddyfile', text: `import other\n${CADDY}` };
    const answer = await call({ home }, 'config.import', request);
    if (!answer.ok) throw new Error(answer.problems[0]?.message);
    const { source, sites, before, after, problems, notes } = answer.value;
    expect([source, sites, problems]).toEqual(['caddy', ['shop.test'], []]);
    expect(before).toContain('server: []');
    expect(after).toContain('localhost:5173');
    expect(notes[0]?.message).toBe('import other is left out.');
    expect(await readFile(join(home, 'mogoly.yaml'), 'utf8')).toContain('server: []');
  });

  it('in JSON carries the notes with their places, and both texts', async () => {
    const { home, file } = await withFile();
    const { out, err } = await cli(home, ['import', file, '--json']);
    const { notes, before, after, written } = JSON.parse(out) as Record<string, string> & { notes: Problem[] };
    expect([err, before, written]).toEqual(['', '', false]);
    expect(after).toContain('shop.test');
    expect(notes[0]).toMatchObject({ code: 'IMPORT_LEFT_OUT', severity: 'warning', at: { file, line: 3, column: 2 } });
  });

  it('reads compose labels of all kinds', async () => {
    const { home, file } = await withFile(
      'compose.yaml',
      `services:
  a:
    ports: ["8081:80"]
    labels:
      traefik.http.routers.a.rule: (Host(\`a.test\`) || Host(\`b.test\`)) && PathPrefix(\`/api\`)
      traefik.http.routers.a.middlewares: strip@docker
      traefik.http.middlewares.strip.stripprefix.prefixes: /api
  c:
    ports: ["127.0.0.1:\${PORT:-8082}:3000"]
    labels: ['caddy=http://c.test', 'caddy.handle_path=/x/*', 'caddy.handle_path.0_reverse_proxy={{upstreams 3000}}']
  n:
    ports: [{ target: 90, published: 8083 }]
    environment: [VIRTUAL_HOST=n.test, VIRTUAL_PORT=90]
  o:
    ports: ["8084:7000"]
    labels: { mogoly.host: o.test, mogoly.port: 7000 }
  u:
    labels: { mogoly.host: u.test, mogoly.port: 7000 }
`,
    );
    const { code, out, err } = await cli(home, ['import', file, '--json']);
    expect([code, err]).toEqual([0, '']);
    const { sites, after, notes } = JSON.parse(out) as { sites: string[]; after: string; notes: Problem[] };
    expect([...sites].sort()).toEqual(['a.test', 'c.test', 'n.test', 'o.test']);
    for (const each of ['8081', '8082', '8083', '8084']) expect(after).toContain(`http://localhost:${each}`);
    expect(notes.map(({ at, message }) => [at?.line, message.slice(0, 13)])).toContainEqual([18, 'the service u']);
  });

  it.each<[string, string[], number, string]>([
    ['a proxy that is not known is wrong use', ['--from', 'apache'], 2, 'compose'],
    ['a config of another format is refused', ['--config', 'x.toml'], 1, 'CONFIG_FORMAT_UNKNOWN'],
  ])('%s', async (_name, args, code, said) => {
    const { home, file } = await withFile();
    const result = await cli(home, ['import', file, ...args]);
    expect(result.code).toBe(code);
    expect(result.err).toContain(said);
  });

  it.each([
    ['notes.txt', 'hello', 'IMPORT_SOURCE_UNKNOWN'],
    ['Caddyfile', 'a.test {\n', 'IMPORT_SYNTAX'],
    ['nginx.conf', 'events {}', 'IMPORT_EMPTY'],
    ['compose.yaml', 'services: { a: { image: x } }', 'IMPORT_EMPTY'],
  ])('%s with %j is %s, and exit code 1', async (name, text, expected) => {
    const { home, file } = await withFile(name, text);
    const { code, out, err } = await cli(home, ['import', file, '--yes']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(expected);
    expect(existsSync(join(home, 'mogoly.yaml'))).toBe(false);
  });

  it('a file that is not there is told', async () => {
    const result = await cli(tempHome(), ['import', 'none/Caddyfile']);
    expect([result.code, result.err]).toEqual([1, expect.stringContaining('IMPORT_UNREADABLE')]);
  });
});
