/** The history of the config, and what holds for the whole Config screen: axe, hostile text, sizes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults } from '../../kit/axe.ts';
import { callsOf, answerWith } from '../far.ts';
import { replaceBy, withConfig } from './config-window.ts';
import { startHarness } from '../harness.ts';
import { cannedConfig, makeDocument, OLDER, REVISIONS, TEXT, TYPO } from './canned-config.ts';
import type { Page } from 'playwright';
import type { Harness } from '../harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

describe('the history', () => {
  it('shows what a revision changed, and rolls back after one question, with an undo', async () => {
    await withConfig(harness, cannedConfig(), {}, async (page) => {
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByRole('option', { name: /docs\.localhost/ }).click();
      await page.getByText('Both are the same, to the letter.').waitFor(); // one canned text for every revision
      await page.getByRole('heading', { name: 'Revision 2' }).waitFor();
      const now = { ok: true, value: { id: 3, text: TEXT, format: 'yaml' } };
      await answerWith(page, { 'config.revision': now });
      await page.getByRole('button', { name: 'Against now' }).click();
      await page.getByText('Revision 2 → Revision 3').waitFor();
      expect(await page.getByRole('textbox', { name: 'Revision 2' }).textContent()).toContain('8000');
      expect(await page.getByRole('textbox', { name: 'Revision 3' }).textContent()).toContain('8080');
      await page.getByRole('button', { name: 'Unified' }).click();
      await page.locator('.cm-deletedChunk').first().waitFor();
      await page.getByRole('button', { name: 'Roll back to this' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('2 lines added, 3 removed:').waitFor();
      await dialog.getByText('http: 8000').waitFor();
      await dialog.getByRole('button', { name: 'Roll back' }).click();
      await page.getByText('Rolled back to revision 2.').waitFor();
      expect(await callsOf(page, 'config.rollback')).toEqual([{ id: 2, baseRevision: 3 }]);
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    });
  });

  it('that is empty teaches, and one that cannot be read says why', async () => {
    await withConfig(harness, cannedConfig({ 'config.history': { ok: true, value: [] } }), {}, async (page) => {
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByText('No revision yet').waitFor();
    });
    const problems = [{ code: 'X', severity: 'error', message: 'The disk is gone.', fix: 'Plug it in.' }];
    await withConfig(harness, cannedConfig({ 'config.history': { ok: false, problems } }), {}, async (page) => {
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByText('The disk is gone.').waitFor();
      await answerWith(page, { 'config.history': { ok: true, value: REVISIONS } });
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('option').first().waitFor();
    });
  });
});

describe('the Config screen', () => {
  it('hostile text stays text', async () => {
    const evil = '<img src=x onerror="document.title=1">';
    const problems = [{ ...TYPO[0]!, message: evil, fix: evil, code: evil, at: { line: 1, column: 1 } }];
    const schema = { config: { type: 'object', properties: { zones: { description: evil } } }, middlewares: {} };
    const canned = cannedConfig({
      'config.get': { ok: true, value: makeDocument({ text: `zones: [] # ${evil}\n`, file: evil }) },
      'config.check': { ok: true, value: { problems } },
      'config.schema': { ok: true, value: schema },
      'config.history': { ok: true, value: [{ ...REVISIONS[0]!, summary: evil, source: evil }] },
    });
    await withConfig(harness, canned, {}, async (page, editor) => {
      await page.locator('.cm-lintRange-error').waitFor();
      await editor.getByText('zones').hover();
      await page.locator('.cm-tooltip').getByText(evil).first().waitFor();
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByRole('option').first().waitFor();
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.title()).toBe('Mogoly');
    });
  });

  it.each(['light', 'dark'] as const)('is clean for axe in the %s theme', async (theme) => {
    const canned = cannedConfig({ 'config.check': { ok: true, value: { problems: TYPO } } });
    await withConfig(harness, canned, { theme }, async (page, editor) => {
      await page.getByText('1 error, 1 warning').waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('    ba');
      await page.getByRole('option', { name: 'balance' }).waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+f');
      await page.getByRole('button', { name: 'Changes' }).click();
      await page.locator('.cm-insertedLine').first().waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await replaceBy(page, OLDER, 7);
      await page.getByText('The config changed while you typed').waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByRole('option').nth(2).click();
      await page.getByRole('textbox', { name: 'Revision 1' }).waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Roll back to this' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await axeFaults(page)).toEqual([]);
    });
  });

  it.each([
    ['900×600', { width: 900, height: 600 }],
    ['900×600 at 200 %', { width: 900, height: 600, zoom: 2 }],
    ['4K', { width: 3_840, height: 2_160 }],
  ])('nothing runs out of the window at %s', async (_name, size) => {
    await withConfig(harness, cannedConfig(), size, async (page) => {
      expect(await overflow(page)).toEqual([]);
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByRole('option').first().waitFor();
      expect(await overflow(page)).toEqual([]);
    });
  });
});

/** Buttons that stick out of the window to the side. */
const overflow = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const out = [...document.querySelectorAll('button, input, select')].filter((node) => {
      const box = node.getBoundingClientRect();
      return box.width > 0 && (box.right > window.innerWidth + 1 || box.left < 0);
    });
    const wide = document.documentElement.scrollWidth > window.innerWidth ? ['document'] : [];
    return [...wide, ...out.map((node) => node.getAttribute('aria-label') ?? node.textContent ?? '')];
  });
