/** The built window in a real browser, under the app's own CSP: keyboard, forms, live changes, hostile text, sizes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busySnapshot, makeBackend, makeSite, makeSnapshot } from './canned.ts';
import { callsOf, answerWith, type Far } from './far.ts';
import { startHarness } from './harness.ts';
import type { Page } from 'playwright';
import type { Canned, Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

async function withWindow(
  canned: Canned,
  options: Parameters<Harness['open']>[1],
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, violations } = await harness.open(canned, options);
  await page.getByRole('button', { name: /routing$/ }).waitFor();
  await page.getByRole('button', { name: 'Sites' }).click();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

const SAMPLE = makeSnapshot({
  revision: 3,
  sites: [makeSite('demo.localhost', [makeBackend('demo.localhost', 'demo')])],
});
const DOCUMENT = {
  server: [{ name: 'shop.localhost', balance: [{ name: 'web-1', url: 'http://localhost:5173', weight: 2 }] }],
};

describe('the window', () => {
  it('a new home shows the sample, and a site is added with the keyboard alone and undone', async () => {
    await withWindow({ snapshot: SAMPLE }, {}, async (page) => {
      await page.getByRole('button', { name: 'Add site' }).waitFor();
      await page.keyboard.press('Control+n');
      await page.getByRole('textbox', { name: 'Name' }).waitFor();
      await page.keyboard.type('shop.test');
      await page.keyboard.press('Tab');
      await page.keyboard.type('5173');
      await page.keyboard.press('Enter');
      const undo = page.getByRole('button', { name: 'Undo' });
      await undo.waitFor();
      const value = { name: 'shop.test', balance: [{ url: 'http://localhost:5173' }] };
      expect(await callsOf(page, 'config.edit')).toEqual([
        { edits: [{ op: 'insert', path: ['server', 0], value }], baseRevision: 3 },
      ]);
      await undo.press('Enter');
      await page.getByText('Undone.').waitFor();
      await page.getByRole('button', { name: 'Redo' }).click();
      await page.getByText('Done again.').waitFor();
      expect(await callsOf(page, 'config.rollback')).toEqual([
        { id: 3, baseRevision: 4 },
        { id: 4, baseRevision: 4 },
      ]);
    });
  });

  it('a field that is wrong says so by its label, and what the engine refuses stands at its field', async () => {
    await withWindow({ snapshot: busySnapshot(), document: DOCUMENT }, {}, async (page) => {
      await page.getByRole('button', { name: 'Add backend' }).first().click();
      await page.getByRole('textbox', { name: 'Weight' }).fill('many');
      await page.getByRole('button', { name: 'Apply' }).click();
      expect(await describedBy(page, 'Weight')).toBe('Use a whole number from 0 to 1000.');
      expect(await describedBy(page, 'URL')).toContain('Give the address');
      expect(await callsOf(page, 'config.edit')).toEqual([]);

      await page.getByRole('textbox', { name: 'Weight' }).fill('3');
      await page.getByRole('textbox', { name: 'URL' }).fill('ftp://x');
      const refusal = {
        code: 'BACKEND_URL',
        severity: 'error',
        message: 'ftp is not served.',
        fix: 'Use http or https.',
        path: ['server', 0, 'balance', 1, 'url'],
      };
      await answerWith(page, { 'config.edit': { ok: false, problems: [refusal] } });
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('ftp is not served.').waitFor();
      expect(await describedBy(page, 'URL')).toBe('ftp is not served. Use http or https.');
      expect(await page.getByRole('textbox', { name: 'URL' }).evaluate((node) => node === document.activeElement)).toBe(
        true,
      );
    });
  });

  it('a config that changed under an edit offers a reload that keeps what was typed', async () => {
    await withWindow({ snapshot: busySnapshot(), document: DOCUMENT }, {}, async (page) => {
      await page.getByRole('button', { name: 'Edit web-1' }).click();
      await page.getByRole('textbox', { name: 'Weight' }).fill('7');
      await answerWith(page, {
        'config.edit': {
          ok: false,
          problems: [{ code: 'CONFIG_CONFLICT', severity: 'error', message: 'Another revision is current.' }],
        },
      });
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('button', { name: 'Reload' }).click();
      await page.getByRole('button', { name: 'Reload' }).waitFor({ state: 'detached' });
      expect(await page.getByRole('textbox', { name: 'Weight' }).inputValue()).toBe('7');
      await answerWith(page, { 'config.edit': undefined });
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('web-1 changed.').waitFor();
      expect((await callsOf(page, 'config.edit')).pop()).toEqual({
        edits: [{ op: 'set', path: ['server', 0, 'balance', 0, 'weight'], value: 7 }],
        baseRevision: 3,
      });
    });
  });

  it('Esc puts an edit aside, and it can be taken up again', async () => {
    await withWindow({ snapshot: busySnapshot(), document: DOCUMENT }, {}, async (page) => {
      await page.getByRole('button', { name: 'Edit web-1' }).click();
      await page.getByRole('textbox', { name: 'Weight' }).fill('9');
      await page.keyboard.press('Escape');
      await page.getByRole('textbox', { name: 'Weight' }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Continue editing' }).click();
      expect(await page.getByRole('textbox', { name: 'Weight' }).inputValue()).toBe('9');
    });
  });

  it('a backend that goes down is told at once, in word and shape', async () => {
    await withWindow({ snapshot: busySnapshot() }, {}, async (page) => {
      const row = page.getByRole('row', { name: /web-1/ });
      expect(await row.textContent()).toContain('Healthy');
      const backend = { ...makeBackend('shop', 'web-1'), health: 'down' as const, lastFailure: 'Connection refused.' };
      await page.evaluate(
        (changed) =>
          (globalThis as Far).far.push({
            seq: 1,
            name: 'health.changed',
            data: [{ backend: changed, site: 'shop.localhost' }],
          }),
        backend,
      );
      await page.getByRole('row', { name: /Down web-1/ }).waitFor();
      expect(await row.locator('svg.shape rect').count()).toBe(1);
      await page.getByText('Connection refused.', { exact: false }).first().waitFor();
    });
  });

  it('routing stops and starts by one button', async () => {
    await withWindow({ snapshot: SAMPLE }, {}, async (page) => {
      await page.getByRole('button', { name: 'Stop routing' }).click();
      expect(await callsOf(page, 'engine.stop')).toHaveLength(1);
      await page.evaluate(() =>
        (globalThis as Far).far.push({ seq: 1, name: 'engine.statusChanged', data: { status: 'stopped' } }),
      );
      await page.getByRole('button', { name: 'Start routing' }).waitFor();
    });
  });

  it('ten thousand sites are one list of a few rows, moved and searched by keys', async () => {
    const sites = Array.from({ length: 10_000 }, (_, index) =>
      makeSite(`site-${index}.test`, [makeBackend(`site-${index}.test`, 'a')]),
    );
    await withWindow({ snapshot: makeSnapshot({ sites }) }, {}, async (page) => {
      const list = page.getByRole('listbox', { name: 'Site list' });
      expect(await page.locator('[role=option]').count()).toBeLessThan(80);
      await list.focus();
      await page.keyboard.press('End');
      await page.getByRole('heading', { name: 'site-9999.test' }).waitFor();
      await page.keyboard.press('k');
      await page.getByRole('heading', { name: 'site-9998.test' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('site-777.test');
      await page.keyboard.press('Enter');
      await page.keyboard.press('j');
      await page.getByRole('heading', { name: 'site-777.test' }).waitFor();
      expect(await page.locator('[role=option]').count()).toBe(1);
    });
  });

  it('hostile text stays text', async () => {
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const site = makeSite(
      evil,
      [makeBackend(evil, evil, { url: `http://${evil}`, lastFailure: evil, health: 'down' })],
      { hosts: [evil, `*.${evil}`], health: 'down', url: 'javascript:alert(1)' },
    );
    site.routes.push({ path: evil, kind: 'redirect', target: evil, middlewares: [evil] });
    const problems = [
      {
        code: 'CONFIG_TYPE',
        severity: 'error' as const,
        message: evil,
        fix: evil,
        at: { file: evil, line: 1, column: 1 },
      },
    ];
    const log = [{ id: 1, at: 1, level: 'error' as const, event: evil, message: evil, fields: { host: evil } }];
    await withWindow({ snapshot: makeSnapshot({ sites: [site], problems }), log }, {}, async (page) => {
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(evil);
      await page.getByRole('button', { name: 'Remove site' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Events' }).click();
      await page.locator('[role=option]').first().click();
      await page.getByRole('heading', { level: 2, name: evil }).waitFor();
      expect(await page.locator('img, #root script, a[href]').count()).toBe(0);
      expect(await page.title()).toBe('Mogoly');
    });
  });

  it.each([
    ['900×600', { width: 900, height: 600 }],
    ['900×600 at 200 %', { width: 900, height: 600, zoom: 2 }],
    ['4K', { width: 3_840, height: 2_160 }],
  ])('nothing runs out of the window at %s', async (_name, size) => {
    await withWindow({ snapshot: busySnapshot(), document: DOCUMENT }, size, async (page) => {
      expect(await overflow(page)).toEqual([]);
      await page.getByRole('button', { name: 'Edit web-1' }).click();
      await page.getByRole('textbox', { name: 'Weight' }).waitFor();
      expect(await overflow(page)).toEqual([]);
      await page.getByRole('button', { name: 'Events' }).click();
      expect(await overflow(page)).toEqual([]);
    });
  });
});

const describedBy = (page: Page, label: string): Promise<string | null> =>
  page
    .getByRole('textbox', { name: label })
    .evaluate((node) => document.getElementById(node.getAttribute('aria-describedby') ?? '')?.textContent ?? null);

/** Buttons and inputs that stick out of the window to the side. */
const overflow = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const out = [...document.querySelectorAll('button, input, select')].filter((node) => {
      const box = node.getBoundingClientRect();
      return box.width > 0 && (box.right > window.innerWidth + 1 || box.left < 0);
    });
    const wide = document.documentElement.scrollWidth > window.innerWidth ? ['document'] : [];
    return [...wide, ...out.map((node) => node.getAttribute('aria-label') ?? node.textContent ?? '')];
  });
