import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';

test.describe.configure({ mode: 'serial' });

test.describe('what is wrong', () => {
  let running: RunningApp;
  let backend: TestBackend;
  let port = 0;
  let config = '';

  test.beforeAll(async () => {
    backend = await startBackend();
    port = await freePort();
    config = `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }\nserver:\n  - name: a.test\n    url: ${backend.url}\n`;
    running = await startApp({ config });
  });
  test.afterAll(async () => {
    await running.close();
    await backend.close();
  });

  test('stands at its field, and nothing is written', async () => {
    const { page, home } = running;
    await page.getByRole('button', { name: 'Add site' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('a.test');
    await page.getByRole('textbox', { name: 'URL' }).fill(backend.url);
    await page.getByRole('button', { name: 'Apply' }).click();
    const name = page.getByRole('textbox', { name: 'Name' });
    await expect(name).toHaveAttribute('aria-invalid', 'true');
    await expect(name).toHaveAccessibleDescription(/a\.test/);
    await page.getByRole('textbox', { name: 'Name' }).fill('b.test');
    await page.getByRole('textbox', { name: 'URL' }).fill('ftp://nowhere');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page.getByRole('textbox', { name: 'URL' })).toHaveAttribute('aria-invalid', 'true');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await readFile(path.join(home, 'mogoly.yaml'), 'utf8')).toBe(config);
  });

  test('in the file is named with its line while the last good config serves, until it is mended', async () => {
    const { page, home } = running;
    const file = path.join(home, 'mogoly.yaml');
    await writeFile(file, config.replace(backend.url, 'ftp://nowhere'));
    const banner = page.getByRole('alert', { name: 'Problems' });
    await expect(banner).toContainText('mogoly.yaml:4:');
    expect((await send(port, { host: 'a.test' })).status).toBe(200);
    await writeFile(file, config);
    await expect(banner).toBeHidden();
  });
});

test('a bad file at the start shows in the window instead of ending the app', async () => {
  const listen = `listen: { http: "127.0.0.1:${await freePort()}", https: "off", dns: "off" }`;
  const running = await startApp({ config: `${listen}\nserver: 5\n` });
  try {
    await expect(running.page.getByRole('alert').first()).toContainText('mogoly.yaml:2:');
    expect(running.app.windows()).toHaveLength(1);
  } finally {
    await running.close();
  }
});
