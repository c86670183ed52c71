/** The functions of the old Go library, by what stands in their place here; the README's table points to these names. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { checkConfig } from '../../electron/engine/config/check.ts';
import { formatOf, readConfigFile } from '../../electron/engine/config/file.ts';
import type { Engine } from '../../electron/engine/index.ts';
import type { TestBackend } from '../kit/backend.ts';
import { configText, site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { closeShop, openShop, value } from '../kit/shop.ts';
import { until } from '../kit/wait.ts';
import type { LogEntry } from '../../shared/state.ts';

let one: TestBackend;
let two: TestBackend;
let running: TestEngine;
let engine: Engine;

beforeEach(async () => {
  ({ one, two, running, engine } = await openShop());
});
afterEach(() => closeShop({ one, two, running, engine }));

describe('config and events', () => {
  it('LoadConfigFile: readConfigFile() gives text and format, or a problem', async () => {
    expect(value(await readConfigFile(engine.configFile))).toMatchObject({ format: 'yaml' });
    const missing = await readConfigFile(join(running.home, 'none.yaml'));
    expect(!missing.ok && missing.problems[0]!.code).toBe('CONFIG_MISSING');
  });

  it('DiscoverConfigFormat: formatOf() tells YAML and JSON by the extension', () => {
    expect(['a.yaml', 'a.yml', 'a.JSON'].map((name) => value(formatOf(name)))).toEqual(['yaml', 'yaml', 'json']);
    expect(formatOf('a.toml').ok).toBe(false);
  });

  it('ParseConfig: checkConfig() fills in defaults, or gives every problem with its place', async () => {
    const options = { env: {}, checkMiddleware: () => [] };
    const { config } = value(
      await checkConfig('server: [ { name: a.test, url: "http://localhost:1" } ]', 'yaml', options),
    );
    expect(config).toMatchObject({ health_check_interval: 30_000, server: [{ name: 'a.test', force_tls: false }] });
    const bad = await checkConfig(
      'server:\n  - { name: a.test, url: 7 }\n  - { name: a.test, balance: [] }\n',
      'yaml',
      options,
    );
    expect(!bad.ok && new Set(bad.problems.map(({ at }) => at?.line))).toEqual(new Set([2, 3]));
  });

  it('WatchConfig: the file is watched, a change of it is applied', async () => {
    const watched = await startEngine({ server: [site('before.test', [{ url: one.url }])] }, { watch: true });
    onTestFinished(() => watched.close());
    await writeFile(watched.engine.configFile, configText({ server: [site('after.test', [{ url: one.url }])] }));
    await until(() => watched.engine.getSite('after.test'));
    expect((await send(watched.port, { host: 'after.test' })).status).toBe(200);
  });

  it('SetLogger: setLogger() gets every entry of the log, until it is taken away', async () => {
    const entries: LogEntry[] = [];
    engine.setLogger((entry) => entries.push(entry));
    value(await engine.addSite({ name: 'new.test', url: one.url }));
    expect(entries.map(({ event }) => event)).toContain('config.applied');
    engine.setLogger(undefined);
    const before = entries.length;
    value(await engine.removeSite('new.test'));
    expect(entries).toHaveLength(before);
  });

  it('SubscribeToEvent: on() hears one kind of event until it is ended', async () => {
    const heard: number[] = [];
    const end = engine.on('config.applied', ({ revision }) => heard.push(revision));
    const { revision } = value(await engine.addSite({ name: 'new.test', url: one.url }));
    end();
    value(await engine.removeSite('new.test'));
    expect(heard).toEqual([revision]);
  });

  it('AddEventHandler: onAny() hears every event with its name', async () => {
    const heard: string[] = [];
    engine.onAny((name) => heard.push(name));
    await engine.stop();
    expect(heard).toEqual(['engine.stopping', 'listener.closed', 'engine.stopped']);
  });
});
