/** The map in a real browser, under the app's own CSP: what it shows, how keys move in it, and that it fits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults } from '../kit/axe.ts';
import { busySnapshot, makeBackend, makeSite, makeSnapshot } from './canned.ts';
import { push } from './far.ts';
import { startHarness, type Harness } from './harness.ts';
import { answers, focused, node, rehearsal, withMap } from './map-window.ts';
import type { Push } from '../../shared/protocol.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

/** One sample of traffic: `requests` more at web-1, `failures` more at b-1. */
const sample = (seq: number, requests: number, failures = 0): Push => ({
  seq,
  name: 'traffic.sampled',
  data: {
    at: seq * 1_000,
    requestsPerSecond: requests,
    errorsPerSecond: failures,
    p50Ms: 0.4,
    p99Ms: 18,
    active: 1,
    sites: [{ name: 'shop.localhost', requests: 12_304 + requests }],
    backends: [
      { id: 'shop / web-1', active: 1, requests: 8_204 + requests, failures: 0 },
      { id: 'shop / b-1', active: 0, requests: failures, failures },
    ],
  },
});

describe('the map', () => {
  it('shows where each name goes, with its health as a word and a shape, and what is broken', async () => {
    await withMap(harness, { snapshot: busySnapshot() }, { width: 1_440, height: 900 }, async (page) => {
      await node(page, 'site shop.localhost').waitFor();
      expect(await node(page, 'backend shop / web-2').textContent()).toBe('web-2:5174Down');
      expect(await node(page, 'backend shop / web-2').locator('svg.shape rect').count()).toBe(1);
      expect(await node(page, 'backend shop / web-1').textContent()).toContain('Healthy');
      expect(await node(page, 'backend shop / b-2').textContent()).toContain('Disabled');
      expect(await page.locator('.map-node.map-site').count()).toBe(9);
      const ways = page.locator('.react-flow__edge');
      await expect.poll(() => ways.count()).toBe((await page.locator('.map-node').count()) - 1);
      const broken = page.getByRole('region', { name: 'What is broken' });
      expect(await broken.getByRole('button').allTextContents()).toEqual([
        expect.stringContaining('web-2 of shop.localhostconnection refused'),
        expect.stringContaining('no answer within 3s.'),
        expect.stringContaining('Degraded'),
      ]);
    });
  });

  it('an edge carries its rate and its errors, and pulses once for a sample', async () => {
    await withMap(harness, { snapshot: busySnapshot() }, { width: 1_440, height: 900 }, async (page) => {
      await node(page, 'backend shop / web-1').waitFor();
      expect(await page.locator('.map-label').count()).toBe(0);
      const edge = page.locator('.react-flow__edge[data-id="backend shop / web-1"]');
      await push(page, sample(1, 40));
      await edge.getByText('40/s').waitFor();
      await push(page, sample(2, 82, 3));
      await edge.getByText('42/s').waitFor();
      expect(await edge.locator('.map-pulse').count()).toBe(1);
      await page.locator('.react-flow__edge[data-id="backend shop / b-1"]').getByText('3 err/s').waitFor();
      expect(await page.locator('.react-flow__edge[data-id="backend shop / web-3"] .map-label').count()).toBe(0);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const animated = await edge.locator('.map-pulse').evaluate((pulse) => getComputedStyle(pulse).animationName);
      expect(animated).toBe('none');
    });
  });

  it('keys move from item to item, Enter inspects, Esc closes and gives the focus back', async () => {
    await withMap(harness, { snapshot: busySnapshot() }, { width: 1_440, height: 900 }, async (page) => {
      await node(page, 'site shop.localhost').focus();
      await page.keyboard.press('ArrowDown');
      expect(await focused(page)).toBe('site api.localhost');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowLeft');
      expect(await focused(page)).toBe('clients');
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe('site shop.localhost');
      await node(page, 'backend shop / web-2').focus();
      await page.keyboard.press('Enter');
      const inspector = page.getByRole('region', { name: 'Inspector' });
      await inspector.getByRole('heading', { name: 'web-2' }).waitFor();
      await inspector.getByText('connection refused').waitFor();
      expect(
        await inspector.getByRole('heading', { name: 'web-2' }).evaluate((h) => h === document.activeElement),
      ).toBe(true);
      await page.keyboard.press('Escape');
      await inspector.waitFor({ state: 'detached' });
      await page.waitForFunction(() => document.activeElement?.getAttribute('data-node') === 'backend shop / web-2');
    });
  });

  it('an item out of sight that gets the focus is brought into sight', async () => {
    await withMap(harness, { snapshot: busySnapshot() }, { width: 1_000, height: 640 }, async (page) => {
      await node(page, 'site shop.localhost').focus();
      for (let count = 0; count < 8; count += 1) await page.keyboard.press('ArrowDown');
      expect(await focused(page)).toBe('site billing.localhost');
      const isInside = async (): Promise<boolean> => {
        const [item, frame] = await Promise.all([
          node(page, 'site billing.localhost').boundingBox(),
          page.locator('.map-graph').boundingBox(),
        ]);
        return item!.y >= frame!.y && item!.y + item!.height <= frame!.y + frame!.height;
      };
      await expect.poll(isInside).toBe(true);
    });
  });

  it('without a site teaches how to make one', async () => {
    await withMap(harness, { snapshot: makeSnapshot() }, {}, async (page) => {
      await page.getByRole('heading', { name: 'No sites yet' }).waitFor();
      await page.getByRole('region', { name: 'Map' }).getByRole('button', { name: 'Add site' }).click();
      await page.getByLabel('Name').waitFor();
    });
  });

  it('without a site because the file was refused says so, and leads to the mistake', async () => {
    const mistake = {
      code: 'CONFIG_SYNTAX',
      severity: 'error' as const,
      message: 'A bracket is not closed.',
      at: { line: 4, column: 11 },
    };
    const snapshot = makeSnapshot({ configFile: '/home/dev/mogoly.yaml', revision: 0, problems: [mistake] });
    const answers = { 'config.check': { ok: true, value: { problems: [] } } };
    await withMap(harness, { snapshot, answers }, {}, async (page) => {
      const map = page.getByRole('region', { name: 'Map' });
      await map.getByRole('heading', { name: 'mogoly.yaml was refused' }).waitFor();
      expect(await map.getByText('No sites yet').count()).toBe(0);
      await map.getByRole('button', { name: 'Go to line 4' }).click();
      await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
    });
  });

  it('hostile text stays text', async () => {
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const site = makeSite(
      evil,
      [makeBackend(evil, evil, { url: `http://${evil}`, lastFailure: evil, health: 'down' })],
      {
        hosts: [evil],
        health: 'down',
        url: 'javascript:alert(1)',
      },
    );
    site.routes.push({ path: evil, kind: 'redirect', target: evil, middlewares: [evil] });
    const servers = [{ port: 1, address: evil, process: evil, framework: evil, url: evil, mappedBy: evil }];
    await withMap(
      harness,
      { snapshot: makeSnapshot({ sites: [site] }), answers: answers(servers) },
      {},
      async (page) => {
        for (const kind of ['site', 'route', 'pool', 'backend', 'end']) {
          await page.locator(`.map-${kind}`).first().focus();
          await page.keyboard.press('Enter');
          await page.getByRole('region', { name: 'Inspector' }).getByRole('heading').first().waitFor();
        }
        expect(await page.getByRole('region', { name: 'Dev servers on this machine' }).textContent()).toContain(evil);
        expect(await page.locator('img, #root script, a[href]').count()).toBe(0);
        expect(await page.title()).toBe('Mogoly');
      },
    );
  });

  it('a disabled site is quiet, whatever was last known of it, and without a site nothing is praised', async () => {
    const site = makeSite('off.localhost', [makeBackend('off', 'web', { health: 'down' })], {
      disabled: true,
      health: 'down',
    });
    await withMap(harness, { snapshot: makeSnapshot({ sites: [site] }) }, {}, async (page) => {
      expect(await node(page, 'backend off / web').textContent()).toBe('web:5173Disabled');
      expect(await page.locator('.map-pool').textContent()).toContain('1 backend');
      expect(await page.locator('.map-graph .state-down, .map-graph .shape rect').count()).toBe(0);
      const broken = page.getByRole('region', { name: 'What is broken' });
      expect(await broken.textContent()).toContain('Nothing is routed yet.');
    });
  });

  it('what is below a narrow map is no taller than what it holds, and its headings stand in one line', async () => {
    const sites = [makeSite('shop.localhost', [makeBackend('web-1', 'localhost:5173')])];
    await withMap(harness, { snapshot: makeSnapshot({ sites }) }, { width: 1_000, height: 800 }, async (page) => {
      await page.getByRole('region', { name: 'Dev servers on this machine' }).getByText('shop · Vite').waitFor();
      const empty = await page.locator('.map-side').evaluate((side) => {
        const ends = [...side.children].map((child) => child.getBoundingClientRect().bottom);
        return side.getBoundingClientRect().bottom - Math.max(...ends);
      });
      expect(empty).toBeLessThanOrEqual(1);
      const lines = await page
        .locator('.map-side h2')
        .evaluateAll((all) => all.map((h) => h.getBoundingClientRect().y));
      expect(lines).toHaveLength(2);
      expect(lines[0]).toBe(lines[1]);
    });
  });

  it.each(['light', 'dark'] as const)('has no fault that axe can find, in the %s theme', async (theme) => {
    const snapshot = { ...busySnapshot(), rehearsals: [rehearsal(Date.now() + 60_000)] };
    await withMap(harness, { snapshot }, { theme, width: 1_440, height: 900 }, async (page) => {
      await node(page, 'backend shop / web-1').waitFor();
      await page.getByRole('region', { name: 'Dev servers on this machine' }).getByText('shop · Vite').waitFor();
      await push(page, sample(1, 82, 3));
      await page.locator('.map-label').first().waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await node(page, 'backend shop / web-1').click();
      await page.getByRole('timer').waitFor();
      expect(await axeFaults(page)).toEqual([]);
    });
  });

  it.each([
    ['900×600', { width: 900, height: 600 }],
    ['900×600 at 200 %', { width: 900, height: 600, zoom: 2 }],
    ['4K', { width: 3_840, height: 2_160 }],
  ])('nothing beside the graph runs out of the window at %s', async (_name, size) => {
    await withMap(harness, { snapshot: busySnapshot() }, size, async (page) => {
      const overflow = (): Promise<string[]> =>
        page.evaluate(() => {
          const out = [...document.querySelectorAll('button, input, select')].filter((item) => {
            const box = item.getBoundingClientRect();
            const isOut = box.width > 0 && (box.right > window.innerWidth + 1 || box.left < 0);
            return isOut && !item.closest('.map-graph');
          });
          const wide = document.documentElement.scrollWidth > window.innerWidth ? ['document'] : [];
          return [...wide, ...out.map((item) => item.getAttribute('aria-label') ?? item.textContent ?? '')];
        });
      await node(page, 'site shop.localhost').waitFor();
      expect(await overflow()).toEqual([]);
      await node(page, 'site shop.localhost').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('region', { name: 'Inspector' }).waitFor();
      expect(await overflow()).toEqual([]);
      expect(await page.locator('.map-graph').evaluate((graph) => graph.clientHeight)).toBeGreaterThan(60);
    });
  });
});
