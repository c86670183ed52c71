/** Databases on a real dockerd, from a config: made, connected to by their own clients, kept, adopted, made anew, deleted. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerMissing } from '../kit/docker.ts';
import { startMachine, type Machine, type Running } from '../kit/service-machine.ts';

const missing = dockerMissing();
/** Images are pulled and databases make their first data. */
const TEST_MS = 240_000;

const CONFIG = {
  docker: { labels: false },
  services: [
    { type: 'postgresql', name: 'app-db', version: '15', username: 'admin', database_name: 'shop' },
    { type: 'redis', name: 'cache', version: '7' },
  ],
};

describe.skipIf(missing !== undefined)(`services on a real dockerd${missing ? ` (not run: ${missing})` : ''}`, () => {
  let machine: Machine;
  let engine: Running;
  beforeAll(async () => {
    machine = await startMachine();
    engine = await machine.run(CONFIG);
  }, 400_000);
  afterAll(() => machine?.close(), 60_000);

  const rows = async (text: string): Promise<unknown> => {
    const { url } = await engine.ask('services.secret', { name: 'app-db' });
    const told = await machine.client('pg', url, text);
    if (!told.ok) throw new Error(told.message);
    return told.value;
  };
  const redis = async (...command: string[]): Promise<unknown> => {
    const { url } = await engine.ask('services.secret', { name: 'cache' });
    const told = await machine.client('redis', url, JSON.stringify(command));
    if (!told.ok) throw new Error(told.message);
    return told.value;
  };
  const containers = async (): Promise<{ Id: string; Names: string[]; State: string }[]> =>
    (await machine.dockerd.api<{ Id: string; Names: string[]; State: string }[]>('GET', '/containers/json?all=1')).body;

  it(
    'are made from the config, and their own clients connect with the generated password',
    async () => {
      const db = await engine.becomes('app-db', 'ready');
      const cache = await engine.becomes('cache', 'ready');
      expect(db).toMatchObject({ type: 'postgresql', image: 'postgres:15', port: 5432, inConfig: true, changes: [] });
      expect(db.url).toBe('postgresql://admin@127.0.0.1:5432/shop');
      expect(cache.url).toBe('redis://127.0.0.1:6379/0');
      await rows('CREATE TABLE kept (word text)');
      await rows("INSERT INTO kept VALUES ('first')");
      expect(await rows('SELECT current_user, current_database()')).toEqual([
        { current_user: 'admin', current_database: 'shop' },
      ]);
      expect(await redis('SET', 'word', 'kept')).toBe('OK');
    },
    TEST_MS,
  );

  it('keep their password in a file of mode 0600, and in no log, config, snapshot or event', async () => {
    const { password } = await engine.ask('services.secret', { name: 'app-db' });
    const cache = await engine.ask('services.secret', { name: 'cache' });
    expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
    const file = join(engine.home, 'services', 'secrets.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const shown = [
      await readFile(join(engine.home, 'mogoly.yaml'), 'utf8'),
      await readFile(join(engine.home, 'logs', 'mogoly.log'), 'utf8'),
      engine.output(),
      JSON.stringify(await engine.ask('services.list')),
      JSON.stringify(await engine.ask('services.url', { name: 'app-db' })),
      JSON.stringify(await engine.ask('services.inspect', { name: 'app-db' })),
      JSON.stringify(await engine.ask('services.inspect', { name: 'cache' })),
      JSON.stringify(await engine.ask('log.list', { limit: 5_000 })),
    ].join('\n');
    expect(shown).not.toContain(password);
    expect(shown).not.toContain(cache.password);
  }, 60_000);

  it('refuse a wrong password', async () => {
    const db = await engine.ask('services.secret', { name: 'app-db' });
    const cache = await engine.ask('services.secret', { name: 'cache' });
    const wrong = await machine.client('pg', db.url.replace(db.password!, 'wrong'), 'SELECT 1');
    expect(wrong).toMatchObject({ ok: false, message: expect.stringContaining('password authentication failed') });
    const none = await machine.client('redis', cache.url.replace(`:${cache.password}@`, ''), '["PING"]');
    expect(none).toMatchObject({ ok: false, message: expect.stringContaining('NOAUTH') });
  }, 60_000);

  it(
    'keep their data when they are restarted, stopped and started',
    async () => {
      expect(await engine.ask('services.restart', { name: 'app-db' })).toMatchObject({ status: 'ready' });
      expect(await rows('SELECT word FROM kept')).toEqual([{ word: 'first' }]);
      expect(await engine.ask('services.stop', { name: 'cache' })).toMatchObject({ status: 'stopped' });
      expect(await engine.ask('services.start', { name: 'cache' })).toMatchObject({ status: 'ready' });
      expect(await redis('GET', 'word')).toBe('kept');
    },
    TEST_MS,
  );

  it('give their log with the streams told apart, from a cursor on, and wait for more', async () => {
    const first = await engine.ask('services.logs', { name: 'app-db', tail: 20 });
    expect(first.lines.some(({ stream }) => stream === 'stderr')).toBe(true);
    expect(first.lines.every(({ at }) => /^\d{4}-\d\d-\d\dT/.test(at))).toBe(true);
    const following = engine.ask('services.logs', { name: 'app-db', cursor: first.cursor, wait: 20_000 });
    await rows('SELECT word FROM no_such_table').catch(() => undefined);
    const next = await following;
    expect(next.lines.map(({ text }) => text).join()).toContain('no_such_table');
    expect(next.lines.some(({ at }) => at <= first.cursor)).toBe(false);
  }, 60_000);

  it(
    'are adopted after the engine was killed, and a second engine on the same home changes nothing',
    async () => {
      const before = await containers();
      await engine.kill();
      engine = await machine.run(CONFIG, { home: engine.home });
      await engine.becomes('app-db', 'ready');
      const other = await engine.cli('run');
      expect(other).toMatchObject({ code: 1, err: expect.stringContaining('HOME_TAKEN') });
      await engine.ask('services.list');
      const ids = (list: { Id: string }[]): string[] => list.map(({ Id }) => Id).sort();
      expect(ids(await containers())).toEqual(ids(before));
      expect(await rows('SELECT word FROM kept')).toEqual([{ word: 'first' }]);
    },
    TEST_MS,
  );

  it(
    'are made anew with their data, port and password; what a change does is said before',
    async () => {
      const before = await engine.ask('services.secret', { name: 'app-db' });
      const was = await engine.state('app-db');
      await engine.ask('config.edit', {
        edits: [{ op: 'set', path: ['services', 0, 'variables'], value: { TZ: 'UTC' } }],
      });
      const [plan] = await engine.ask('services.plan', { name: 'app-db' });
      expect(plan).toMatchObject({ action: 'recreate', changes: [{ key: 'variables', data: 'kept' }] });
      expect((await engine.state('app-db'))?.container).toBe(was?.container);
      const made = await engine.ask('services.recreate', { name: 'app-db' });
      expect(made).toMatchObject({ status: 'ready', port: was!.port, changes: [] });
      expect(made.container).not.toBe(was?.container);
      expect(await engine.ask('services.secret', { name: 'app-db' })).toEqual(before);
      expect(await rows('SELECT word FROM kept')).toEqual([{ word: 'first' }]);
      await engine.ask('config.edit', { edits: [{ op: 'set', path: ['services', 0, 'version'], value: '16' }] });
      const [risky] = await engine.ask('services.plan', { name: 'app-db' });
      expect(risky!.changes).toMatchObject([{ key: 'version', data: 'risk' }]);
      await engine.ask('config.edit', { edits: [{ op: 'set', path: ['services', 0, 'version'], value: '15' }] });
      expect(await containers()).toHaveLength(2);
    },
    TEST_MS,
  );

  it(
    'are removed only when that is asked for: the volume stays, and goes when it is told',
    async () => {
      await engine.ask('config.edit', { edits: [{ op: 'remove', path: ['services', 1] }] });
      expect(await engine.state('cache')).toMatchObject({ status: 'ready', inConfig: false });
      await engine.ask('services.delete', { name: 'cache', volumes: true });
      expect(await engine.ask('services.delete', { name: 'app-db' })).toEqual({ volumes: [] });
      expect(await readFile(join(engine.home, 'mogoly.yaml'), 'utf8')).not.toContain('app-db');
      expect(await containers()).toEqual([]);
      const volumes = async (): Promise<string[]> => {
        const { body } = await machine.dockerd.api<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
        return (body.Volumes ?? []).map(({ Name }) => Name);
      };
      expect(await volumes()).toEqual([expect.stringMatching(/^mogoly-app-db-\w{6}-data$/)]);
      await engine.ask('services.create', {
        service: { type: 'postgres', name: 'app-db', version: '15', username: 'admin', database_name: 'shop' },
      });
      await engine.becomes('app-db', 'ready');
      expect(await rows('SELECT word FROM kept')).toEqual([{ word: 'first' }]);
      const gone = await engine.ask('services.delete', { name: 'app-db', volumes: true });
      expect(gone.volumes).toHaveLength(1);
      expect(await volumes()).toEqual([]);
      const { body } = await machine.dockerd.api<{ Name: string }[]>('GET', '/networks');
      expect(body.map(({ Name }) => Name).sort()).toEqual(['bridge', 'host', 'none']);
    },
    TEST_MS,
  );
});
