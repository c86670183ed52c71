/** The Config screen in the harness: opened at its editor, and told of a config that another made. */
import { expect } from 'vitest';
import type { Locator, Page } from 'playwright';
import { answerWith, type Far } from '../far.ts';
import type { Canned, Harness } from '../harness.ts';
import { makeDocument } from './canned-config.ts';

/** Visits the screen, and wants no breach of the CSP at the end. */
export async function withConfig(
  harness: Harness,
  canned: Canned,
  options: Parameters<Harness['open']>[1],
  visit: (page: Page, editor: Locator) => Promise<void>,
): Promise<void> {
  const { page, violations } = await harness.open(canned, options);
  await page.getByRole('button', { name: 'Config' }).click();
  const editor = page.getByRole('textbox', { name: 'Config file' });
  await editor.waitFor();
  await visit(page, editor);
  expect(violations).toEqual([]);
  await page.context().close();
}

/** Another config is in force now; the window hears of it as it would from the engine. */
export const replaceBy = async (page: Page, text: string, revision: number): Promise<void> => {
  await answerWith(page, { 'config.get': { ok: true, value: makeDocument({ text, revision }) } });
  await page.evaluate((next) => {
    const { far } = globalThis as Far;
    const { sites, listeners } = far.canned.snapshot;
    far.push({ seq: 1, name: 'state.replaced', data: { revision: next, sites, listeners, problems: [] } });
  }, revision);
};
