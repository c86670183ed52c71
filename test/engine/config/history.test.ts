import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHistory, summariseChange } from '../../../electron/engine/config/history.ts';
import { configSchema } from '../../../shared/config.ts';
import type { Config } from '../../../shared/config.ts';
import type { Problem } from '../../../shared/problem.ts';
import { tempHome } from '../../kit/temp-home.ts';

const revision = (text: string) => ({ text, format: 'yaml' as const, source: 'cli', summary: `+ ${text}` });

describe('the history', () => {
  it('is empty at first', async () => {
    const history = openHistory(join(tempHome(), 'history'));
    expect(await history.list()).toEqual([]);
    expect(await history.latest()).toBeUndefined();
    expect(await history.read(1)).toMatchObject({ ok: false, problems: [{ code: 'REVISION_UNKNOWN' }] });
  });

  it('numbers what it is given, newest first, and is there again after a restart', async () => {
    const folder = join(tempHome(), 'history');
    const history = openHistory(folder);
    expect(await Promise.all(['a', 'b', 'c'].map((text) => history.add(revision(text))))).toEqual([1, 2, 3]);
    const again = openHistory(folder);
    expect(await again.list()).toMatchObject([{ id: 3, source: 'cli', summary: '+ c' }, { id: 2 }, { id: 1 }]);
    expect(await again.list()).toEqual(await history.list());
    expect(await again.read(2)).toMatchObject({ ok: true, value: { id: 2, text: 'b', format: 'yaml' } });
    expect(await again.latest()).toEqual({ id: 3, text: 'c', format: 'yaml' });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, '000003.yaml')).mode & 0o777).toBe(0o600);
  });

  it('drops the oldest over its bound, and never gives a number twice', async () => {
    const folder = join(tempHome(), 'history');
    const history = openHistory(folder, { limit: 2 });
    for (const text of ['a', 'b', 'c', 'd']) await history.add(revision(text));
    expect((await history.list()).map((item) => item.id)).toEqual([4, 3]);
    expect(readdirSync(folder).sort()).toEqual(['000003.meta', '000003.yaml', '000004.meta', '000004.yaml']);
    rmSync(join(folder, '000004.meta'));
    expect(await openHistory(folder, { limit: 2 }).add(revision('e'))).toBe(5);
  });

  it('leaves out what is corrupt, with a warning', async () => {
    const folder = join(tempHome(), 'history');
    const first = openHistory(folder);
    for (const text of ['a', 'b', 'c', 'd']) await first.add(revision(text));
    writeFileSync(join(folder, '000002.meta'), '{"id":');
    writeFileSync(join(folder, '000003.meta'), '{"id":7}');
    rmSync(join(folder, '000004.yaml'));
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const warnings: Problem[] = [];
    const history = openHistory(folder, { onWarning: (item) => warnings.push(item) });
    expect((await history.list()).map((item) => item.id)).toEqual([1]);
    expect(await history.latest()).toMatchObject({ id: 1, text: 'a' });
    expect(warnings.map((item) => `${item.severity} ${item.code}`)).toEqual(Array(3).fill('warning REVISION_CORRUPT'));
    expect(await history.add(revision('e'))).toBe(5);
  });

  it('that cannot be written says so', async () => {
    const home = tempHome();
    writeFileSync(join(home, 'history'), 'a file');
    await expect(openHistory(join(home, 'history')).add(revision('a'))).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_SAVE_FAILED' }],
    });
  });
});

describe('summariseChange', () => {
  const config = (value: unknown): Config => configSchema.parse(value);
  const before = config({
    server: [
      { name: 'api.local', url: 'http://a' },
      { name: 'old.local', url: 'http://b' },
    ],
  });

  it('names what came, changed and went', () => {
    const after = config({
      stream: true,
      server: [
        { name: 'shop.local', url: 'http://c' },
        { name: 'api.local', url: 'http://z' },
      ],
    });
    expect(summariseChange(before, after)).toBe('+ shop.local, ~ api.local, - old.local, ~ stream');
  });
  it('of the first config names its sites', () =>
    expect(summariseChange(undefined, before)).toBe('+ api.local, + old.local'));
  it('of the same config is none', () => expect(summariseChange(before, structuredClone(before))).toBe('no change'));
  it('of another order says so', () =>
    expect(summariseChange(before, { ...before, server: [...before.server].reverse() })).toBe(
      'sites in another order',
    ));
  it('of thousands of sites stays short', () => {
    const many = config({
      server: Array.from({ length: 5_000 }, (_, index) => ({ name: `site-${index}.test`, url: 'http://a' })),
    });
    const summary = summariseChange(undefined, many);
    expect(summary.length).toBeLessThanOrEqual(120);
    expect(summary).toMatch(/^\+ site-0\.test, .*, and 49\d\d more$/);
  });
});
