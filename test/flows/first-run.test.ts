/** From nothing to a page: an empty home, its sample, and the engine in front of it. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/index.ts';
import { openWorkspace, type Workspace } from '../../electron/engine/sample/workspace.ts';
import { send } from '../kit/http.ts';
import { ownSamplePorts } from '../kit/sample-ports.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';

ownSamplePorts();

let workspace: Workspace;
let engine: Engine;

async function open(home: string): Promise<number> {
  workspace = await openWorkspace(home);
  engine = createEngine({ home, configFile: workspace.configFile });
  workspace.attach(engine);
  const started = await engine.start();
  expect(started).toMatchObject({ ok: true, warnings: [] });
  return engine.snapshot().listeners[0]!.port;
}

async function close(): Promise<void> {
  await engine.close();
  await workspace.close();
}

afterEach(close);

describe('a first run', () => {
  it('answers http://demo.localhost with its two sample servers in turn', async () => {
    const port = await open(join(tempHome(), 'home'));
    expect(workspace.isNew).toBe(true);
    const servers: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const { status, headers, body } = await send(port, { host: `demo.localhost:${port}` });
      expect([status, body.includes(`demo.localhost:${port}/`)]).toEqual([200, true]);
      servers.push(headers['x-sample-server']);
    }
    expect(new Set(servers)).toEqual(new Set(['hello-1', 'hello-2']));
    expect(servers[0]).not.toBe(servers[1]);
  });

  it('shows both sample servers healthy and its page at the address of the snapshot', async () => {
    const port = await open(tempHome());
    const site = await until(() => engine.sites().find(({ health }) => health === 'healthy'), {
      message: 'the sample to be healthy',
    });
    expect(site.url).toBe(`http://demo.localhost${port === 80 ? '' : `:${port}`}/`);
    expect((await engine.checkAll()).pass.map(({ name }) => name).sort()).toEqual(['hello-1', 'hello-2']);
    expect((await engine.checkSelf()).fail).toEqual([]);
  });

  it('takes the first own site, and a second start finds it all as it was', async () => {
    const home = tempHome();
    const port = await open(home);
    expect((await engine.addSite({ name: 'app.localhost', url: `http://127.0.0.1:${port}` })).ok).toBe(true);
    await close();
    expect(await open(home)).toBe(port);
    expect(workspace.isNew).toBe(false);
    expect(engine.sites().map(({ name }) => name)).toEqual(['demo.localhost', 'app.localhost']);
    expect((await send(port, { host: 'demo.localhost' })).status).toBe(200);
  });

  it('ends the sample servers once the config has no use for them', async () => {
    const port = await open(tempHome());
    const [first] = (await engine.checkAll()).pass;
    expect((await engine.removeSite('demo.localhost')).ok).toBe(true);
    await until(
      () =>
        send(Number(new URL(first!.url).port)).then(
          () => false,
          () => true,
        ),
      { message: 'the sample servers to end' },
    );
    expect((await send(port, { host: 'demo.localhost' })).status).toBe(404);
  });
});
