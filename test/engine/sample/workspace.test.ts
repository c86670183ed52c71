import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createEventBus } from '../../../electron/engine/events.ts';
import { helloPage } from '../../../electron/engine/sample/hello-page.ts';
import { prepareSample, startSampleServers } from '../../../electron/engine/sample/sample.ts';
import { openWorkspace } from '../../../electron/engine/sample/workspace.ts';
import { configSchema } from '../../../shared/config.ts';
import type { ConfigDocument } from '../../../shared/protocol.ts';
import { send } from '../../kit/http.ts';
import { ownSamplePorts } from '../../kit/sample-ports.ts';
import { tempHome } from '../../kit/temp-home.ts';
import { until } from '../../kit/wait.ts';

ownSamplePorts();

const answersOn = (port: number): Promise<boolean> =>
  send(port, { path: '/healthz' }).then(
    ({ body }) => body === 'ok\n',
    () => false,
  );
const portsOf = async (home: string): Promise<[number, number]> =>
  (JSON.parse(await readFile(join(home, 'sample.json'), 'utf8')) as { hello: [number, number] }).hello;

async function open(home: string, file?: string) {
  const workspace = await openWorkspace(home, file);
  onTestFinished(() => workspace.close());
  return workspace;
}

describe('an empty home', () => {
  it('gets a config that passes the schema, and two servers that answer', async () => {
    const home = join(tempHome(), 'home');
    const workspace = await open(home);
    expect(workspace).toMatchObject({ configFile: join(home, 'mogoly.yaml'), isNew: true });
    const config = configSchema.parse(parse(await readFile(workspace.configFile, 'utf8')));
    expect(config.server[0]).toMatchObject({ name: 'demo.localhost', strategy: 'round_robin' });
    expect(Object.keys(config.listen)).toEqual(['http']);
    const ports = await portsOf(home);
    expect(config.server[0]!.balance!.map(({ url }) => url)).toEqual(ports.map((port) => `http://127.0.0.1:${port}`));
    expect(await Promise.all(ports.map(answersOn))).toEqual([true, true]);
    expect((await stat(workspace.configFile)).mode & 0o777).toBe(0o600);
  });

  it('opened again is as it was left', async () => {
    const home = tempHome();
    await (await openWorkspace(home)).close();
    const before = await readFile(join(home, 'mogoly.yaml'), 'utf8');
    expect((await open(home)).isNew).toBe(false);
    expect(await readFile(join(home, 'mogoly.yaml'), 'utf8')).toBe(before);
    expect(await Promise.all((await portsOf(home)).map(answersOn))).toEqual([true, true]);
  });
});

it('a home with a config of another name gets no sample', async () => {
  const home = tempHome();
  await writeFile(join(home, 'mogoly.json'), '{}');
  expect((await open(home)).configFile).toBe(join(home, 'mogoly.json'));
  await expect(stat(join(home, 'sample.json'))).rejects.toThrow('ENOENT');
});

it('a config file that was asked for is taken, and no sample is made', async () => {
  const home = tempHome();
  expect(await open(home, 'some/mogoly.yml')).toMatchObject({
    configFile: join(process.cwd(), 'some/mogoly.yml'),
    isNew: false,
  });
  await expect(stat(join(home, 'mogoly.yaml'))).rejects.toThrow('ENOENT');
});

it('the servers end when the config no longer refers to them, and come back with it', async () => {
  const home = tempHome();
  const workspace = await open(home);
  const sample = await readFile(workspace.configFile, 'utf8');
  const [port] = await portsOf(home);
  const bus = createEventBus();
  let text = 'server: []\n';
  workspace.attach({ on: bus.on, document: () => Promise.resolve({ text } as ConfigDocument) });
  const applied = { revision: 2, source: 'file', summary: '' };
  bus.emit('config.applied', applied);
  await until(async () => !(await answersOn(port)));
  text = sample;
  bus.emit('config.applied', applied);
  await until(() => answersOn(port));
});

it('closing ends the servers, their streams too', async () => {
  const home = tempHome();
  const [server] = await startSampleServers(await prepareSample(home));
  const stream = await fetch(`http://127.0.0.1:${server!.port}/events`);
  const reader = stream.body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toMatch(/^data: hello-1, /);
  await server!.close();
  await reader.read().catch(() => undefined);
  expect(await answersOn(server!.port)).toBe(false);
});

it('the page counts, and escapes what the client sent', async () => {
  const home = tempHome();
  const servers = await startSampleServers(await prepareSample(home));
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))));
  const reply = await send(servers[0]!.port, { path: '/<script>alert(1)</script>', host: 'demo.localhost' });
  expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(reply.body).toContain('&lt;script&gt;alert(1)');
  expect(reply.body).not.toContain('<script>alert');
  expect(helloPage({ server: 'hello-1', count: 2, host: '"x\'', path: '&' })).toContain('&quot;x&#39;&amp;');
  expect((await send(servers[0]!.port, { method: 'POST' })).status).toBe(405);
});
