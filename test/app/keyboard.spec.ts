import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';

const HOST = 'keys.test';

/** A day without a mouse: nothing here clicks, and what has the keyboard is found by what a screen reader says of it. */
test.describe('by the keyboard alone', () => {
  test.describe.configure({ mode: 'serial' });
  let running: RunningApp;
  let backend: TestBackend;
  let port = 0;

  test.beforeAll(async () => {
    [backend, port] = [await startBackend({ name: 'one' }), await freePort()];
    running = await startApp({
      config: `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }\nserver: []\n`,
    });
    await running.page.bringToFront();
  });
  test.afterAll(async () => {
    await running.close();
    await backend.close();
  });

  const press = (keys: string): Promise<void> => running.page.keyboard.press(keys);
  const heading = (name: string) => running.page.getByRole('heading', { name, level: 1, exact: true });
  const answers = async (): Promise<number> => (await send(port, { host: HOST })).status;

  test('Ctrl and a digit switch screens, and the keyboard goes along', async () => {
    for (const [keys, name] of [
      ['Control+5', 'Names'],
      ['Control+9', 'Doctor'],
      ['Control+,', 'Settings'],
    ] as const) {
      await press(keys);
      await expect(heading(name)).toBeFocused();
    }
  });

  test('a site is added', async () => {
    const { page } = running;
    await press('Control+n');
    await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
    await page.keyboard.type(HOST);
    for (let steps = 0; steps < 5; steps += 1) {
      if (await page.getByRole('textbox', { name: 'URL' }).evaluate((field) => field === document.activeElement)) break;
      await press('Tab');
    }
    await expect(page.getByRole('textbox', { name: 'URL' })).toBeFocused();
    await page.keyboard.type(backend.url);
    await press('Enter');
    await expect(page.getByRole('row').filter({ hasText: backend.url })).toContainText('Healthy');
    expect(await answers()).toBe(200);
  });

  test('Ctrl+Z takes it back', async () => {
    await press('Control+2'); // out of the field, which has an undo of its own
    await press('Control+z');
    await expect.poll(async () => (await running.snapshot()).sites.length).toBe(0);
    await expect(running.page.getByText('Undone.')).toBeVisible();
    expect(await answers()).not.toBe(200);
  });

  test('the palette finds a screen and closes by Esc', async () => {
    const { page } = running;
    await press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Commands' })).toBeFocused();
    await page.keyboard.type('trust');
    await press('Enter');
    await expect(heading('Trust')).toBeFocused();
    await press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Commands' })).toBeFocused();
    await press('Escape');
    await expect(page.getByRole('combobox', { name: 'Commands' })).toHaveCount(0);
  });

  test('a question mark shows the keys, Esc closes them, and the page had no error', async () => {
    const { page } = running;
    await press('?');
    await expect(page.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeVisible();
    await expect(page.getByRole('dialog')).toContainText('Ctrl+K');
    await press('Escape');
    await expect(page.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeHidden();
    expect(running.pageErrors).toEqual([]);
  });
});
