/** The config files of the old project, as they are, serving. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { send } from '../kit/http.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';
import { createEngine, type Engine } from '../../electron/engine/index.ts';

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`../fixtures/legacy/${name}`, import.meta.url), 'utf8');

let backends: TestBackend[];
let engine: Engine | undefined;

beforeEach(async () => {
  backends = await Promise.all([startBackend({ name: 'backend-1' }), startBackend({ name: 'backend-2' })]);
});

afterEach(async () => {
  await engine?.close();
  engine = undefined;
  await Promise.all(backends.map((backend) => backend.kill()));
  vi.restoreAllMocks();
});

/** The file with the ports of this test's backends, its log in this test's home, and a listener of its own. */
async function serve(name: string): Promise<{ port: number; home: string; said: string[] }> {
  const home = tempHome();
  const said: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const text = (await fixture(name))
    .replace('8081', String(backends[0]!.port))
    .replace('8082', String(backends[1]!.port))
    .replace('/var/log/mogoly.log', join(home, 'var', 'mogoly.log'));
  const listen = '{ "http": "127.0.0.1:0", "https": "off", "dns": "off" }';
  const configFile = join(home, name);
  await writeFile(
    configFile,
    name.endsWith('.json') ? text.replace('{', `{ "listen": ${listen},`) : `listen: ${listen}\n${text}`,
  );
  engine = createEngine({ home, configFile, watch: false });
  const started = await engine.start();
  if (!started.ok) throw new Error(started.problems.map(({ message }) => message).join('; '));
  return { port: engine.snapshot().listeners[0]!.port, home, said };
}

describe.each(['gateway.yaml', 'gateway.json'])('%s', (name) => {
  it('has no error as it was written', async () => {
    engine = createEngine({ home: tempHome() });
    const problems = await engine.check(await fixture(name), name.endsWith('.json') ? 'json' : 'yaml');
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('sends requests to its two backends in turn', async () => {
    const { port } = await serve(name);
    const names: string[] = [];
    for (let i = 0; i < 6; i++)
      names.push((JSON.parse((await send(port, { host: 'api-gateway' })).body) as BackendReply).backend);
    expect(names.filter((one) => one === 'backend-1')).toHaveLength(3);
    expect(names.every((one, i) => i === 0 || one !== names[i - 1])).toBe(true);
  });

  it('answers 429 to the 101st request within its window', async () => {
    const { port } = await serve(name);
    for (let i = 0; i < 100; i++) expect((await send(port, { host: 'api-gateway' })).status).toBe(200);
    const { status, headers } = await send(port, { host: 'api-gateway' });
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('writes its log to log_output, and with stream to standard output too', async () => {
    const { home, said } = await serve(name);
    const log = await until(() => readFile(join(home, 'var', 'mogoly.log'), 'utf8'), { message: 'the log file' });
    expect(log).toContain('config.applied');
    expect(said.join('')).toContain('Applied revision 1');
  });
});
