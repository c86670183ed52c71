/** Sites by labels: other people's containers say what they serve, while they run. */
import { describe, expect, it } from 'vitest';
import { get, labelledAs, runContainer, siteOf, soon, TEST_MS, type Open } from './scene.ts';

const code = (answer: { ok: boolean; problems?: { code: string }[] }): string | undefined => answer.problems?.[0]?.code;

export const labelFlows = (open: Open): void => {
  describe('labels of a container', { timeout: TEST_MS }, () => {
    it('map a site while it runs, and no longer', async () => {
      const scene = open();
      const { engine } = scene;
      const shop = await runContainer(scene, 'their-shop', { 'mogoly.host': 'shop.local', 'mogoly.port': '3000' });
      const site = await soon('the site', () => siteOf(scene, 'shop.local'));
      expect(site).toMatchObject({ container: 'their-shop', hosts: ['shop.local'] });
      expect(await get(scene, 'shop.local')).toEqual({ status: 200, body: 'container for shop.local\n' });
      expect((await engine.ask('dns.query', { name: 'shop.local' })).answers).toHaveLength(1);
      const listed = await engine.cli('cloud', 'list');
      expect(listed.out).toMatch(/shop\.local → container their-shop http:\/\/172\.\d+\.0\.\d+:3000/);
      await shop.act('stop?t=0');
      await soon('the end of the site', async () => (await siteOf(scene, 'shop.local')) === undefined);
      expect(await get(scene, 'shop.local')).toMatchObject({ status: 404 });
      await shop.act('start');
      await soon('the site again', () => siteOf(scene, 'shop.local'));
      await shop.remove();
      await labelledAs(scene, 'shop.local', undefined);
    });

    it('give a site that no command of the config changes; each says where it comes from', async () => {
      const scene = open();
      const { engine } = scene;
      const shop = await runContainer(scene, 'their-shop', { 'mogoly.host': 'shop.local' });
      await soon('the site', () => siteOf(scene, 'shop.local'));
      const before = await engine.ask('config.get');
      const removed = await engine.answer('sites.remove', { site: 'shop.local' });
      expect(removed).toMatchObject({
        ok: false,
        problems: [{ code: 'SITE_OF_CONTAINER', message: expect.stringContaining('their-shop') as string }],
      });
      expect(code(await engine.answer('sites.set', { site: 'Shop.local', patch: { disabled: true } }))).toBe(
        'SITE_OF_CONTAINER',
      );
      const backend = { name: 'other', url: 'http://127.0.0.1:9' };
      expect(code(await engine.answer('backends.add', { site: 'shop.local', backend }))).toBe('SITE_OF_CONTAINER');
      expect((await engine.cli('lb', 'remove-backend', 'shop.local', 'x')).err).toContain('SITE_OF_CONTAINER');
      expect((await engine.ask('config.get')).text).toBe(before.text);
      await shop.remove();
      await labelledAs(scene, 'shop.local', undefined);
    });

    it('that ask for a host of the config are told so; the container has it when the config lets it go', async () => {
      const scene = open();
      const { engine } = scene;
      await engine.ask('sites.add', { site: { name: 'taken.local', url: 'http://127.0.0.1:9' } });
      const web = await runContainer(scene, 'their-web', { 'mogoly.host': 'Taken.local', 'mogoly.port': '3000' });
      await soon('the problem', async () => {
        const { labelled } = await engine.ask('services.list');
        return labelled.some(({ host, problem }) => host === 'taken.local' && problem?.code === 'LABEL_HOST_TAKEN');
      });
      expect((await siteOf(scene, 'taken.local'))?.container).toBeUndefined();
      // Before and after the first probe of a backend that is nobody.
      expect([502, 503]).toContain((await get(scene, 'taken.local')).status);
      expect((await engine.cli('cloud', 'list')).out).toContain('is a site of the config');
      await engine.ask('sites.remove', { site: 'taken.local' });
      await soon('the site of the container', async () => (await siteOf(scene, 'taken.local'))?.container);
      expect((await get(scene, 'taken.local')).body).toContain('container for taken.local');
      await web.remove();
      await labelledAs(scene, 'taken.local', undefined);
    });

    it('that make no sense are told, and those beside them are served; of two with one host the older has it', async () => {
      const scene = open();
      const odd = await runContainer(scene, 'odd', { 'mogoly.host': 'a b!, fine.local', 'mogoly.port': '3000' });
      const lost = await runContainer(scene, 'lost', { 'mogoly.host': 'lost.local', 'mogoly.port': 'web' });
      await soon('the site beside', () => siteOf(scene, 'fine.local'));
      const late = await runContainer(scene, 'late', { 'mogoly.host': 'fine.local', 'mogoly.port': '3000' });
      const told = await soon('the problems', async () => {
        const { labelled } = await scene.engine.ask('services.list');
        const ours = labelled.filter(({ container }) => ['odd', 'lost', 'late'].includes(container));
        const problems = ours.flatMap(({ host, container, problem }) =>
          problem === undefined ? [] : [`${container} ${host} ${problem.code}`],
        );
        return problems.length === 3 ? problems.sort() : undefined;
      });
      expect(told).toEqual([
        'late fine.local LABEL_HOST_TAKEN',
        'lost lost.local LABEL_PORT_INVALID',
        'odd b! LABEL_HOST_INVALID',
      ]);
      expect((await siteOf(scene, 'fine.local'))?.container).toBe('odd');
      await odd.remove();
      await soon('the other in its place', async () => (await siteOf(scene, 'fine.local'))?.container === 'late');
      for (const container of [lost, late]) await container.remove();
      await labelledAs(scene, 'fine.local', undefined);
    });
  });
};
