import { expect, test } from 'playwright/test';
import type { Page } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { startTray } from '../kit/tray.ts';
import type { TestTray } from '../kit/tray.ts';

const HOST = 'shop.test';

test.describe.configure({ mode: 'serial' });

test.describe('a day with two dev servers', () => {
  let running: RunningApp;
  let tray: TestTray;
  let first: TestBackend;
  let second: TestBackend;
  let port = 0;

  test.beforeAll(async () => {
    tray = await startTray();
    [first, second] = await Promise.all([startBackend({ name: 'one' }), startBackend({ name: 'two' })]);
    port = await freePort();
    running = await startApp({
      config: `# mine\nlisten: { http: "127.0.0.1:${port}", https: "off", dns: "off" }\nserver: []\n`,
    });
  });
  test.afterAll(async () => {
    await running.close();
    await Promise.all([first.close(), second.close(), tray.close()]);
  });

  const ask = async (): Promise<string> => {
    const reply = await send(port, { host: HOST });
    expect(reply.status).toBe(200);
    return (JSON.parse(reply.body) as { backend: string }).backend;
  };
  const isEnabled = (id: string) =>
    running.app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.enabled, id);
  const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

  test('a site added in the window answers', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Add site' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill(HOST);
    await page.getByRole('textbox', { name: 'URL' }).fill(first.url);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(rowOf(page, first.url)).toContainText('Healthy');
    expect(await ask()).toBe('one');
  });

  test('a second backend added in the window takes turns with the first', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Add backend' }).first().click();
    await page.getByRole('textbox', { name: 'URL' }).fill(second.url);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(rowOf(page, second.url)).toContainText('Healthy');
    const names = [await ask(), await ask(), await ask(), await ask()];
    expect(names.filter((name) => name === 'one')).toHaveLength(2);
    expect(names[0]).not.toBe(names[1]);
    expect(names[0]).toBe(names[2]);
  });

  test('the window shows the requests as they come', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Events' }).click();
    await expect(page.getByText(HOST).first()).toBeVisible();
    await page.getByRole('button', { name: 'Sites' }).click();
    await expect(rowOf(page, first.url).locator('.col-requests')).not.toHaveText('0');
  });

  test('the file kept its comment and holds what the window did', async () => {
    const answer = await running.call('config.get');
    expect(answer.ok && answer.value.text).toContain('# mine');
    expect(answer.ok && answer.value.text).toContain(second.url);
    const history = await running.call('config.history');
    expect(history.ok && history.value.find((revision) => revision.current)).toMatchObject({ source: 'window' });
  });

  test('a killed backend goes down in the window, and no request fails', async () => {
    const { page } = running;
    await second.kill();
    const names: string[] = [];
    for (let count = 0; count < 20; count += 1) names.push(await ask());
    expect(new Set(names)).toEqual(new Set(['one']));
    await expect(rowOf(page, second.url)).toContainText('Down');
    await expect(rowOf(page, first.url)).toContainText('Healthy');
  });

  test('the tray stops routing and starts it again', async () => {
    const { page } = running;
    await tray.waitForIcon();
    // The doctor's count stands in the menu too, and what is chosen while the menu is drawn anew is lost.
    await expect(page.getByText(/\d+ to mend|machine in order/)).toBeVisible();
    await tray.choose(1);
    await expect(page.getByRole('button', { name: 'Start routing' })).toBeVisible();
    await expect(send(port, { host: HOST })).rejects.toThrow(/ECONNREFUSED/);
    await expect.poll(() => isEnabled('routing.start')).toBe(true); // tray and menu are drawn together
    await tray.choose(1);
    await expect(page.getByRole('button', { name: 'Stop routing' })).toBeVisible();
    expect(await ask()).toBe('one');
  });

  test('the menu stops and starts as the tray does', async () => {
    const { app, page } = running;
    const press = (id: string): Promise<void> =>
      app.evaluate(({ Menu }, item) => void Menu.getApplicationMenu()?.getMenuItemById(item)?.click(), id);
    await press('routing.stop');
    await expect(page.getByRole('button', { name: 'Start routing' })).toBeVisible();
    await press('routing.start');
    await expect(page.getByRole('button', { name: 'Stop routing' })).toBeVisible();
    expect(await ask()).toBe('one');
  });

  test('closing the window keeps routing, and a click on the tray brings it back', async () => {
    const { app, page } = running;
    await Promise.all([
      page.waitForEvent('close'),
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
    ]);
    expect(await ask()).toBe('one');
    const [again] = await Promise.all([app.waitForEvent('window'), tray.click()]);
    await expect(again.getByRole('button', { name: 'Stop routing' })).toBeVisible();
    await expect(again.getByText(HOST).first()).toBeVisible();
  });
});
