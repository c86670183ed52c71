/** What a newcomer meets: nothing yet, routing stopped, a backend that fails; each says what is so, and the same on every screen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBackend, makeSite, makeSnapshot } from './canned.ts';
import { namesCheck, ok, systemAnswers } from './canned-system.ts';
import { answerWith, callsOf } from './far.ts';
import { startHarness, type Canned, type Harness } from './harness.ts';
import type { Page } from 'playwright';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

async function visit(canned: Canned, look: (page: Page, show: (screen: string) => Promise<void>) => Promise<void>) {
  const { page, violations } = await harness.open(canned, { width: 900, height: 600 });
  const rail = page.getByRole('navigation', { name: 'Screens' });
  await look(page, (screen) => rail.getByRole('button', { name: screen, exact: true }).click());
  expect(violations).toEqual([]);
  await page.context().close();
}

const failing = makeSite(
  'shop.localhost',
  [
    makeBackend('shop', 'web-1', { health: 'degraded', failures: 1, lastFailure: 'connection refused' }),
    makeBackend('shop', 'web-2', { health: 'down', failures: 4, lastFailure: 'connection refused' }),
    makeBackend('shop', 'web-3', { disabled: true }),
  ],
  { health: 'degraded' },
);

describe('a newcomer', () => {
  it('without a site is offered to add one, and nothing to search, filter or size', async () => {
    await visit({ snapshot: makeSnapshot() }, async (page, show) => {
      const add = page.locator('.stage').getByRole('button', { name: 'Add site' });
      for (const screen of ['Map', 'Sites']) {
        await show(screen);
        await page.getByRole('heading', { name: 'No sites yet' }).waitFor();
        expect(await add.count()).toBe(1);
        expect(await page.getByRole('searchbox').count()).toBe(0);
        expect(await page.getByRole('button', { name: 'Larger' }).count()).toBe(0);
      }
      await show('Traffic');
      await page.getByText('No site is on, so nothing passes.').waitFor();
      await add.click();
      const name = await page.getByRole('textbox', { name: 'Name' }).boundingBox();
      const more = await page.getByRole('button', { name: 'More', exact: true }).boundingBox();
      expect(Math.abs(more!.x - name!.x)).toBeLessThan(12);
    });
  });

  it('who stopped routing is told so where traffic would be, and starts it there', async () => {
    await visit({ snapshot: makeSnapshot({ status: 'stopped', sites: [failing] }) }, async (page, show) => {
      await show('Traffic');
      await page.getByRole('heading', { name: 'Routing is stopped' }).waitFor();
      await page.getByRole('button', { name: 'Start it' }).click();
      expect(await callsOf(page, 'engine.start')).toEqual([{}]);
      await show('Map');
      await page.locator('.map-figures').waitFor();
      expect(await page.locator('.map-figures .num').allTextContents()).toEqual([
        '– of 1',
        '– of 2',
        '0',
        '0',
        '–',
        '–',
      ]);
    });
  });

  it('reads the same count of backends that are up on every screen, and every word of state whole', async () => {
    await visit({ snapshot: makeSnapshot({ sites: [failing] }) }, async (page, show) => {
      await page.locator('.map-pool').getByText('1 of 2 up').waitFor();
      expect(await page.locator('.map-figures .num').nth(1).textContent()).toContain('1 of 2');
      await show('Sites');
      const figures = page.locator('.detail .figures');
      await figures.getByText('Backends up').waitFor();
      expect(await figures.textContent()).toContain('1 of 2');
      const cut = await page
        .locator('.backends .col-state')
        .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((c) => c.textContent));
      expect(cut).toEqual([]);
    });
  });

  it('whose .localhost name the system does not find reads that browsers do', async () => {
    const answers = { ...systemAnswers(), 'names.check': ok({ ...namesCheck, name: 'shop.localhost' }) };
    await visit({ snapshot: makeSnapshot({ sites: [failing] }), answers }, async (page, show) => {
      await show('Names');
      await page.getByLabel('Name to test').fill('shop.localhost');
      await page.keyboard.press('Enter');
      const said = page.getByRole('status', { name: 'Answers' });
      await said.getByText('Browsers find it all the same').waitFor();
      await answerWith(page, { 'names.check': ok(namesCheck) });
      await page.getByLabel('Name to test').fill('shop.test');
      await page.keyboard.press('Enter');
      await said.getByText('Browsers find it').waitFor({ state: 'detached' });
      expect(await said.textContent()).toContain('Not found');
    });
  });
});
