/** Where the keyboard is after what had it went away, and while a button is at work. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { answerWith, callsOf, push } from './far.ts';
import { startHarness, type Harness } from './harness.ts';
import { showcase } from './showcase.ts';
import { busySnapshot } from './canned.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

async function onScreen(name: string, visit: (page: Page) => Promise<void>, size = { width: 1_600, height: 900 }) {
  const { page, violations } = await harness.open(showcase(), size);
  await page.getByRole('button', { name, exact: true }).click();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement === document.body ? 'nothing' : (activeElement?.ariaLabel ?? activeElement?.textContent ?? '');
  });

describe('the keyboard', () => {
  it('goes back to the weight that was kept, and to the one that was left', async () => {
    await onScreen('Sites', async (page) => {
      const weight = page.getByRole('button', { name: /^Weight of web-1/ });
      await weight.focus();
      for (const [typed, key] of [
        ['7', 'Enter'],
        ['8', 'Escape'],
      ] as const) {
        await page.keyboard.press('Enter');
        await page.getByRole('textbox', { name: 'Weight of web-1' }).fill(typed);
        await page.keyboard.press(key);
        await expect.poll(() => focused(page)).toMatch(/^Weight of web-1: /);
      }
      expect(await callsOf(page, 'backends.set')).toHaveLength(1);
    });
  });

  it('goes to the site that is shown next when its site went away, in whoever’s hands', async () => {
    await onScreen('Sites', async (page) => {
      const snapshot = busySnapshot();
      const [first, ...others] = snapshot.sites;
      await page.getByRole('heading', { level: 1, name: first!.name }).waitFor();
      await page.getByRole('button', { name: 'Disable site' }).focus();
      const { revision, listeners, problems } = snapshot;
      const data = { revision: revision + 1, sites: others, listeners, problems };
      await push(page, { seq: snapshot.seq + 1, name: 'state.replaced', data });
      await page.getByRole('heading', { level: 1, name: others[0]!.name }).waitFor();
      await expect.poll(() => focused(page)).toBe(others[0]!.name);
    });
  });

  it('stays on a button at work, begins a plan at Cancel, and is given back', async () => {
    await onScreen('Names', async (page) => {
      await page.getByRole('button', { name: 'Install names' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      expect(await focused(page)).toBe('Cancel');
      await page.keyboard.press('Escape');
      await expect.poll(() => focused(page)).toBe('Install names');
    });
  });

  it('leaves the form that sends a request again by Esc', async () => {
    await onScreen('Traffic', async (page) => {
      await answerWith(page, {
        'exchanges.get': {
          ok: true,
          value: {
            ...(showcase().answers?.['exchanges.list'] as { value: object[] }).value[0],
            requestHeaders: [],
            responseHeaders: [],
          },
        },
      });
      await page.getByRole('option').first().click();
      await page.getByRole('button', { name: 'Edit and resend' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('form', { name: 'Edit and resend' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('form', { name: 'Edit and resend' }).waitFor({ state: 'detached' });
      expect((await focused(page)).trim()).toBe('Edit and resend');
    });
  });
});

describe('at 900×600', () => {
  const small = { width: 900, height: 600 };

  it('the bar of Traffic is one line', async () => {
    await onScreen(
      'Traffic',
      async (page) => {
        await page.getByRole('button', { name: 'Capture bodies' }).waitFor();
        const tops = await page
          .locator('.traffic-head button')
          .evaluateAll((buttons) => buttons.map((each) => Math.round(each.getBoundingClientRect().top)));
        expect(tops.length).toBe(4);
        expect(new Set(tops).size).toBe(1);
      },
      small,
    );
  });

  it('the sheet of keys opens at its title, with its button in sight', async () => {
    await onScreen(
      'Map',
      async (page) => {
        await page.keyboard.press('?');
        const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
        await sheet.waitFor();
        expect(await sheet.evaluate((dialog) => dialog.scrollTop)).toBe(0);
        const close = await sheet.getByRole('button', { name: 'Close' }).boundingBox();
        expect(close!.y + close!.height).toBeLessThanOrEqual(small.height);
      },
      small,
    );
  });
});
