/** What an editor asks before it applies: the schemas, what edits would make of the file, and how one backend answers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { startEngine, type TestEngine } from '../kit/engine.ts';

let backend: TestBackend;
let running: TestEngine;

const config = (url: string): string =>
  `server:\n  - name: shop.test # ours\n    health_check: { enabled: false }\n    routes:\n      - { path: /a/*, url: "${url}" }\n      - { path: /b/*, url: "${url}" }\n`;

beforeEach(async () => {
  backend = await startBackend({ name: 'one' });
  running = await startEngine(config(backend.url));
});
afterEach(async () => {
  await running.close();
  await backend.close();
});

describe('a preview', () => {
  it('shows the file before and after, and applies nothing', async () => {
    const before = await readFile(join(running.home, 'mogoly.yaml'), 'utf8');
    const revision = running.engine.snapshot().revision;
    const preview = await running.engine.preview([{ op: 'set', path: ['server', 0, 'force_tls'], value: true }]);
    expect(preview).toMatchObject({ ok: true, value: { before, problems: [] } });
    expect(preview.ok && preview.value.after).toContain('    force_tls: true\n');
    expect(preview.ok && preview.value.after).toContain('name: shop.test # ours\n');
    expect(await readFile(join(running.home, 'mogoly.yaml'), 'utf8')).toBe(before);
    expect(running.engine.snapshot().revision).toBe(revision);
  });

  it('tells what is wrong at its path, also in the config of a middleware', async () => {
    const value = [{ name: 'ratelimit', config: { request_per_minute: 0 } }];
    const preview = await running.engine.preview([
      { op: 'set', path: ['server', 0, 'middlewares'], value },
      { op: 'set', path: ['server', 0, 'routes', 1, 'path'], value: '/a/*' },
    ]);
    expect(preview.ok && preview.value.problems.map(({ path }) => path?.join('.'))).toEqual(
      expect.arrayContaining(['server.0.middlewares.0.config.request_per_minute', 'server.0.routes.1.path']),
    );
  });

  it('of another revision is a conflict, and of a path that is not there is refused', async () => {
    const edits = [{ op: 'remove' as const, path: ['server', 7] }];
    expect(await running.engine.preview(edits, { baseRevision: 99 })).toMatchObject({
      ok: false,
      problems: [{ code: 'CONFIG_CONFLICT' }],
    });
    expect(await running.engine.preview(edits)).toMatchObject({ ok: false, problems: [{ code: 'CONFIG_EDIT_PATH' }] });
  });
});

describe('schemas', () => {
  it('are those of the file and of every middleware, with their documentation', () => {
    const { config: file, middlewares } = running.engine.schemas();
    expect(file).toMatchObject({ type: 'object', properties: { server: { type: 'array' } } });
    expect(middlewares['ratelimit']).toMatchObject({
      description: expect.stringContaining('429') as string,
      properties: { request_per_minute: { type: 'integer', minimum: 1 } },
      required: ['request_per_minute'],
    });
    expect(Object.keys(middlewares)).toContain('fault');
  });
});

describe('a test of one backend', () => {
  it('finds it by its id where two routes name theirs alike, and says status and time', async () => {
    const [first, second] = running.engine.getSite('shop.test')!.routes.map(({ pool }) => pool?.members[0]);
    expect(first?.name).toBe(second?.name);
    const id = second && 'id' in second ? second.id : '';
    const report = await running.engine.checkOne('shop.test', id);
    expect(report).toMatchObject({
      ok: true,
      value: { pass: [{ status: 200, durationMs: expect.any(Number) as number }] },
    });
  });
});
