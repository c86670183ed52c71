/** Settings in the built window: keys of the config written by edits, refused at their field, the app's own beside them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { busySnapshot } from './canned.ts';
import { EVIL, ok, systemAnswers } from './canned-system.ts';
import { callsOf, answerWith, type Far } from './far.ts';
import { startHarness } from './harness.ts';
import { expectAccessible, expectFits, LOOKS } from './system-screens.ts';
import type { Harness } from './harness.ts';
import type { AppSettings } from '../../shared/window-api.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const SETTINGS: AppSettings = {
  notifications: true,
  autostart: { isOn: false, place: '/home/dev/.config/autostart/mogoly.desktop' },
  lan: ['192.168.1.20'],
};
const DOCUMENT = { zones: ['test'], listen: { http: 8080 }, server: [] };

interface Given {
  document?: unknown;
  answers?: Record<string, unknown>;
  snapshot?: ReturnType<typeof busySnapshot>;
}

async function onSettings(
  { document = DOCUMENT, answers, snapshot = busySnapshot() }: Given,
  look: Parameters<Harness['open']>[1],
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  const all = systemAnswers({
    'app.getSettings': ok(SETTINGS),
    'capture.get': ok({ enabled: false, bodyBytes: 65_536 }),
    ...answers,
  });
  const { page, violations } = await harness.open({ snapshot, document, answers: all }, look);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByLabel('HTTP', { exact: true }).waitFor();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

const editsIn = async (page: Page): Promise<unknown[]> =>
  ((await callsOf(page, 'config.edit')) as { edits: unknown[] }[]).map(({ edits }) => edits);

describe('settings', () => {
  it('a key is written by Enter or by leaving its field, once; an empty field takes it out', async () => {
    await onSettings({}, {}, async (page) => {
      const http = page.getByLabel('HTTP', { exact: true });
      expect(await http.inputValue()).toBe('8080');
      await http.fill('9090');
      await http.press('Enter');
      await page.getByText('HTTP changed.').waitFor();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
      await page.getByLabel('Zones').fill('test shop.lan');
      await page.getByLabel('Between health checks').fill('5s');
      await page.getByText('Zones changed.').waitFor();
      await page.getByLabel('Zones').fill('');
      await page.getByLabel('Zones').blur();
      await page.waitForFunction(
        () => (globalThis as Far).far.calls.filter(({ name }) => name === 'config.edit').length === 4,
      );
      expect(await editsIn(page)).toEqual([
        [{ op: 'set', path: ['listen', 'http'], value: 9090 }],
        [{ op: 'set', path: ['zones'], value: ['test', 'shop.lan'] }],
        [{ op: 'set', path: ['health_check_interval'], value: '5s' }],
        [{ op: 'remove', path: ['zones'] }],
      ]);
    });
  });

  it('a refusal stands at its field, is not sent twice, and Esc goes back to what the file says', async () => {
    const problem = {
      code: 'CONFIG_INVALID',
      severity: 'error',
      message: `${EVIL} is no port.`,
      fix: 'Write 1 to 65535.',
    };
    await onSettings({ answers: { 'config.edit': { ok: false, problems: [problem] } } }, {}, async (page) => {
      const http = page.getByLabel('HTTP', { exact: true });
      await http.fill('99999');
      await http.press('Enter');
      await page.getByText('is no port. Write 1 to 65535.').waitFor();
      expect(await http.getAttribute('aria-invalid')).toBe('true');
      const note = await http.getAttribute('aria-describedby');
      expect(await page.locator(`[id="${note}"]`).textContent()).toContain('is no port');
      expect(await http.inputValue()).toBe('99999');
      await expectAccessible(page);
      await http.blur();
      await http.focus();
      await http.press('Escape');
      await page.getByText('is no port').waitFor({ state: 'detached' });
      expect(await http.inputValue()).toBe('8080');
      expect(await editsIn(page)).toHaveLength(1);
      expect(await page.locator('img[src=x]').count()).toBe(0);
    });
  });

  it('shows what another hand wrote: it reads the config again at each revision', async () => {
    await onSettings({}, {}, async (page) => {
      await page.evaluate(() => {
        const { far } = globalThis as Far;
        far.canned.document = { listen: { http: 7070 }, server: [] };
        const { revision, sites, listeners, problems, seq } = far.canned.snapshot;
        far.push({
          seq: seq + 1,
          name: 'state.replaced',
          data: { revision: revision + 1, sites, listeners, problems },
        });
      });
      await page.waitForFunction(() => [...document.querySelectorAll('input')].some(({ value }) => value === '7070'));
    });
  });

  it('opening to the network says what it means first, and then shows how another device gets there', async () => {
    await onSettings({}, {}, async (page) => {
      await page.getByRole('button', { name: 'Open to the network' }).click();
      const dialog = page.getByRole('dialog', { name: 'Open to the network' });
      await dialog.getByText('192.168.1.20').waitFor();
      expect(await editsIn(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Open to the network' }).click();
      await page.getByText('Opened to the network.').waitFor();
      expect(await editsIn(page)).toEqual([[{ op: 'set', path: ['listen', 'http'], value: '0.0.0.0:8080' }]]);
    });
    const open = { ...busySnapshot(), listeners: [{ kind: 'http' as const, address: '0.0.0.0', port: 8080 }] };
    await onSettings({ snapshot: open }, {}, async (page) => {
      await page.getByRole('img', { name: 'QR code of http://shop.localhost:8080' }).waitFor();
      await page.getByText('Everyone on this network reaches your sites.').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Close to the network' }).click();
      await page.getByText('This machine only.', { exact: true }).waitFor();
      expect(await editsIn(page)).toEqual([[{ op: 'set', path: ['listen', 'http'], value: 8080 }]]);
    });
  });

  it('the app’s own settings, capture and files go their own ways', async () => {
    const off = { ...SETTINGS, notifications: false };
    const answers = { 'app.setSettings': ok(off), 'capture.set': ok({ enabled: true, bodyBytes: 65_536 }) };
    await onSettings({ answers }, {}, async (page) => {
      const notify = page.getByLabel('Notify when a site goes down or comes back');
      await notify.click();
      await page.waitForFunction(() => !document.querySelector<HTMLInputElement>('.setting-check input')!.checked);
      expect(await callsOf(page, 'app.setSettings')).toEqual([{ notifications: false }]);
      const problem = { code: 'AUTOSTART_FAILED', severity: 'error', message: 'Autostart cannot be changed.' };
      await answerWith(page, { 'app.setSettings': { ok: false, problems: [problem] } });
      const login = page.getByLabel('Start at login, in the tray');
      await login.click();
      await page.getByText('Autostart cannot be changed.').waitFor();
      expect(await login.isChecked()).toBe(false);
      await page.getByLabel('Keep bodies while it runs').click();
      await page.waitForFunction(() => document.querySelectorAll('.setting-check input:checked').length === 1);
      expect(await callsOf(page, 'capture.set')).toEqual([{ enabled: true, bodyBytes: 65_536 }]);
      await page.getByRole('button', { name: 'Reveal log' }).click();
      expect(await callsOf(page, 'app.revealFile')).toEqual([{ file: 'log' }]);
      await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    });
  });

  it('hostile text stays text', async () => {
    const document = { zones: [EVIL], log_output: EVIL, server: [] };
    const evil = { ...SETTINGS, autostart: { isOn: true, place: EVIL }, lan: [EVIL] };
    const snapshot = { ...busySnapshot(), home: EVIL, configFile: EVIL };
    await onSettings({ document, snapshot, answers: { 'app.getSettings': ok(evil) } }, {}, async (page) => {
      await page.getByText(`Written to ${EVIL}`).waitFor();
      expect(await page.getByLabel('Zones').inputValue()).toBe(EVIL);
      expect(await page.locator('img[src=x]').count()).toBe(0);
      expect(await page.title()).not.toMatch(/^[12]$/);
      await expectFits(page);
    });
  });

  it('a config that cannot be read is said, with a way to try again', async () => {
    await onSettings({}, {}, async (page) => {
      const problem = { code: 'ENGINE_SILENT', severity: 'error', message: 'The engine did not answer.' };
      await answerWith(page, { 'config.get': { ok: false, problems: [problem] } });
      await page.getByRole('button', { name: 'Doctor', exact: true }).click();
      await page.getByRole('heading', { name: 'Doctor', level: 1 }).waitFor();
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByText('The engine did not answer.').waitFor();
      await answerWith(page, {
        'config.get': ok({ file: '', format: 'yaml', text: '', problems: [], revision: 3, value: DOCUMENT }),
      });
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByLabel('HTTP', { exact: true }).waitFor();
    });
  });

  it.each(LOOKS)('is clean for axe and fits: %o', async (look) => {
    await onSettings({}, look, async (page) => {
      await expectFits(page);
      await expectAccessible(page);
    });
  });
});
