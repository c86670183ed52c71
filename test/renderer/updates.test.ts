/** Updates on the Settings screen, in the built window in Chromium, against a canned app. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { busySnapshot } from './canned.ts';
import { callsOf, answerWith } from './far.ts';
import { startHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { ok, systemAnswers } from './canned-system.ts';
import { expectAccessible, expectFits, LOOKS } from './system-screens.ts';
import type { UpdateState } from '../../shared/update.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const SETTINGS = { notifications: true, autostart: { isOn: false, place: '~/.config/autostart' }, lan: [] };

async function onSettings(update: UpdateState, visit: (page: Page) => Promise<void>, look = {}): Promise<void> {
  const answers = systemAnswers({ 'app.getSettings': ok(SETTINGS), 'app.getUpdate': ok(update) });
  const { page, violations } = await harness.open(
    { snapshot: busySnapshot(), document: { listen: { http: 8080 }, server: [] }, answers },
    look,
  );
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByLabel('HTTP', { exact: true }).waitFor();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

describe('updates', () => {
  it('are no matter where the app looks nowhere', async () => {
    await onSettings({ phase: 'off' }, async (page) => {
      await page.getByLabel('Start at login, in the tray').waitFor();
      expect(await page.getByRole('button', { name: 'Check for updates' }).count()).toBe(0);
    });
  });

  it('go step by step, each at a word, and what is under way is followed', async () => {
    await onSettings({ phase: 'idle' }, async (page) => {
      await answerWith(page, { 'app.update': ok({ phase: 'checking' }), 'app.getUpdate': ok({ phase: 'checking' }) });
      await page.getByRole('button', { name: 'Check for updates' }).click();
      await page.getByText('Looking for a newer version.').waitFor();
      await answerWith(page, { 'app.getUpdate': ok({ phase: 'available', version: '2.0.0' }) });
      await page.getByText('Version 2.0.0 is there.').waitFor();
      const busy = ok({ phase: 'downloading', version: '2.0.0', percent: 41.7 });
      await answerWith(page, { 'app.update': busy, 'app.getUpdate': busy });
      await page.getByRole('button', { name: 'Download', exact: true }).click();
      await page.getByText('Version 2.0.0: 42% downloaded.').waitFor();
      await page.getByRole('progressbar', { name: 'Download' }).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).waitFor();
      await answerWith(page, { 'app.getUpdate': ok({ phase: 'ready', version: '2.0.0' }) });
      await page.getByRole('button', { name: 'Restart to install' }).click();
      expect(await callsOf(page, 'app.update')).toEqual([{ step: 'check' }, { step: 'download' }, { step: 'install' }]);
    });
  });

  it('a refusal stands there with what to do, and the step is there again', async () => {
    const problem = {
      code: 'UPDATE_TAMPERED',
      severity: 'error',
      message: 'Not what was promised.',
      fix: 'Try later.',
    };
    await onSettings({ phase: 'available', version: '2.0.0', problem } as UpdateState, async (page) => {
      await page.getByRole('alert').getByText('Not what was promised. Try later.').waitFor();
      await page.getByRole('button', { name: 'Download', exact: true }).waitFor();
    });
  });

  it.each(LOOKS)('are clean for axe and fit: %o', async (look) => {
    const state: UpdateState = { phase: 'downloading', version: '2.0.0', percent: 30 };
    await onSettings(
      state,
      async (page) => {
        await page.getByRole('progressbar', { name: 'Download' }).scrollIntoViewIfNeeded();
        await expectFits(page);
        await expectAccessible(page);
      },
      look,
    );
  });
});
