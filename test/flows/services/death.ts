/** Docker dies in the middle of a pull, of a start, and of nothing; it comes back, and what was meant goes on. */
import { describe, expect, it } from 'vitest';
import { get, labelledAs, remains, runContainer, siteOf, soon, TEST_MS, type Open } from './scene.ts';
import { setMirror } from './pulls.ts';

export const deathFlows = (open: Open): void => {
  describe('a Docker that dies', { timeout: 2 * TEST_MS }, () => {
    it('in the middle of a start leaves nothing of it when it is back; the rest is adopted, and routes go on', async () => {
      const scene = open();
      const { engine, machine } = scene;
      await engine.ask('sites.add', { site: { name: 'plain.local', url: 'http://127.0.0.1:9' } });
      await engine.ask('services.create', { service: { type: 'redis', name: 'kept', version: '7' } });
      const kept = await engine.becomes('kept', 'ready');
      await runContainer(scene, 'their-live', { 'mogoly.host': 'live.local' }, { RestartPolicy: { Name: 'always' } });
      await soon('the site by label', () => siteOf(scene, 'live.local'));
      const before = await remains(scene);
      // Nobody listens on that port of the image.
      const never = { name: 'never', image: 'kit/web:1', exposed_ports: ['3001'] };
      await engine.ask('services.create', { service: never });
      await soon('the start', async () => (await engine.state('never'))?.status === 'starting');
      await machine.dockerd.crash();
      const cut = await soon('the failure', async () => {
        const state = await engine.state('never');
        return state?.status === 'failed' ? state : undefined;
      });
      expect(cut.problem).toMatchObject({
        code: 'DOCKER_GONE',
        fix: expect.stringContaining('Start Docker') as string,
      });
      expect(await engine.state('kept')).toMatchObject({ status: 'unreachable' });
      // Its backend is nobody; that is told as ever.
      expect([502, 503]).toContain((await get(scene, 'plain.local')).status);
      expect((await siteOf(scene, 'live.local'))?.name).toBeUndefined();
      expect((await engine.cli('cloud', 'restart', 'kept', '--json')).out).toContain('DOCKER_UNAVAILABLE');
      expect((await engine.cli('doctor', '--json')).out).toContain('Docker does not answer at');

      await machine.dockerd.revive();
      expect(await engine.becomes('kept', 'ready')).toMatchObject({ container: kept.container, port: kept.port });
      await soon('the end of what was half made', async () => {
        const { containers } = await remains(scene);
        return !containers.some((name) => name.includes('never'));
      });
      expect(await remains(scene)).toEqual(before);
      await soon('the site by label again', () => siteOf(scene, 'live.local'));
      expect(await engine.state('never')).toBeUndefined();
      await engine.ask('services.delete', { name: 'kept', volumes: true });
      await engine.ask('sites.remove', { site: 'plain.local' });
    });

    it('in the middle of a pull for the config is awaited, and the pull is begun again', async () => {
      const scene = open();
      const { engine, machine } = scene;
      const slow = await machine.slowRegistry();
      await setMirror(scene, slow.address);
      await machine.dockerd.api('POST', '/images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D');
      const value = [{ type: 'redis', name: 'cut', version: '8' }];
      await engine.ask('config.edit', { edits: [{ op: 'set', path: ['services'], value }] });
      await soon('progress', async () => ((await engine.state('cut'))?.pull?.bytes ?? 0) > 0);
      await machine.dockerd.crash();
      await soon('the failure', async () => (await engine.state('cut'))?.problem?.code === 'DOCKER_GONE');
      await slow.release();
      await machine.dockerd.revive();
      await soon('another try', async () => (await engine.state('cut'))?.status !== 'failed');
      await engine.becomes('cut', 'ready');
      await labelledAs(scene, 'live.local', undefined);
      await engine.ask('services.delete', { name: 'cut', volumes: true });
      expect(await remains(scene)).toEqual({
        ...{ containers: [], volumes: [], secrets: [] },
        networks: ['bridge', 'host', 'none'],
      });
    });
  });
};
