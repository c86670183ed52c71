import { expect, test } from 'playwright/test';
import type { Page } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { startLoad } from '../kit/load.ts';
import type { Load } from '../kit/load.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.test';

test.describe.configure({ mode: 'serial' });

/** The journey of the map: traffic seen on it, a failure rehearsed from it, a dev server put into a pool. */
test.describe('a day with the map', () => {
  let running: RunningApp;
  let first: TestBackend;
  let second: TestBackend;
  let third: TestBackend;
  let load: Load;

  test.beforeAll(async () => {
    [first, second, third] = await Promise.all([
      startBackend({ name: 'one' }),
      startBackend({ name: 'two' }),
      startBackend({ name: 'three' }),
    ]);
    const port = await freePort();
    running = await startApp({
      config: `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }
server:
  - name: ${HOST}
    health_check: { interval_when_down: 200ms }
    balance:
      - { name: web-1, url: "${first.url}" }
      - { name: web-2, url: "${second.url}" }
`,
    });
    load = startLoad(port, { host: HOST, connections: 2 });
  });
  test.afterAll(async () => {
    await load.stop();
    await running.close();
    await Promise.all([first.kill(), second.kill(), third.kill()]);
  });

  const backend = (page: Page, name: string) => page.locator('.map-backend').filter({ hasText: name });
  const edgeTo = (page: Page, name: string) =>
    page.locator(`.react-flow__edge[data-id*="backend "][data-id$="/${name}"]`);

  test('each edge shows the requests that pass', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Map', exact: true }).click();
    await expect(backend(page, 'web-1')).toContainText('Healthy');
    await expect(backend(page, 'web-2')).toContainText('Healthy');
    for (const name of ['web-1', 'web-2'])
      await expect(edgeTo(page, name).locator('.map-label')).toHaveText(/^[\d,.]+\/s$/);
  });

  test('a kill rehearsed from the map ejects the backend, fails no request, and is over by itself', async () => {
    const { page } = running;
    await backend(page, 'web-2').click();
    const rehearse = page.getByRole('region', { name: 'Rehearse' });
    await rehearse.getByLabel('for').selectOption({ label: '10 seconds' });
    await rehearse.getByRole('button', { name: /^Kill web-2/ }).click();
    await expect(rehearse.getByRole('timer')).toHaveText(/^0:\d\d$/);
    await expect(backend(page, 'web-2')).toContainText('Rehearsing kill');
    await expect(backend(page, 'web-2')).toContainText('Down');
    await expect(page.getByRole('region', { name: 'Inspector' })).toContainText('connection refused (rehearsed)');
    const seen = second.requests.length;
    const before = load.answered();
    await until(() => load.answered() > before + 20);
    expect(second.requests.length).toBe(seen);
    await expect(rehearse.getByRole('button', { name: /^Kill web-2/ })).toBeVisible({ timeout: 20_000 });
    await expect(backend(page, 'web-2')).toContainText('Healthy');
    await until(() => second.requests.length > seen + 5);
    expect(await load.stop()).toEqual([]);
    const log = await running.call('log.list', { limit: 200, level: 'info' });
    expect(log.ok && log.value.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['rehearsal.started', 'rehearsal.ended', 'backend.healthChanged']),
    );
  });

  test('a dev server that runs here is dragged onto the pool, answers there, and can be undone', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    const card = page.locator('.server-card').filter({ hasText: `:${third.port}` });
    await expect(card).toContainText('not routed');
    await card.scrollIntoViewIfNeeded();
    const from = (await card.boundingBox())!;
    const to = (await page.locator('.map-pool').boundingBox())!;
    await page.mouse.move(from.x + 60, from.y + 12);
    await page.mouse.down();
    await page.mouse.move(from.x + 20, from.y + 24, { steps: 4 });
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 10 });
    await expect(page.locator('.map-pool.is-over')).toBeVisible();
    await page.mouse.up();
    await expect(page.locator('.map-backend')).toHaveCount(3);
    await until(() => third.requests.length > 0, { message: 'a probe of the third' });
    await expect(page.locator('.map-pool')).toContainText('3 of 3 up');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.locator('.map-backend')).toHaveCount(2);
    expect(running.pageErrors).toEqual([]);
  });
});
