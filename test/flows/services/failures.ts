/** What goes wrong: each a clear problem with what to do, nothing left behind, the rest served. */
import { describe, expect, it } from 'vitest';
import type { ServiceFile } from '../../../shared/service-config.ts';
import { CLOSED_REGISTRY, REGISTRY } from '../../kit/docker.ts';
import { get, labelledAs, remains, runContainer, soon, siteOf, TEST_MS, type Open } from './scene.ts';

const tiny = { type: 'tmpfs', device: 'tmpfs', o: 'size=16m' };
const FAILURES: [string, ServiceFile, string, RegExp][] = [
  [
    'a pull that the registry refuses',
    { name: 'closed', image: `${CLOSED_REGISTRY}/kit/web:1` },
    'SERVICE_PULL_REFUSED',
    /docker login/,
  ],
  [
    'an image that there is none of',
    { name: 'none', image: `${REGISTRY}/kit/nobody:1` },
    'SERVICE_IMAGE_UNKNOWN',
    /name/,
  ],
  [
    'a version that there is none of',
    { name: 'old', image: `${REGISTRY}/library/redis:0.1` },
    'SERVICE_IMAGE_UNKNOWN',
    /version/,
  ],
  [
    'a registry that cannot be reached',
    { name: 'far', image: 'registry.invalid/web:1' },
    'SERVICE_PULL_FAILED',
    /network/,
  ],
  ['a name that is no image', { name: 'odd', image: 'Not An Image' }, 'SERVICE_IMAGE_INVALID', /name:version/],
  [
    'a port that is taken',
    { name: 'second', image: 'kit/web:1', exposed_ports: ['15999:3000'] },
    'SERVICE_PORT_TAKEN',
    /exposed_ports/,
  ],
  ['an image that ends at once', { name: 'broken', image: 'kit/broken:1' }, 'SERVICE_EXITED', /image/],
  [
    'a disk that is full',
    {
      ...{ type: 'postgresql', name: 'full', version: '15' },
      volumes: [{ name: 'full-data', container_path: '/var/lib/postgresql/data', driver: 'local', driver_opts: tiny }],
    },
    'DOCKER_DISK_FULL',
    /room/,
  ],
];

export const failureFlows = (open: Open): void => {
  describe('what fails', { timeout: TEST_MS }, () => {
    it.each(FAILURES)('%s is told, and leaves nothing behind', async (_, service, code, fix) => {
      const scene = open();
      const { engine } = scene;
      const holder = await runContainer(
        scene,
        'holder',
        { 'mogoly.host': 'beside.local' },
        {
          PortBindings: { '3000/tcp': [{ HostIp: '127.0.0.1', HostPort: '15999' }] },
        },
      );
      await soon('the route beside', () => siteOf(scene, 'beside.local'));
      const before = await remains(scene);
      await engine.ask('services.create', { service });
      const state = await soon('the failure', async () => {
        const now = await engine.state(service.name);
        return now?.status === 'failed' || now?.status === 'ready' ? now : undefined;
      });
      expect(state.problem).toMatchObject({ code, fix: expect.stringMatching(fix) as string });
      expect([service.name, service.image].some((word) => word && state.problem?.message.includes(word))).toBe(true);
      expect(await remains(scene)).toEqual(before);
      expect((await engine.ask('config.get')).text).not.toContain(`"${service.name}"`);
      expect((await get(scene, 'beside.local')).status).toBe(200);
      const typed = await engine.cli('cloud', 'start', service.name, '--json');
      expect(typed).toMatchObject({ code: 1 });
      await engine.ask('services.delete', { name: service.name });
      expect(await engine.state(service.name)).toBeUndefined();
      await holder.remove();
      await labelledAs(scene, 'beside.local', undefined);
    });

    it('a start that fails leaves its reason until the next one', async () => {
      const scene = open();
      const { engine } = scene;
      const service = { name: 'again', image: 'kit/web:1', exposed_ports: ['15998:3000'] };
      await engine.ask('services.create', { service });
      await soon('the service', async () => (await engine.state('again'))?.status === 'ready');
      await engine.ask('services.stop', { name: 'again' });
      const holder = await runContainer(
        scene,
        'port-holder',
        {},
        { PortBindings: { '3000/tcp': [{ HostIp: '127.0.0.1', HostPort: '15998' }] } },
      );
      expect(await engine.cli('cloud', 'start', 'again')).toMatchObject({ code: 1 });
      const reason = { status: 'failed', problem: { code: 'SERVICE_PORT_TAKEN' } };
      // Asking looks at Docker again, which knows only that the container does not run.
      expect(await engine.state('again')).toMatchObject(reason);
      expect(await engine.state('again')).toMatchObject(reason);
      await holder.remove();
      expect(await engine.cli('cloud', 'start', 'again')).toMatchObject({ code: 0 });
      expect((await engine.state('again'))?.problem).toBeUndefined();
      await engine.ask('services.delete', { name: 'again' });
    });

    it('a start ends what a create that failed had begun: it is made, and added to the config', async () => {
      const scene = open();
      const { engine } = scene;
      const bindings = { '3000/tcp': [{ HostIp: '127.0.0.1', HostPort: '15997' }] };
      const holder = await runContainer(scene, 'late-holder', {}, { PortBindings: bindings });
      const service = { name: 'late', image: 'kit/web:1', exposed_ports: ['15997:3000'] };
      await engine.ask('services.create', { service });
      await soon('the failure', async () => (await engine.state('late'))?.status === 'failed');
      await holder.remove();
      expect(await engine.cli('cloud', 'start', 'late')).toMatchObject({ code: 0 });
      expect(await engine.state('late')).toMatchObject({ status: 'ready', inConfig: true });
      expect((await engine.ask('config.get')).text).toContain('late');
      await engine.ask('services.delete', { name: 'late' });
      expect((await engine.ask('config.get')).text).not.toContain('late');
      const gone = await engine.cli('cloud', 'start', 'late', '--json');
      expect(JSON.parse(gone.out)).toMatchObject({
        problems: [{ code: 'SERVICE_UNKNOWN', fix: expect.stringContaining('mogoly cloud create late') as string }],
      });
    });
  });
};
