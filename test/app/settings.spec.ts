import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';

test.describe('settings', () => {
  test.describe.configure({ mode: 'serial' });
  let running: RunningApp;
  let backend: TestBackend;
  let xdg = '';
  let port = 0;

  test.beforeAll(async () => {
    xdg = await mkdtemp(path.join(os.tmpdir(), 'mogoly-xdg-')); // autostart is written here, not into the user's own
    [backend, port] = [await startBackend(), await freePort()];
    const config = `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }\nserver: [{ name: a.test, url: "${backend.url}" }]\n`;
    running = await startApp({ config, env: { XDG_CONFIG_HOME: xdg } });
    await running.page.getByRole('button', { name: 'Settings', exact: true }).click();
  });
  test.afterAll(async () => {
    await running.close();
    await backend.close();
    await rm(xdg, { recursive: true, force: true });
  });

  test('another port answers at once, and Undo goes back, in the field as in the proxy', async () => {
    const { page } = running;
    const other = await freePort();
    const http = page.getByLabel('HTTP', { exact: true });
    await expect(http).toHaveValue(`127.0.0.1:${port}`);
    await http.fill(`127.0.0.1:${other}`);
    await http.press('Enter');
    await expect(page.getByRole('list', { name: 'In force' })).toContainText(`:${other}`);
    expect((await send(other, { host: 'a.test' })).status).toBe(200);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(http).toHaveValue(`127.0.0.1:${port}`);
    await expect.poll(async () => (await send(port, { host: 'a.test' })).status).toBe(200);
  });

  test('what is no port is refused at its field by the engine’s own words', async () => {
    const { page } = running;
    const http = page.getByLabel('HTTP', { exact: true });
    await http.fill('port eighty');
    await http.press('Enter');
    await expect(http).toHaveAttribute('aria-invalid', 'true');
    await expect(http).toHaveAccessibleDescription(/listen|port|address/i);
    await http.press('Escape');
    await expect(http).toHaveValue(`127.0.0.1:${port}`);
  });

  test('start at login is written where the desktop looks, and taken away again', async () => {
    test.skip(process.platform !== 'linux', 'elsewhere it goes to the list of the user who runs the tests');
    const box = running.page.getByLabel('Start at login, in the tray');
    const file = path.join(xdg, 'autostart', 'mogoly.desktop');
    await expect(running.page.getByText(`Written to ${file}`)).toBeVisible();
    await box.click();
    await expect(box).toBeChecked();
    expect(await readFile(file, 'utf8')).toMatch(/^Exec=".+" ".+" --hidden$/m);
    await box.click();
    await expect(box).not.toBeChecked();
    expect(existsSync(file)).toBe(false);
    expect(running.pageErrors).toEqual([]);
  });
});
