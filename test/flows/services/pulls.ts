/** Pulls: from the mirror of the config, with progress, ended when that is asked for. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REGISTRY } from '../../kit/docker.ts';
import { remains, soon, TEST_MS, type Open, type Scene } from './scene.ts';

/** Undefined for the daemon's own way. */
export const setMirror = (scene: Scene, address: string | undefined): Promise<unknown> => {
  const path = ['docker', 'registry_mirror'];
  const edit = address === undefined ? { op: 'remove' as const, path } : { op: 'set' as const, path, value: address };
  return scene.engine.ask('config.edit', { edits: [edit] });
};

const tags = async ({ machine }: Scene): Promise<string[]> => {
  const { body } = await machine.dockerd.api<{ RepoTags: string[] | null }[]>('GET', '/images/json');
  return body.flatMap(({ RepoTags }) => RepoTags ?? []).sort();
};

/** The layer of the databases. */
const LARGE_BYTES = 50_000_000;

/** Before anything else is pulled: all images of the kit share their large layer. */
export const pullFlows = (open: Open): void => {
  describe('a pull', { timeout: TEST_MS }, () => {
    it('tells how far it is, and is cancelled with nothing left behind', async () => {
      const scene = open();
      const { engine, machine } = scene;
      const slow = await machine.slowRegistry();
      await setMirror(scene, slow.address);
      const before = await remains(scene);
      await engine.ask('services.create', { service: { type: 'mariadb', name: 'shop-db', version: '10.11' } });
      const pull = await soon('progress', async () => {
        const state = await engine.state('shop-db');
        return (state?.pull?.totalBytes ?? 0) > LARGE_BYTES ? state?.pull : undefined;
      });
      expect(pull.bytes).toBeGreaterThan(0);
      expect(pull.percent).toBeLessThan(80);
      expect(await engine.answer('services.create', { service: { type: 'redis', name: 'shop-db' } })).toMatchObject({
        ok: false,
        problems: [{ code: 'SERVICE_EXISTS' }],
      });
      expect((await engine.cli('cloud', 'cancel', 'shop-db')).out).toBe('Cancelled shop-db\n');
      expect(await engine.state('shop-db')).toBeUndefined();
      expect(await remains(scene)).toEqual(before);
      expect(await tags(scene)).toEqual([]);
      expect(await engine.cli('cloud', 'cancel', 'shop-db')).toMatchObject({ code: 1 });
    });

    it('comes from the mirror of the config, under its usual name; a real client is served by what was pulled', async () => {
      const scene = open();
      const { engine, machine } = scene;
      await setMirror(scene, `http://${REGISTRY}/`);
      // As the official images are set: a name server that nobody runs must not hold a greeting up.
      const settings = join(engine.home, 'mariadb');
      await mkdir(settings);
      await writeFile(join(settings, 'names.cnf'), '[mysqld]\nskip-name-resolve\n');
      const volumes = [{ name: settings, container_path: '/etc/mysql/conf.d', read_only: true }];
      const service = { type: 'mariadb', name: 'shop-db', version: '10.11', username: 'dev', volumes };
      await engine.ask('services.create', { service });
      expect(await engine.becomes('shop-db', 'ready')).toMatchObject({ port: 3306, image: 'mariadb:10.11' });
      expect(await tags(scene)).toEqual(['mariadb:10.11']);
      const { url, database } = await engine.ask('services.secret', { name: 'shop-db' });
      expect(database).toBe('shop_db');
      expect(await machine.client('mysql', url, 'SELECT CURRENT_USER() AS me, DATABASE() AS db')).toEqual({
        ok: true,
        value: [{ me: 'dev@%', db: 'shop_db' }],
      });
      const wrong = await machine.client('mysql', url.replace(/:[^:@/]+@/, ':wrong@'), 'SELECT 1');
      expect(wrong).toMatchObject({ ok: false, message: expect.stringContaining('Access denied') as string });
      await setMirror(scene, undefined);
      const gone = await engine.ask('services.delete', { name: 'shop-db', volumes: true });
      expect(gone.volumes).toEqual([expect.stringMatching(/^mogoly-shop-db-\w{6}-data$/)]);
      expect(await readFile(join(settings, 'names.cnf'), 'utf8')).toContain('skip-name-resolve');
    });
  });
};
