/** What is done from the map in a real browser: drained, rehearsed, checked; dev servers dragged onto pools. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busySnapshot } from './canned.ts';
import { callsOf, push, type Far } from './far.ts';
import { startHarness, type Harness } from './harness.ts';
import { answers, node, rehearsal, withMap } from './map-window.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

describe('from the map', () => {
  it('the inspector stands beside the graph, and drains, disables and checks', async () => {
    await withMap(harness, { snapshot: busySnapshot() }, { width: 1_440, height: 900 }, async (page) => {
      await node(page, 'backend shop / web-1').click();
      const inspector = page.getByRole('region', { name: 'Inspector' });
      const [left, right] = await Promise.all([page.locator('.map-graph').boundingBox(), inspector.boundingBox()]);
      expect(right!.x).toBeGreaterThanOrEqual(left!.x + left!.width);
      await inspector.getByRole('button', { name: 'Drain' }).click();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
      await inspector.getByRole('button', { name: 'Disable' }).click();
      expect(await callsOf(page, 'backends.set')).toMatchObject([
        { site: 'shop.localhost', backend: 'web-1', patch: { drain: true } },
        { site: 'shop.localhost', backend: 'web-1', patch: { disabled: true } },
      ]);
      const passed = { pass: [{ name: 'web-1', url: '', healthy: true }], fail: [], checkTime: 0, duration: 1 };
      await page.evaluate((value) => {
        (globalThis as Far).far.canned.answers!['health.check'] = { ok: true, value };
      }, passed);
      await inspector.getByRole('button', { name: 'Check now' }).click();
      await page.getByText('web-1 passed the check.').waitFor();
      expect(await callsOf(page, 'health.check')).toEqual([{ site: 'shop.localhost', backend: 'web-1' }]);
      await inspector.getByRole('button', { name: 'Open in Sites' }).click();
      await page.getByRole('heading', { name: 'shop.localhost' }).waitFor();
    });
  });

  it('a rehearsal is begun for the time that was chosen, counts down in node and inspector, and is stopped', async () => {
    await withMap(harness, { snapshot: busySnapshot() }, { width: 1_440, height: 900 }, async (page) => {
      await node(page, 'backend shop / web-1').click();
      const part = page.getByRole('region', { name: 'Rehearse' });
      await part.getByLabel('for').selectOption({ label: '2 minutes' });
      const begun = rehearsal(Date.now() + 120_000);
      await page.evaluate((value) => {
        Object.assign((globalThis as Far).far.canned.answers!, {
          'rehearse.start': { ok: true, value },
          'rehearse.stop': { ok: true, value: [value] },
        });
      }, begun);
      await part.getByRole('button', { name: /^Kill web-1/ }).click();
      expect(await callsOf(page, 'rehearse.start')).toEqual([
        {
          site: 'shop.localhost',
          backend: 'shop / web-1',
          kind: 'kill',
          durationMs: 120_000,
          delayMs: 2_000,
          status: 503,
        },
      ]);
      await push(page, { seq: 1, name: 'rehearsals.changed', data: [begun] });
      const timer = part.getByRole('timer');
      expect(await timer.textContent()).toMatch(/^[12]:\d\d$/);
      await node(page, 'backend shop / web-1').getByText('Rehearsing kill').waitFor();
      const first = await timer.textContent();
      await expect.poll(() => timer.textContent()).not.toBe(first);
      await part.getByRole('button', { name: 'Stop rehearsing' }).click();
      expect(await callsOf(page, 'rehearse.stop')).toEqual([{ id: 7 }]);
      await push(page, { seq: 2, name: 'rehearsals.changed', data: [] });
      await part.getByRole('button', { name: /^Kill web-1/ }).waitFor();
    });
  });

  it('a dev server is dragged onto a pool, or added from its menu by keys, and can be undone', async () => {
    await withMap(harness, { snapshot: busySnapshot() }, { width: 1_440, height: 900 }, async (page) => {
      const tray = page.getByRole('region', { name: 'Dev servers on this machine' });
      const card = tray.locator('.server-card').filter({ hasText: 'shop · Vite' });
      const from = (await card.boundingBox())!;
      const to = (await node(page, 'pool route shop.localhost / ').boundingBox())!;
      await page.mouse.move(from.x + 40, from.y + 12);
      await page.mouse.down();
      await page.mouse.move(from.x, from.y + 60, { steps: 4 });
      await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
      await page.locator('.map-node.is-over').waitFor();
      await page.mouse.up();
      await page.getByText('http://localhost:5176 added to shop.localhost.').waitFor();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
      expect(await callsOf(page, 'backends.add')).toMatchObject([
        { site: 'shop.localhost', backend: { url: 'http://localhost:5176' } },
      ]);
      await card.getByRole('button', { name: 'Add shop · Vite on port 5176 to a site or pool' }).focus();
      await page.keyboard.press('Enter');
      // The menu moves its focus a moment after it opened, and after each key.
      const focused = page.getByRole('menuitem').and(page.locator(':focus'));
      await focused.waitFor();
      const first = await focused.textContent();
      await page.keyboard.press('ArrowDown');
      await page.getByRole('menuitem').and(page.locator(':focus')).filter({ hasNotText: first! }).waitFor();
      await page.keyboard.press('Enter');
      await expect
        .poll(() => callsOf(page, 'config.edit'))
        .toMatchObject([
          {
            edits: [
              { op: 'insert', path: ['server', 0, 'routes', 0, 'balance', 1], value: { url: 'http://localhost:5176' } },
            ],
          },
        ]);
    });
  });

  it('a dev server gets a site of its own by two keys, under a name that is free', async () => {
    await withMap(harness, { snapshot: busySnapshot() }, {}, async (page) => {
      const add = page.getByRole('button', { name: 'Add shop · Vite on port 5176 to a site or pool' });
      await add.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'New site shop-5176.localhost' }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('shop-5176.localhost added.').waitFor();
      expect(await callsOf(page, 'sites.add')).toMatchObject([
        { site: { name: 'shop-5176.localhost', url: 'http://localhost:5176' } },
      ]);
    });
  });

  it('says so when no dev server runs, and when they cannot be looked for', async () => {
    await withMap(harness, { snapshot: busySnapshot(), answers: answers([]) }, {}, async (page) => {
      await page.getByText('None runs now.').waitFor();
      await page.evaluate(() => {
        (globalThis as Far).far.canned.answers!['discovery.list'] = {
          ok: false,
          problems: [{ code: 'DISCOVERY_FAILED', severity: 'error', message: 'The ports cannot be read.' }],
        };
      });
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByText('The ports cannot be read.').waitFor();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
    });
  });
});
