import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import type { Page } from 'playwright/test';
import { startApp, valueOf } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { axeFaults } from '../kit/axe.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';

const HOST = 'shop.test';

test.describe.configure({ mode: 'serial' });

test.describe('a site edited by hand, key by key', () => {
  let running: RunningApp;
  let page: Page;
  let one: TestBackend;
  let two: TestBackend;
  let port = 0;

  test.beforeAll(async () => {
    [one, two] = await Promise.all([startBackend({ name: 'one' }), startBackend({ name: 'two' })]);
    port = await freePort();
    running = await startApp({
      config: `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }\n# ours\nserver: []\n`,
    });
    page = running.page;
  });
  test.afterAll(async () => {
    await running.close();
    await Promise.all([one.close(), two.close()]);
  });

  const rowOf = (text: string) => page.getByRole('row').filter({ hasText: text });
  const panel = () => page.getByRole('complementary');
  const apply = async (): Promise<void> => {
    await panel().getByRole('button', { name: 'Apply' }).click();
    await expect(panel()).toHaveCount(0);
  };
  const ask = async (target = '/'): Promise<string> =>
    (JSON.parse((await send(port, { host: HOST, path: target })).body) as { backend: string }).backend;
  const askMany = async (count: number): Promise<Record<string, number>> => {
    const seen: Record<string, number> = {};
    for (let turn = 0; turn < count; turn += 1) {
      const name = await ask();
      seen[name] = (seen[name] ?? 0) + 1;
    }
    return seen;
  };
  const written = async (): Promise<string> => readFile(path.join(running.home, 'mogoly.yaml'), 'utf8');
  const cleanAxe = async (): Promise<void> => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      expect(await axeFaults(page), theme).toEqual([]);
    }
  };

  test('is added with its name and a URL, and a second backend with a URL alone', async () => {
    await page.getByRole('button', { name: 'Add site' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill(HOST);
    await page.getByRole('textbox', { name: 'URL' }).fill(one.url);
    await apply();
    await page.getByRole('button', { name: 'Add backend' }).click();
    await expect(page.getByRole('textbox', { name: 'URL' })).toBeFocused();
    await page.keyboard.type(two.url);
    await page.keyboard.press('Enter');
    await expect(panel()).toHaveCount(0);
    await expect(rowOf(two.url)).toContainText('Healthy');
    expect(await askMany(4)).toEqual({ one: 2, two: 2 });
  });

  test('weights of 3 to 1 show as shares, by weight and as they come', async () => {
    const name = new URL(one.url).host;
    await page.getByRole('button', { name: `Weight of ${name}` }).click();
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await expect(rowOf(one.url)).toContainText('75 % by weight');
    expect(await askMany(40)).toEqual({ one: 30, two: 10 });
    await expect(rowOf(one.url)).toContainText('75 % lately, 75 % by weight');
    await expect(rowOf(two.url)).toContainText('25 % lately, 25 % by weight');
  });

  test('a backend is tested: status and time, or why not', async () => {
    const name = new URL(two.url).host;
    await page.getByRole('button', { name: `Test ${name}` }).click();
    await expect(page.getByText(/^Test of .*: Answered 200 in [\d.]+ ms\.$/)).toBeVisible();
    two.setMode('status:500');
    await page.getByRole('button', { name: `Test ${name}` }).click();
    await expect(page.getByText(/status 500 is not in 200-499/i).first()).toBeVisible();
    two.setMode('ok');
    await page.getByRole('button', { name: `Test ${name}` }).click();
    await expect(page.getByText(/Answered 200/)).toBeVisible();
    await expect(rowOf(two.url).first()).toContainText('Healthy');
  });

  test('one that drains gets no new client, until it takes them again', async () => {
    const name = new URL(two.url).host;
    await page.getByRole('button', { name: `Drain ${name}` }).click();
    await expect(rowOf(two.url).first()).toContainText('Draining');
    expect(await askMany(8)).toEqual({ one: 8 });
    await page.getByRole('button', { name: `Stop draining ${name}` }).click();
    await expect.poll(async () => Object.keys(await askMany(8)).sort()).toEqual(['one', 'two']);
  });

  test('backends change places by keyboard, in the window and in the file', async () => {
    const name = new URL(two.url).host;
    await page.getByRole('button', { name: `Move ${name}`, exact: true }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(page.getByText(`${name} moved.`)).toBeVisible();
    const text = await written();
    expect(text.indexOf(two.url)).toBeLessThan(text.indexOf(one.url));
    expect(text).toContain('# ours');
  });

  test('routes are added, and change places', async () => {
    const addRoute = async (rule: string, choose: () => Promise<void>): Promise<void> => {
      await page.getByRole('button', { name: 'Add route' }).click();
      await panel().getByRole('textbox', { name: 'Path', exact: true }).fill(rule);
      await choose();
      await apply();
    };
    await addRoute('/api/*', () => panel().getByRole('textbox', { name: 'URL' }).fill(two.url));
    await addRoute('/old/*', async () => {
      await panel().getByLabel('Redirect', { exact: true }).check();
      await panel().getByRole('textbox', { name: 'Redirect to' }).fill('/new/{rest}');
    });
    await expect(page.getByRole('region', { name: 'Route /old/*' })).toContainText('/new/{rest}');
    expect(await ask('/api/x')).toBe('two');
    const reply = await send(port, { host: HOST, path: '/old/a' });
    expect([reply.status, reply.headers.location]).toEqual([308, '/new/a']);
    await page.getByRole('button', { name: 'Move /old/*', exact: true }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(async () => (await written()).indexOf('/old/*') < (await written()).indexOf('/api/*')).toBe(true);
    await expect(page.getByRole('region', { name: /^Route / }).first()).toHaveAccessibleName('Route /old/*');
  });

  test('a ratelimit is added by its form, shows first what it changes, and answers 429', async () => {
    await page.getByRole('button', { name: 'Add middleware', exact: true }).click();
    await panel().getByLabel('Middleware').selectOption('ratelimit');
    await panel().getByRole('button', { name: 'Apply' }).click();
    const limit = panel().getByRole('textbox', { name: 'Requests', exact: true });
    await expect(limit).toHaveAttribute('aria-invalid', 'true');
    await limit.fill('3');
    await panel().getByRole('button', { name: 'What changes in the file' }).click();
    await expect(panel().getByRole('group', { name: 'Change' })).toContainText('request_per_minute: 3');
    await cleanAxe();
    await apply();
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) statuses.push((await send(port, { host: HOST })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  test('an error stands at its field, the draft outlives a look elsewhere, and nothing is written', async () => {
    const before = await written();
    await page.getByRole('button', { name: 'Edit ratelimit' }).click();
    await panel().getByRole('textbox', { name: 'Window of time' }).fill('0');
    await panel().getByRole('button', { name: 'Apply' }).click();
    const field = panel().getByRole('textbox', { name: 'Window of time' });
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(/more than 0/);
    await page.getByRole('button', { name: 'Events' }).click();
    await page.getByRole('button', { name: 'Sites' }).click();
    await expect(field).toHaveValue('0');
    expect(await written()).toBe(before);
    await panel().getByRole('button', { name: 'Cancel' }).click();
  });

  test('every key of a site is at hand: TLS files, health, sticky clients', async () => {
    await page.getByRole('button', { name: 'Edit site' }).click();
    await panel().getByRole('button', { name: 'HTTPS' }).click();
    await panel().getByRole('combobox', { name: 'TLS' }).selectOption('in detail');
    await panel().getByRole('textbox', { name: 'Certificate file' }).fill('no.pem');
    await panel().getByRole('textbox', { name: 'Key file' }).fill('no-key.pem');
    await panel().getByRole('button', { name: 'Apply' }).click();
    await expect(panel().getByRole('textbox', { name: 'Certificate file' })).toHaveAccessibleDescription(
      /cannot be read/,
    );
    await panel().getByRole('combobox', { name: 'TLS' }).selectOption('off');
    await panel().getByRole('button', { name: 'Pool' }).click();
    await panel().getByRole('checkbox', { name: 'Sticky' }).check();
    await panel().getByRole('button', { name: 'Health check' }).click();
    await panel().getByRole('textbox', { name: 'Interval', exact: true }).fill('5s');
    await cleanAxe();
    await apply();
    const document = valueOf(await running.call('config.get')).value as { server: unknown[] };
    expect(document.server[0]).toMatchObject({
      tls: 'off',
      sticky: { cookie: 'mogoly_backend' },
      health_check: { interval: '5s' },
    });
  });

  test('what was done is undone', async () => {
    await page.getByRole('button', { name: 'Remove ratelimit' }).click();
    await expect(page.getByText('ratelimit removed.')).toBeVisible();
    expect(await written()).not.toContain('ratelimit');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Undone.')).toBeVisible();
    expect(await written()).toContain('request_per_minute: 3');
    await expect(page.getByRole('button', { name: 'Edit ratelimit' })).toBeVisible();
  });

  test('changes are taken back one by one by keys, and made again', async () => {
    const now = await written();
    const { revision } = await running.snapshot();
    const after = async (keys: string, former: string): Promise<string> => {
      await page.keyboard.press(keys);
      await expect.poll(written).not.toBe(former);
      return written();
    };
    const one = await after('Control+z', now);
    const two = await after('Control+z', one);
    expect(two).not.toBe(now);
    expect(await after('Control+Shift+z', two)).toBe(one);
    expect(await after('Control+Shift+z', one)).toBe(now);
    // The file is written before the revision is in force; the next test counts from it.
    await expect.poll(async () => (await running.snapshot()).revision).toBe(revision + 4);
  });

  test('keys that come faster than their answers are all heard, in their order', async () => {
    const now = await written();
    const { revision } = await running.snapshot();
    for (const keys of ['Control+z', 'Control+z', 'Control+Shift+z', 'Control+Shift+z'])
      await page.keyboard.press(keys);
    await expect.poll(async () => (await running.snapshot()).revision).toBe(revision + 4);
    expect(await written()).toBe(now);
  });

  test('a config that changed under the edit is taken in, and what was typed stays', async () => {
    await page.getByRole('button', { name: 'Edit site' }).click();
    await panel().getByRole('textbox', { name: 'Hosts' }).fill('shop.test www.shop.test');
    const edit = { op: 'set' as const, path: ['server', 0, 'force_tls'], value: false };
    valueOf(await running.call('config.edit', { edits: [edit] }));
    await panel().getByRole('button', { name: 'Apply' }).click();
    await panel().getByRole('button', { name: 'Reload' }).click();
    await expect(panel().getByRole('textbox', { name: 'Hosts' })).toHaveValue('shop.test www.shop.test');
    await apply();
    expect((await send(port, { host: 'www.shop.test' })).status).toBeLessThan(500);
    expect(await written()).toContain('force_tls: false');
    expect(running.pageErrors).toEqual([]);
  });
});
