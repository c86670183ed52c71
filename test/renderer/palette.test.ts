/** The palette, the sheet of keys and the way of the keyboard through the window, in the built window. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { axeFaults } from '../kit/axe.ts';
import { busySnapshot } from './canned.ts';
import { callsOf } from './far.ts';
import { startHarness } from './harness.ts';
import type { Canned, Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

type Options = Parameters<Harness['open']>[1];

async function withWindow(canned: Canned, options: Options, visit: (page: Page) => Promise<void>): Promise<void> {
  const { page, violations } = await harness.open(canned, options);
  await page.getByRole('button', { name: /routing$/ }).waitFor();
  await page.getByRole('searchbox').first().waitFor();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.closest('.rail, .top-bar, .stage, .status-bar')?.className ?? '');
const shot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['MOGOLY_SHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
};

const EXPLAINED = {
  url: 'http://shop.localhost/api/users',
  host: 'shop.localhost',
  site: 'shop.localhost',
  hostMatch: 'exact',
  route: '/api/*',
  kind: 'proxy',
  backendPath: '/users',
  middlewares: ['ratelimit', 'cors'],
  candidates: [
    { name: 'api', url: 'http://localhost:3000', health: 'healthy', active: 0, weight: 1, available: true },
    {
      name: 'api-2',
      url: 'http://localhost:3001',
      health: 'down',
      active: 0,
      weight: 1,
      available: false,
      reason: 'it is down',
    },
  ],
  pick: 'api',
};

describe('the command palette', () => {
  it('goes to a screen, and the keyboard begins at its heading', async () => {
    await withWindow({ snapshot: busySnapshot() }, {}, async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Commands' }).waitFor();
      await page.keyboard.type('doctor');
      await page.keyboard.press('Enter');
      const heading = page.getByRole('heading', { name: 'Doctor', level: 1 });
      await heading.waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
      expect(await page.getByRole('dialog').count()).toBe(0);
    });
  });

  it('opens, copies and drains by the keyboard alone', async () => {
    await withWindow({ snapshot: busySnapshot() }, {}, async (page) => {
      const choose = async (...typed: string[]): Promise<void> => {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Commands' }).waitFor();
        for (const text of typed) {
          await page.keyboard.type(text);
          await page.keyboard.press('Enter');
        }
        await page.getByRole('combobox', { name: 'Commands' }).waitFor({ state: 'detached' });
      };
      await choose('docs.local', 'open');
      expect(await callsOf(page, 'app.openUrl')).toEqual([{ url: 'http://docs.localhost:8080' }]);
      await choose('docs.local', 'copy');
      expect(await callsOf(page, 'app.copyText')).toEqual([{ text: 'http://docs.localhost:8080' }]);
      await choose('shop.localhost', 'drain web-1');
      await page.getByRole('button', { name: 'Undo' }).waitFor();
      await choose('theme dark');
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    });
  });

  it.each(['Escape', 'a click beside it'])('opens again in the frame in which %s closed it', async (way) => {
    await withWindow({ snapshot: busySnapshot() }, {}, async (page) => {
      await page.keyboard.press('Control+k');
      const input = page.getByRole('combobox', { name: 'Commands' });
      await input.fill('doc');
      await page.evaluate(async (how) => {
        const dialog = document.querySelector<HTMLDialogElement>('dialog.palette')!;
        if (how === 'Escape') {
          // What the browser does at Esc, before it queues the event of the close for the next frame.
          if (dialog.dispatchEvent(new Event('cancel', { cancelable: true }))) dialog.close();
        } else dialog.click();
        await Promise.resolve();
        window.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, cancelable: true }),
        );
        for (let frames = 0; frames < 3; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
      }, way);
      expect(await input.inputValue()).toBe('');
      expect(await input.evaluate((element) => element === document.activeElement)).toBe(true);
    });
  });

  it('explains a URL, goes back, and Esc closes it', async () => {
    const answers = { explain: { ok: true, value: EXPLAINED } };
    await withWindow({ snapshot: busySnapshot(), answers }, {}, async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Commands' }).waitFor();
      await page.keyboard.type('shop.localhost/api/users');
      await page.getByText('Explain http://').click();
      await page.getByText('it is down').waitFor();
      expect(await callsOf(page, 'explain')).toEqual([{ url: 'http://shop.localhost/api/users' }]);
      await shot(page, 'palette-explain');
      await page.keyboard.press('Escape');
      await page.getByRole('option', { name: /Doctor/ }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('combobox', { name: 'Commands' }).waitFor({ state: 'detached' });
    });
  });

  it.each(['light', 'dark'] as const)('is accessible and fits, %s', async (theme) => {
    for (const [width, height] of [
      [900, 600],
      [1440, 900],
    ] as const)
      await withWindow({ snapshot: busySnapshot() }, { theme, width, height }, async (page) => {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Commands' }).waitFor();
        await page.keyboard.type('s');
        await page.getByRole('option').first().waitFor();
        await shot(page, `palette-${theme}-${width}`);
        expect(await axeFaults(page)).toEqual([]);
        await page.keyboard.press('Escape');
        // While it goes, its field still takes what is typed.
        await page.getByRole('combobox', { name: 'Commands' }).waitFor({ state: 'detached' });
        await page.keyboard.press('?');
        await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
        await shot(page, `keys-${theme}-${width}`);
        expect(await axeFaults(page)).toEqual([]);
      });
  });
});

describe('the keyboard', () => {
  it('F6 goes round the parts of the window and back, each where it was left', async () => {
    await withWindow({ snapshot: busySnapshot() }, {}, async (page) => {
      await page.keyboard.press('F6');
      expect(await focused(page)).toBe('rail');
      await page.keyboard.press('F6');
      expect(await focused(page)).toBe('top-bar');
      await page.keyboard.press('F6');
      expect(await focused(page)).toBe('stage');
      await page.keyboard.press('Shift+F6');
      expect(await focused(page)).toBe('top-bar');
      await page.keyboard.press('Shift+F6');
      expect(await focused(page)).toBe('rail');
    });
  });

  it('a question mark that is typed into a field is a question mark', async () => {
    await withWindow({ snapshot: busySnapshot() }, {}, async (page) => {
      await page.getByRole('searchbox').first().focus();
      await page.keyboard.type('?');
      expect(await page.getByRole('searchbox').first().inputValue()).toBe('?');
      expect(await page.getByRole('dialog').count()).toBe(0);
    });
  });
});
