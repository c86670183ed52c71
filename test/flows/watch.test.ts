/** The config file edited by hand while the engine serves. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { configText, site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { until } from '../kit/wait.ts';
import type { ConfigFile } from '../../shared/config.ts';

let one: TestBackend;
let two: TestBackend;
let running: TestEngine;
let refused: string[];

const config = (backend: TestBackend): ConfigFile => ({ server: [site('shop.test', [{ url: backend.url }])] });
const good = (backend: TestBackend): string => configText(config(backend));
const bad = 'server: [ { name: shop.test, url: 7 } ]\n';
const file = (): string => join(running.home, 'mogoly.yaml');
const answering = async (): Promise<string> =>
  (JSON.parse((await send(running.port, { host: 'shop.test' })).body) as BackendReply).backend;
const problems = (): string[] => running.engine.snapshot().problems.map(({ code }) => code);

/** As most editors save: a new file takes the name of the old one. */
async function saveAsEditor(text: string): Promise<void> {
  await writeFile(`${file()}.swp`, text);
  await rename(`${file()}.swp`, file());
}

beforeEach(async () => {
  [one, two] = await Promise.all([startBackend({ name: 'one' }), startBackend({ name: 'two' })]);
  running = await startEngine(config(one), { watch: true });
  refused = [];
  running.engine.on('config.refused', ({ source, problems: found }) => refused.push(`${source} ${found[0]!.code}`));
});

afterEach(async () => {
  await running.close();
  await Promise.all([one.kill(), two.kill()]);
});

describe('an edit on disk', () => {
  it('is picked up from a plain write, as a revision from the file', async () => {
    await writeFile(file(), good(two));
    await until(() => running.engine.snapshot().revision === 2);
    expect(await answering()).toBe('two');
    expect((await running.engine.history())[0]).toMatchObject({ source: 'file', current: true });
  });

  it('is picked up from a save by renaming, again and again', async () => {
    for (const [i, backend] of [two, one, two].entries()) {
      await saveAsEditor(good(backend));
      await until(() => running.engine.snapshot().revision === i + 2);
      expect(await answering()).toBe(backend.name);
    }
  });

  it('of our own making is no second revision', async () => {
    await running.engine.addSite({ name: 'more.test', url: two.url });
    await saveAsEditor((await running.engine.document()).text);
    await writeFile(file(), good(two));
    await until(() => running.engine.sites().length === 1);
    expect((await running.engine.history()).map(({ source }) => source)).toEqual(['file', 'library', 'file']);
  });
});

describe('a bad edit on disk', () => {
  it('is refused, shown, and mended again', async () => {
    await saveAsEditor(bad);
    await until(() => problems().length > 0);
    expect(problems()).toEqual(['CONFIG_WRONG_TYPE']);
    expect(running.engine.snapshot().problems[0]!.at).toMatchObject({ line: 1, file: file() });
    expect(refused).toEqual(['file CONFIG_WRONG_TYPE']);
    expect(await answering()).toBe('one');
    expect(running.engine.snapshot().revision).toBe(1);
    await writeFile(file(), good(two));
    await until(() => problems().length === 0);
    expect(await answering()).toBe('two');
  });

  it('taken back to what runs clears the problems without a revision', async () => {
    await writeFile(file(), bad);
    await until(() => problems().length > 0);
    await writeFile(file(), good(one));
    await until(() => problems().length === 0);
    expect(running.engine.snapshot().revision).toBe(1);
  });

  it('is not wiped out by a change by name: CONFIG_FILE_CHANGED, until it is rolled back', async () => {
    await writeFile(file(), bad);
    await until(() => problems().length > 0);
    const change = await running.engine.addBackend('shop.test', { url: two.url });
    expect(!change.ok && change.problems[0]!.code).toBe('CONFIG_FILE_CHANGED');
    expect((await running.engine.rollback(1)).ok).toBe(true);
    expect(problems()).toEqual([]);
    expect((await running.engine.addBackend('shop.test', { url: two.url })).ok).toBe(true);
  });

  it('that deletes the file is refused, the config in force stays', async () => {
    await rm(file());
    await until(() => problems().length > 0);
    expect(problems()).toEqual(['CONFIG_MISSING']);
    expect(await answering()).toBe('one');
    await writeFile(file(), good(two));
    await until(() => problems().length === 0);
    expect(await answering()).toBe('two');
  });
});
