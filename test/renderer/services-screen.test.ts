/** The Services screen in a real browser: states, connection, what is done to a service, sizes and axe. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCKER, makeService, NO_DOCKER, PASSWORD, report, SERVICES } from './canned-services.ts';
import { EVIL, ok } from './canned-system.ts';
import { callsOf } from './far.ts';
import { startHarness } from './harness.ts';
import { answerAbout, choose, detail, expectInside, onServices, pushServices, REVISION } from './services-window.ts';
import { expectAccessible, LOOKS } from './system-screens.ts';
import type { Page } from 'playwright';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
}, 240_000);
afterAll(() => harness.close());

const rows = (page: Page) => page.getByRole('listbox', { name: 'Service list' }).getByRole('option');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const more = async (page: Page, name: string, item: string): Promise<void> => {
  await button(page, `More for ${name}`).click();
  await page.getByRole('menuitem', { name: item }).click();
};
const named = (name: string) => SERVICES.find((service) => service.name === name)!;

describe('the services', () => {
  it('each row tells state, kind, address and use; keys walk, the search narrows', async () => {
    await onServices(harness, {}, async (page) => {
      await expect.poll(() => rows(page).count()).toBe(SERVICES.length);
      const first = rows(page).first();
      await first.getByText('0.6 % · 41.8 MB').waitFor();
      expect(await first.innerText()).toMatch(/app-db\s+127\.0\.0\.1:32768\s+Ready\s+PostgreSQL 17/);
      expect(await rows(page).filter({ hasText: 'mail' }).innerText()).toContain('Pulling 34 %');
      expect(await rows(page).filter({ hasText: 'legacy' }).innerText()).toContain('· changed');
      expect(await rows(page).filter({ hasText: 'search' }).innerText()).toMatch(/Not answering/);
      await page.getByRole('listbox', { name: 'Service list' }).focus();
      await page.keyboard.press('ArrowDown');
      await detail(page).getByRole('heading', { name: 'cache', level: 1 }).waitFor();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('cache');
      await page.keyboard.press('/');
      await page.keyboard.type('mongo');
      await expect.poll(() => rows(page).count()).toBe(1);
      await page.getByRole('searchbox', { name: 'Search services' }).fill('no such thing');
      await page.getByText('No service matches.').waitFor();
      await button(page, 'Show all').click();
      await expect.poll(() => rows(page).count()).toBe(SERVICES.length);
    });
  });

  it('the password is in the page only when it was asked for, and copied without being shown', async () => {
    await onServices(harness, {}, async (page) => {
      await detail(page).getByText('postgresql://postgres:••••••••@127.0.0.1:32768/app_db', { exact: true }).waitFor();
      expect(await callsOf(page, 'services.secret')).toEqual([]);
      await button(page, 'Copy the connection string').click();
      await page.getByText('Connection string copied, with the password.').waitFor();
      expect(await callsOf(page, 'app.copyText')).toEqual([
        { text: `postgresql://postgres:${PASSWORD}@127.0.0.1:32768/app_db` },
      ]);
      expect(await page.content()).not.toContain(PASSWORD);
      await button(page, 'Show the password').click();
      await detail(page).getByText(PASSWORD, { exact: true }).waitFor();
      await button(page, 'Copy the line for psql').click();
      await expect.poll(() => callsOf(page, 'app.copyText')).toHaveLength(2);
      await button(page, 'Hide the password').click();
      await expect.poll(() => page.content()).not.toContain(PASSWORD);
      await button(page, 'Show the password').click();
      await detail(page).getByText(PASSWORD, { exact: true }).waitFor();
      await choose(page, 'cache');
      await detail(page).getByText('redis://:••••••••@127.0.0.1:32769/0', { exact: true }).waitFor();
      expect(await page.content()).not.toContain(PASSWORD);
    });
  });

  it('is stopped and started again by Undo, and restarted', async () => {
    await onServices(harness, {}, async (page) => {
      await button(page, 'Stop').click();
      await page.getByText('app-db is stopped. Its data stay.').waitFor();
      await page.keyboard.press('Control+z');
      await page.getByText('app-db is started.').waitFor();
      await button(page, 'Restart').click();
      await page.getByText('app-db is restarted.').waitFor();
      await choose(page, 'reports');
      await button(page, 'Start').click();
      expect(await callsOf(page, 'services.start')).toEqual([{ name: 'app-db' }, { name: 'reports' }]);
      expect(await callsOf(page, 'services.stop')).toEqual([{ name: 'app-db' }]);
      expect(await callsOf(page, 'services.restart')).toEqual([{ name: 'app-db' }]);
    });
  });

  it('what fails with a container that goes on is told, since its state will not say it', async () => {
    await onServices(harness, {}, async (page) => {
      const problems = [
        { code: 'SERVICE_EXITED', severity: 'error', message: 'The container of app-db ended with 1.' },
      ];
      await detail(page).getByRole('heading', { name: 'app-db', level: 1 }).waitFor();
      await answerAbout(page, 'services.restart', 'app-db', { ok: false, problems });
      await button(page, 'Restart').click();
      await page.getByRole('alert').getByText('The container of app-db ended with 1.').waitFor();
    });
  });

  it('by the keyboard: its keys open the screen at a heading, and what goes away leaves them there', async () => {
    await onServices(harness, {}, async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.tagName);
      await page.keyboard.press('Control+1');
      await page.getByRole('heading', { name: 'Map', level: 1 }).waitFor({ state: 'attached' });
      await page.keyboard.press('Control+7');
      await detail(page).getByRole('heading', { name: 'app-db', level: 1 }).waitFor();
      await expect.poll(focused).toBe('H1');
      await page.getByRole('listbox', { name: 'Service list' }).focus();
      await pushServices(page, 1, { services: [] });
      await page.getByRole('heading', { name: 'No service yet' }).waitFor();
      await expect.poll(focused).toBe('H1');
    });
  });

  it('is deleted with its data kept, which Undo brings back; with its data only when that is ticked', async () => {
    await onServices(harness, {}, async (page) => {
      await more(page, 'app-db', 'Delete…');
      const dialog = page.getByRole('dialog', { name: 'Delete app-db?' });
      await dialog.getByText('Its data and its password are kept', { exact: false }).waitFor();
      await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText('app-db is deleted. Its data and its password are kept.').waitFor();
      expect(await callsOf(page, 'services.delete')).toEqual([{ name: 'app-db', volumes: false }]);
      await button(page, 'Undo').click();
      await page.getByText('app-db is back in the config', { exact: false }).waitFor();
      expect(await callsOf(page, 'config.rollback')).toEqual([{ id: REVISION, baseRevision: REVISION }]);

      await choose(page, 'cache');
      await more(page, 'cache', 'Delete…');
      await page.getByRole('checkbox', { name: /Delete its data too/ }).check();
      await page.getByText('This cannot be undone.', { exact: false }).waitFor();
      await button(page, 'Delete it and its data').click();
      await page.getByText('cache is deleted, with mogoly-cache-1f6e02-data.').waitFor();
      expect((await callsOf(page, 'services.delete')).at(-1)).toEqual({ name: 'cache', volumes: true });
      expect(await button(page, 'Undo').count()).toBe(0);
    });
  });

  it('one that the config changed says what becomes of the data, and asks before it is made anew', async () => {
    await onServices(harness, {}, async (page) => {
      await choose(page, 'legacy');
      const changes = page.getByRole('region', { name: 'Changed in the config' });
      await changes.getByText('data at risk').waitFor();
      await changes.getByText('data stay', { exact: true }).waitFor();
      await changes.getByRole('button', { name: 'Recreate…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Recreate legacy?' });
      await dialog.getByText('does not read data of another major version', { exact: false }).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(await callsOf(page, 'services.recreate')).toEqual([]);
      await more(page, 'legacy', 'Recreate…');
      await button(page, 'Recreate in spite of the risk').click();
      await page.getByText('legacy has a new container.', { exact: false }).waitFor();
      expect(await callsOf(page, 'services.recreate')).toEqual([{ name: 'legacy' }]);
    });
  });

  it('one that left the config says so, and is not offered to be recreated', async () => {
    await onServices(harness, {}, async (page) => {
      await choose(page, 'search');
      await detail(page).getByText('search is not in the config any more.', { exact: false }).waitFor();
      await button(page, 'More for search').click();
      const item = page.getByRole('menuitem', { name: 'Recreate…' });
      expect(await item.getAttribute('aria-disabled')).toBe('true');
      await page.keyboard.press('Escape');
      await button(page, 'Open the config').click();
      await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
    });
  });

  it('shows how far a pull is, which can be cancelled, and how it ended', async () => {
    await onServices(harness, {}, async (page) => {
      await choose(page, 'mail');
      await detail(page).getByText('Pulling axllent/mailpit:v1.21').waitFor();
      await detail(page).getByText('8.4 MB of 24.6 MB, 34 %').waitFor();
      await pushServices(page, 1, {
        services: [{ ...named('mail'), pull: { percent: 80.9, bytes: 19_900_000, totalBytes: 24_600_000 } }],
      });
      await detail(page).getByText('19.9 MB of 24.6 MB, 80 %').waitFor();
      expect(await page.getByRole('progressbar').getAttribute('value')).toBe('80.9');
      await detail(page).getByRole('button', { name: 'Cancel' }).click();
      expect(await callsOf(page, 'services.cancel')).toEqual([{ name: 'mail' }]);
      await pushServices(page, 2, { services: [makeService('mail', { status: 'starting' })] });
      await detail(page).getByText('Waiting for it to answer').waitFor();
      await pushServices(page, 3, { services: [makeService('mail')] });
      await detail(page).getByText('Ready', { exact: true }).waitFor();
      expect(await page.getByRole('progressbar').count()).toBe(0);
    });
  });

  it('a refused pull says why at the service, where it is tried again', async () => {
    await onServices(harness, {}, async (page) => {
      await choose(page, 'orders');
      await detail(page)
        .getByRole('alert')
        .getByText('The registry does not give out postgres:16', { exact: false })
        .waitFor();
      await detail(page).getByText('sign in with `docker login`', { exact: false }).waitFor();
      await button(page, 'Try again').click();
      expect(await callsOf(page, 'services.start')).toEqual([{ name: 'orders' }]);
    });
  });

  it('inspects the container, its passwords as dots', async () => {
    await onServices(harness, {}, async (page) => {
      await page.getByRole('tab', { name: 'Connect' }).focus();
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => page.getByRole('tab', { name: 'Inspect' }).getAttribute('aria-selected')).toBe('true');
      await detail(page).getByText('mogoly-app-db-1f6e02', { exact: true }).waitFor();
      expect(await detail(page).locator('dl[aria-label="Environment"]').innerText()).toContain('••••••••');
    });
  });

  it('sites by label lead to their site, or say why they are none', async () => {
    await onServices(harness, {}, async (page) => {
      const labelled = page.getByRole('region', { name: 'Sites by label' });
      await labelled.getByText('blog: "http" is no port.').waitFor();
      await labelled.getByRole('button', { name: 'shop.localhost' }).click();
      await page.getByRole('heading', { level: 1, name: 'shop.localhost' }).waitFor();
    });
  });

  it('stays text, however hostile', async () => {
    const evil = makeService('evil', {
      type: 'custom',
      image: EVIL,
      status: 'failed',
      domain: { name: EVIL, allowedCidrs: [EVIL] },
      changes: [{ key: EVIL, message: EVIL, data: 'risk' }],
      problem: { code: 'X', severity: 'error', message: EVIL, fix: EVIL },
    });
    const answers = { 'services.list': ok(report({ services: [evil] })) };
    await onServices(harness, { answers, also: [evil] }, async (page) => {
      await detail(page).getByText('<img src=x', { exact: false }).first().waitFor();
      expect(await page.title()).toBe('Mogoly');
      expect(await page.locator('img[src=x]').count()).toBe(0);
    });
  });
});

describe('the services screen', () => {
  it.each(LOOKS)('is clean for axe and fits: %o', async (look) => {
    await onServices(harness, look, async (page) => {
      await rows(page).first().getByText('0.6 % · 41.8 MB').waitFor();
      await expectInside(page);
      await expectAccessible(page);
      await choose(page, 'legacy');
      await page.getByRole('region', { name: 'Changed in the config' }).waitFor();
      await expectInside(page);
      await expectAccessible(page);
      await page.getByRole('tab', { name: 'Log' }).click();
      await page.getByRole('listbox', { name: 'Log lines' }).getByRole('option').last().click();
      await expectInside(page);
      await expectAccessible(page);
      await button(page, 'Add service').click();
      await page.getByRole('complementary', { name: 'New service' }).waitFor();
      await button(page, 'Credentials').click();
      await expectInside(page);
      await expectAccessible(page);
    });
  });

  it.each(LOOKS)('without Docker, and empty, is clean for axe and fits: %o', async (look) => {
    const none = { 'services.list': ok(report({ services: [], docker: NO_DOCKER })) };
    await onServices(harness, { ...look, answers: none }, async (page) => {
      await page.getByText('Look again').waitFor();
      await expectInside(page);
      await expectAccessible(page);
      await pushServices(page, 1, { docker: DOCKER });
      await page.getByRole('heading', { name: 'No service yet' }).waitFor();
      await expectInside(page);
      await expectAccessible(page);
    });
  });
});
