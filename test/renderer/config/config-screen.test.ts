/** The Config screen in a real browser under the app's own CSP: typing with help, problems, conflicts, history. */
import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHarness } from '../harness.ts';
import { cannedConfig, makeDocument, OLDER, REVISIONS, TEXT, TYPO } from './canned-config.ts';
import type { Locator, Page } from 'playwright';
import type { Canned, CannedWindow, Harness } from '../harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
}, 120_000);
afterAll(() => harness.close());

type Far = typeof globalThis & { far: CannedWindow };

async function withConfig(
  canned: Canned,
  options: Parameters<Harness['open']>[1],
  visit: (page: Page, editor: Locator) => Promise<void>,
): Promise<void> {
  const { page, violations } = await harness.open(canned, options);
  page.setDefaultTimeout(10_000);
  await page.getByRole('button', { name: 'Config' }).click();
  const editor = page.getByRole('textbox', { name: 'Config file' });
  await editor.waitFor();
  await visit(page, editor);
  expect(violations).toEqual([]);
  await page.context().close();
}

const callsOf = (page: Page, name: string): Promise<unknown[]> =>
  page.evaluate(
    (wanted) => (globalThis as Far).far.calls.filter((call) => call.name === wanted).map((call) => call.request),
    name,
  );
const answerWith = (page: Page, answers: Record<string, unknown>): Promise<void> =>
  page.evaluate((given) => {
    Object.assign(((globalThis as Far).far.canned.answers ??= {}), given);
  }, answers);
/** Another config is in force now; the window hears of it as it would from the engine. */
const replaceBy = async (page: Page, text: string, revision: number): Promise<void> => {
  await answerWith(page, { 'config.get': { ok: true, value: makeDocument({ text, revision }) } });
  await page.evaluate((next) => {
    const { far } = globalThis as Far;
    const { sites, listeners } = far.canned.snapshot;
    far.push({ seq: 1, name: 'state.replaced', data: { revision: next, sites, listeners, problems: [] } });
  }, revision);
};
/** Takes the first suggestion by Enter, which the editor heeds only once its list has been in sight for 75 ms. */
async function take(page: Page, name: string): Promise<void> {
  await page.getByRole('option', { name, selected: true }).waitFor();
  const shown = await page.evaluate(() => performance.now());
  await page.waitForFunction((since) => performance.now() - since > 100, shown);
  await page.keyboard.press('Enter');
}
const lastApply = async (page: Page): Promise<{ text: string; baseRevision: number }> =>
  (await callsOf(page, 'config.apply')).at(-1) as { text: string; baseRevision: number };

