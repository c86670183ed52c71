/** The log of a service in a real browser: followed, paused, narrowed, each line in full, copied and written to a file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logs } from './canned-services.ts';
import { EVIL, ok } from './canned-system.ts';
import { callsOf, answerWith } from './far.ts';
import { startHarness } from './harness.ts';
import { detail, onServices } from './services-window.ts';
import type { Page } from 'playwright';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
}, 240_000);
afterAll(() => harness.close());

const lines = (page: Page) => page.getByRole('listbox', { name: 'Log lines' }).getByRole('option');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const said = (...texts: string[]) =>
  texts.map((text, index) => ({ at: `2099-01-01T00:00:0${index}.000000000Z`, stream: 'stdout' as const, text }));
const openLog = (page: Page): Promise<void> => page.getByRole('tab', { name: 'Log' }).click();

describe('the log of a service', () => {
  it('goes on with what comes, from where it was; paused it stands still and counts', async () => {
    await onServices(harness, {}, async (page) => {
      await openLog(page);
      await lines(page).filter({ hasText: 'checkpoint complete' }).last().waitFor();
      expect((await callsOf(page, 'services.logs'))[0]).toEqual({ name: 'app-db', tail: 1_000 });
      await answerWith(page, { 'services.logs': ok({ lines: said('came later'), cursor: 'c1' }) });
      await lines(page).filter({ hasText: 'came later' }).waitFor();
      const { cursor } = logs();
      expect(await callsOf(page, 'services.logs')).toContainEqual({ name: 'app-db', cursor, wait: 10_000 });
      await button(page, 'Pause').click();
      const more = said('came later', 'while paused', 'and more');
      await answerWith(page, { 'services.logs': ok({ lines: more, cursor: 'c2' }) });
      await button(page, /^Follow ?2 new$/).waitFor();
      expect(await lines(page).filter({ hasText: 'and more' }).count()).toBe(0);
      await button(page, /^Follow/).click();
      await lines(page).filter({ hasText: 'and more' }).waitFor();
      expect(await lines(page).filter({ hasText: 'came later' }).count()).toBe(1);
    });
  });

  it('is narrowed by text, and a line is read in full', async () => {
    await onServices(harness, { width: 900, height: 600 }, async (page) => {
      await openLog(page);
      await page.getByRole('searchbox', { name: 'Filter the log' }).fill('carts exist');
      await detail(page).getByText('15 of 120', { exact: true }).waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowUp');
      await page.getByLabel('The line in full').getByText('ERROR:  relation "carts" does not exist').waitFor();
      await button(page, 'Copy what is shown').click();
      await page.getByText('15 lines copied.').waitFor();
      const [copied] = (await callsOf(page, 'app.copyText')) as { text: string }[];
      expect(copied!.text.trimEnd().split('\n')).toHaveLength(15);
      await page.getByRole('searchbox', { name: 'Filter the log' }).fill('nobody says this');
      await page.getByText('No line matches.').waitFor();
    });
  });

  it('is written to a file', async () => {
    await onServices(harness, { answers: { 'app.saveText': ok({ file: '/home/dev/app-db.log' }) } }, async (page) => {
      await openLog(page);
      await lines(page).last().waitFor();
      await button(page, 'Write it to a file').click();
      await page.getByText('120 lines written to /home/dev/app-db.log.').waitFor();
      expect(await callsOf(page, 'app.saveText')).toMatchObject([{ suggestedName: 'app-db.log' }]);
    });
  });

  it('says why it cannot be read, keeps what was read, and reads on by itself', async () => {
    const problems = [{ code: 'DOCKER_GONE', severity: 'error', message: 'Docker went away in the middle.' }];
    await onServices(harness, { answers: { 'services.logs': { ok: false, problems } } }, async (page) => {
      await openLog(page);
      await detail(page).getByText('Docker went away in the middle.').waitFor();
      await answerWith(page, { 'services.logs': ok(logs(3)) });
      await expect.poll(() => lines(page).count()).toBe(3);
      await answerWith(page, { 'services.logs': { ok: false, problems } });
      await detail(page).getByText('What is shown is from before.', { exact: false }).waitFor();
      expect(await lines(page).count()).toBe(3);
    });
  });

  it('before the first word says so, and stays text, however hostile', async () => {
    await onServices(harness, { answers: { 'services.logs': ok({ lines: [], cursor: '' }) } }, async (page) => {
      await openLog(page);
      await page.getByText('It has not said anything yet.').waitFor();
      await answerWith(page, { 'services.logs': ok({ lines: said(EVIL), cursor: 'c' }) });
      await lines(page).filter({ hasText: '<img src=x' }).click();
      await page.getByLabel('The line in full').getByText('<img src=x', { exact: false }).waitFor();
      expect(await page.locator('img[src=x]').count()).toBe(0);
      expect(await page.title()).toBe('Mogoly');
    });
  });
});
