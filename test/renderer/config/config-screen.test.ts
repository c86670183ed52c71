/** The Config screen in a real browser under the app's own CSP: typing with help, problems, conflicts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsOf, answerWith } from '../far.ts';
import { replaceBy, withConfig } from './config-window.ts';
import { startHarness } from '../harness.ts';
import { cannedConfig, makeDocument, TEXT, TYPO } from './canned-config.ts';
import type { Page } from 'playwright';
import type { Harness } from '../harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

/** Takes the first suggestion by Enter, which the editor heeds only once its list has been in sight for 75 ms. */
async function take(page: Page, name: string): Promise<void> {
  await page.getByRole('option', { name, selected: true }).waitFor();
  const shown = await page.evaluate(() => performance.now());
  await page.waitForFunction((since) => performance.now() - since > 100, shown);
  await page.keyboard.press('Enter');
}
const lastApply = async (page: Page): Promise<{ text: string; baseRevision: number }> =>
  (await callsOf(page, 'config.apply')).at(-1) as { text: string; baseRevision: number };

describe('the config editor', () => {
  it('completes keys and values by the keyboard, and applies what was typed', async () => {
    await withConfig(harness, cannedConfig(), {}, async (page, editor) => {
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('    stra');
      await take(page, 'strategy');
      await page.getByRole('option', { name: 'ip_hash' }).waitFor();
      await page.keyboard.type('ip');
      await page.getByRole('option', { name: 'random' }).waitFor({ state: 'detached' });
      await take(page, 'ip_hash');
      await page.getByText('server › docs.localhost › strategy').waitFor();
      await page.keyboard.press('Control+s');
      await page.getByText('Config applied.').waitFor();
      expect(await lastApply(page)).toEqual({
        text: `${TEXT}    strategy: ip_hash`,
        format: 'yaml',
        baseRevision: 3,
      });
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('Undone.').waitFor();
      expect(await callsOf(page, 'config.rollback')).toEqual([{ id: 3, baseRevision: 4 }]);
    });
  });

  it('explains a key under the pointer', async () => {
    await withConfig(harness, cannedConfig(), {}, async (page, editor) => {
      await editor.getByText('strategy', { exact: true }).hover();
      await page.getByText('How the next backend is chosen', { exact: false }).waitFor();
    });
  });

  it('marks each problem at its place, with what mends it, and F8 goes through them', async () => {
    const canned = cannedConfig({ 'config.check': { ok: true, value: { problems: TYPO } } });
    await withConfig(harness, canned, {}, async (page, editor) => {
      await page.getByText('1 error, 1 warning').waitFor();
      expect(await page.locator('.cm-lintRange-error').textContent()).toBe('round_robin');
      await page.keyboard.press('F8');
      await page.getByText('Line 9, column 26').waitFor(); // the end of the marked word
      await page.keyboard.press('F8');
      await page.getByText('Line 22, column 14').waitFor();
      await page.locator('.cm-tooltip').getByText('CONFIG_UNKNOWN_KEY').waitFor();
      await page.getByRole('button', { name: /round_robbin/ }).click();
      await page.getByText('Line 9, column 15').waitFor();
      expect(await editor.evaluate((node) => node.getRootNode() instanceof ShadowRoot && node.matches(':focus'))).toBe(
        true,
      );
    });
  });

  it('says at its line what the engine refuses, and keeps the text', async () => {
    await withConfig(harness, cannedConfig(), {}, async (page, editor) => {
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('# more');
      await answerWith(page, { 'config.apply': { ok: false, problems: TYPO } });
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('Not applied:', { exact: false }).waitFor();
      await page.getByText('Line 9, column 15').waitFor();
      expect(await editor.textContent()).toContain('# more');
    });
  });

  it('keeps what is typed over another screen, a reload of the window, and tells the app of it', async () => {
    await withConfig(harness, cannedConfig(), {}, async (page, editor) => {
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('# unsaved / kept');
      await page.getByRole('button', { name: 'Events' }).click();
      await page.getByRole('button', { name: 'Config' }).click();
      expect(await editor.textContent()).toContain('# unsaved / kept');
      expect(await callsOf(page, 'window.setUnsaved')).toEqual([{ unsaved: true }]);
      await page.reload();
      await editor.waitFor();
      await page.getByText('# unsaved / kept').waitFor();
      expect(await callsOf(page, 'window.setUnsaved')).toEqual([{ unsaved: true }]);
      await page.getByRole('button', { name: 'Discard' }).click();
      await page.getByText('# unsaved / kept').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Bring it back' }).click();
      await page.getByText('# unsaved / kept').waitFor();
    });
  });

  it('a config changed meanwhile is a conflict: mine over theirs as changes, then applied on theirs', async () => {
    await withConfig(harness, cannedConfig(), {}, async (page, editor) => {
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('# mine');
      await replaceBy(page, TEXT.replace('zones: [test]', 'zones: [dev]'), 7);
      await page.getByText('The config changed while you typed').waitFor();
      expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Compare with mine' }).click();
      await page.locator('.cm-deletedChunk').getByText('zones: [dev]').waitFor();
      await page.getByRole('button', { name: 'Put back' }).first().click();
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('Config applied.').waitFor();
      expect(await lastApply(page)).toMatchObject({
        text: `${TEXT.replace('zones: [test]', 'zones: [dev]')}# mine`,
        baseRevision: 7,
      });
    });
  });

  it('a conflict can be overwritten, and a config changed while nothing is typed is simply shown', async () => {
    await withConfig(harness, cannedConfig(), {}, async (page, editor) => {
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('# mine');
      await replaceBy(page, 'server: []\n', 7);
      await page.getByRole('button', { name: 'Overwrite with mine' }).click();
      await page.getByText('Config applied.').waitFor();
      expect(await lastApply(page)).toMatchObject({ text: `${TEXT}# mine`, baseRevision: 7 });
    });
    await withConfig(harness, cannedConfig(), {}, async (page) => {
      await replaceBy(page, '# theirs\nserver: []\n', 7);
      await page.getByText('# theirs').waitFor();
      expect(await page.getByText('The config changed while you typed').count()).toBe(0);
    });
  });

  it('a refused file is shown to be mended, or what is in force put back', async () => {
    const document = makeDocument({ onDisk: 'server: 5\n', problems: TYPO });
    await withConfig(
      harness,
      cannedConfig({ 'config.get': { ok: true, value: document } }),
      {},
      async (page, editor) => {
        await page.getByText('The file on disk was refused').waitFor();
        expect(await editor.textContent()).toContain('server: 5');
        await page.getByRole('button', { name: 'Back to revision 3' }).click();
        await page.getByText('# dev servers of the shop').waitFor();
        await page.getByRole('button', { name: 'Apply' }).click();
        await page.getByText('Config applied.').waitFor();
        expect(await lastApply(page)).toMatchObject({ text: TEXT });
      },
    );
  });

  it('what the editor marks is told once, unless the banner is asked for', async () => {
    const document = makeDocument({ onDisk: 'server: 5\n', problems: TYPO });
    const canned = cannedConfig({ 'config.get': { ok: true, value: document } });
    canned.snapshot = { ...canned.snapshot, problems: TYPO };
    await withConfig(harness, canned, {}, async (page) => {
      const banner = page.getByRole('alert', { name: 'Problems' });
      await page.getByText('The file on disk was refused').waitFor();
      expect(await banner.count()).toBe(0);
      await page.getByRole('button', { name: '2 problems' }).click();
      await banner.waitFor();
    });
  });

  it('a problem in the banner leads to its line', async () => {
    const canned = cannedConfig();
    const at = { file: canned.snapshot.configFile, line: 13, column: 5 };
    canned.snapshot = { ...canned.snapshot, problems: [{ ...TYPO[0]!, at }] };
    const { page, violations } = await harness.open(canned);
    await page.getByRole('button', { name: 'mogoly.yaml:13:5' }).click();
    await page.getByText('Line 13, column 5').waitFor();
    expect(violations).toEqual([]);
    await page.context().close();
  });

  it('is left by Esc then Tab; Ctrl+F finds, and a slash is only typed', async () => {
    await withConfig(harness, cannedConfig(), {}, async (page, editor) => {
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('/');
      expect(await editor.textContent()).toMatch(/\/$/);
      await page.keyboard.press('Control+f');
      await page.getByRole('textbox', { name: 'Find' }).waitFor();
      await page.keyboard.type('web-2');
      await page.keyboard.press('Enter');
      await page.getByText('Line 12, column 22').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('textbox', { name: 'Find' }).waitFor({ state: 'detached' });
      await page.keyboard.press('ArrowRight'); // with a selection, Esc only ends that
      await page.keyboard.press('Escape');
      await page.keyboard.press('Tab');
      expect(await editor.evaluate((node) => node.matches(':focus'))).toBe(false);
    });
  });

  it('a file with line ends of Windows keeps them, and JSON is completed as JSON', async () => {
    const text = '{\r\n  "server": [\r\n  ]\r\n}\r\n';
    const document = makeDocument({ format: 'json', text });
    await withConfig(
      harness,
      cannedConfig({ 'config.get': { ok: true, value: document } }),
      {},
      async (page, editor) => {
        await page.getByText('No problems', { exact: true }).waitFor();
        expect(await page.getByRole('button', { name: 'Discard' }).count()).toBe(0);
        await editor.focus();
        await page.keyboard.press('Control+Home');
        await page.keyboard.press('End');
        await page.keyboard.type('"zo');
        await take(page, 'zones');
        await page.keyboard.press('Control+s');
        await page.getByText('Config applied.').waitFor();
        expect((await lastApply(page)).text).toBe('{"zones": []\r\n  "server": [\r\n  ]\r\n}\r\n');
      },
    );
  });
});