describe('the config editor', { timeout: 60_000 }, () => {
  it('completes keys and values by the keyboard, and applies what was typed', async () => {
    await withConfig(cannedConfig(), {}, async (page, editor) => {
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
    await withConfig(cannedConfig(), {}, async (page, editor) => {
      await editor.getByText('strategy', { exact: true }).hover();
      await page.getByText('How the next backend is chosen', { exact: false }).waitFor();
    });
  });

  it('marks each problem at its place, with what mends it, and F8 goes through them', async () => {
    const canned = cannedConfig({ 'config.check': { ok: true, value: { problems: TYPO } } });
    await withConfig(canned, {}, async (page, editor) => {
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
    await withConfig(cannedConfig(), {}, async (page, editor) => {
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
    await withConfig(cannedConfig(), {}, async (page, editor) => {
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
    await withConfig(cannedConfig(), {}, async (page, editor) => {
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
    await withConfig(cannedConfig(), {}, async (page, editor) => {
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('# mine');
      await replaceBy(page, 'server: []\n', 7);
      await page.getByRole('button', { name: 'Overwrite with mine' }).click();
      await page.getByText('Config applied.').waitFor();
      expect(await lastApply(page)).toMatchObject({ text: `${TEXT}# mine`, baseRevision: 7 });
    });
    await withConfig(cannedConfig(), {}, async (page) => {
      await replaceBy(page, '# theirs\nserver: []\n', 7);
      await page.getByText('# theirs').waitFor();
      expect(await page.getByText('The config changed while you typed').count()).toBe(0);
    });
  });

  it('a refused file is shown to be mended, or what is in force put back', async () => {
    const document = makeDocument({ onDisk: 'server: 5\n', problems: TYPO });
    await withConfig(cannedConfig({ 'config.get': { ok: true, value: document } }), {}, async (page, editor) => {
      await page.getByText('The file on disk was refused').waitFor();
      expect(await editor.textContent()).toContain('server: 5');
      await page.getByRole('button', { name: 'Back to revision 3' }).click();
      await page.getByText('# dev servers of the shop').waitFor();
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('Config applied.').waitFor();
      expect(await lastApply(page)).toMatchObject({ text: TEXT });
    });
  });

  it('a problem in the banner leads to its line', async () => {
    const canned = cannedConfig();
    const at = { file: canned.snapshot.configFile, line: 13, column: 5 };
    canned.snapshot = { ...canned.snapshot, problems: [{ ...TYPO[0]!, at }] };
    const { page, violations } = await harness.open(canned);
    page.setDefaultTimeout(10_000);
    await page.getByRole('button', { name: 'mogoly.yaml:13:5' }).click();
    await page.getByText('Line 13, column 5').waitFor();
    expect(violations).toEqual([]);
    await page.context().close();
  });

  it('is left by Esc then Tab; Ctrl+F finds, and a slash is only typed', async () => {
    await withConfig(cannedConfig(), {}, async (page, editor) => {
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
    await withConfig(cannedConfig({ 'config.get': { ok: true, value: document } }), {}, async (page, editor) => {
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
    });
  });
});

describe('the history', { timeout: 60_000 }, () => {
  it('shows what a revision changed, and rolls back after one question, with an undo', async () => {
    await withConfig(cannedConfig(), {}, async (page) => {
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
    await withConfig(cannedConfig({ 'config.history': { ok: true, value: [] } }), {}, async (page) => {
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByText('No revision yet').waitFor();
    });
    const problems = [{ code: 'X', severity: 'error', message: 'The disk is gone.', fix: 'Plug it in.' }];
    await withConfig(cannedConfig({ 'config.history': { ok: false, problems } }), {}, async (page) => {
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByText('The disk is gone.').waitFor();
      await answerWith(page, { 'config.history': { ok: true, value: REVISIONS } });
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('option').first().waitFor();
    });
  });
});

describe('the Config screen', { timeout: 60_000 }, () => {
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
    await withConfig(canned, {}, async (page, editor) => {
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
    await withConfig(canned, { theme }, async (page, editor) => {
      const found = async (): Promise<unknown[]> => (await new AxeBuilder({ page }).analyze()).violations;
      await page.getByText('1 error, 1 warning').waitFor();
      expect(await found()).toEqual([]);
      await editor.focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('    ba');
      await page.getByRole('option', { name: 'balance' }).waitFor();
      expect(await found()).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+f');
      await page.getByRole('button', { name: 'Changes' }).click();
      await page.locator('.cm-insertedLine').first().waitFor();
      expect(await found()).toEqual([]);
      await replaceBy(page, OLDER, 7);
      await page.getByText('The config changed while you typed').waitFor();
      expect(await found()).toEqual([]);
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByRole('option').nth(2).click();
      await page.getByRole('textbox', { name: 'Revision 1' }).waitFor();
      expect(await found()).toEqual([]);
      await page.getByRole('button', { name: 'Roll back to this' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await found()).toEqual([]);
    });
  });

  it.each([
    ['900×600', { width: 900, height: 600 }],
    ['900×600 at 200 %', { width: 900, height: 600, zoom: 2 }],
    ['4K', { width: 3_840, height: 2_160 }],
  ])('nothing runs out of the window at %s', async (_name, size) => {
    await withConfig(cannedConfig(), size, async (page) => {
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
