import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { send } from '../kit/http.ts';

test.describe('an empty home', () => {
  let running: RunningApp;
  test.beforeAll(async () => {
    running = await startApp();
  });
  test.afterAll(() => running.close());

  test('opens on the map of the sample site, with both backends healthy', async () => {
    const { page } = running;
    await expect(page.getByRole('button', { name: 'Stop routing' })).toBeVisible();
    await expect(page.locator('.map-site')).toContainText('demo.localhost');
    await page.getByRole('button', { name: 'Sites' }).click();
    await expect(page.getByRole('region', { name: 'Sites' }).getByText('demo.localhost').first()).toBeVisible();
    await page.getByRole('region', { name: 'Sites' }).getByText('demo.localhost').first().click();
    await expect(page.getByRole('row').filter({ hasText: 'Healthy' })).toHaveCount(2);
  });

  test('answers through the real proxy, and counts the request', async () => {
    const { page } = running;
    const { sites } = await running.snapshot();
    const url = new URL(sites.find((site) => site.name === 'demo.localhost')?.url ?? '');
    const reply = await send(Number(url.port), { host: url.host });
    expect(reply.status).toBe(200);
    await expect.poll(async () => (await running.snapshot()).sites[0]?.requests).toBeGreaterThan(0);
    await expect(page.locator('.status-bar').getByText('requests/s')).toBeVisible();
  });

  test('the page loads without an error of its own', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
