/** Traffic in the real app: requests appear, are filtered, explained, sent again, edited, exported. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { harProblems } from '../kit/har.ts';
import { send } from '../kit/http.ts';

const HOST = 'shop.test';
test.describe.configure({ mode: 'serial' });

test.describe('traffic in the app', () => {
  let running: RunningApp;
  let backend: TestBackend;
  let port = 0;

  test.beforeAll(async () => {
    backend = await startBackend({ name: 'one' });
    port = await freePort();
    const balance = `[{ name: web-1, url: "${backend.url}" }]`;
    running = await startApp({
      config: [
        `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }`,
        `server: [{ name: ${HOST}, health_check: { enabled: false }, balance: ${balance} }]`,
      ].join('\n'),
    });
    await running.page.getByRole('button', { name: 'Traffic' }).click();
  });
  test.afterAll(async () => {
    await running.close();
    await backend.close();
  });

  const rowOf = (text: string) => running.page.getByRole('option').filter({ hasText: text });

  test('requests appear as they pass, and a filter finds them', async () => {
    await send(port, { host: HOST, path: '/first' });
    await send(port, { host: HOST, path: '/second', method: 'POST', body: 'x' });
    await expect(rowOf('/first')).toBeVisible();
    await running.page.getByRole('searchbox', { name: 'Filter requests' }).fill('method:POST');
    await expect(rowOf('/first')).toHaveCount(0);
    await expect(rowOf('/second')).toBeVisible();
    await running.page.getByRole('searchbox', { name: 'Filter requests' }).fill('');
  });

  test('a request is sent again, and another edited', async () => {
    const { page } = running;
    await rowOf('/first').first().click();
    await page.getByRole('button', { name: 'Replay' }).click();
    await expect(rowOf('replay of #')).toBeVisible();
    await page.getByRole('button', { name: 'Edit and resend' }).click();
    await page.getByLabel('Path', { exact: true }).fill('/edited');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(rowOf('/edited')).toBeVisible();
    await expect.poll(() => backend.requests.map(({ url }) => url)).toContain('/edited');
  });

  test('the archive of what is shown is valid', async () => {
    const file = path.join(running.home, 'out.har');
    await running.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, file);
    await running.page.getByRole('button', { name: 'HAR' }).click();
    await running.page.getByRole('menuitem', { name: 'Export what is listed' }).click();
    await expect(running.page.getByText(/requests exported to/)).toBeVisible();
    const har = JSON.parse(await readFile(file, 'utf8')) as { log: { entries: unknown[] } };
    expect(harProblems(har)).toEqual([]);
    expect(har.log.entries.length).toBeGreaterThanOrEqual(4);
  });

  test('a failure is explained', async () => {
    const { page } = running;
    await backend.kill();
    await send(port, { host: HOST, path: '/broken' });
    await rowOf('/broken').click();
    await page.getByRole('tab', { name: 'Explain' }).click();
    await expect(page.getByText(/by Mogoly: BACKEND_REFUSED/)).toBeVisible();
    await expect(page.getByRole('cell', { name: 'web-1' })).toBeVisible();
    expect(running.pageErrors).toEqual([]);
  });
});
