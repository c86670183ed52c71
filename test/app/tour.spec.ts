import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startNodeServer } from '../kit/dev-server.ts';
import type { DevServerProcess } from '../kit/dev-server.ts';
import { send } from '../kit/http.ts';

const HOST = 'corner-shop.localhost';
const SYSTEM_FILES = ['/etc/hosts', '/etc/resolv.conf', '/etc/nsswitch.conf', '/etc/ca-certificates.conf'];

/** What the system says that a change of names or trust would touch. */
const systemNow = async (): Promise<string[]> => {
  const files = SYSTEM_FILES.map((file) => readFile(file, 'utf8').catch(() => 'absent'));
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ls /etc/ssl/certs /usr/local/share/ca-certificates 2>&1; :',
  ]);
  return [...(await Promise.all(files)), stdout];
};

/** From an empty home to a name of one's own, by the guided start alone; nothing of this machine is changed. */
test.describe('the guided start in an empty home', () => {
  test.describe.configure({ mode: 'serial' });
  let running: RunningApp;
  let server: DevServerProcess;
  let before: string[];
  const tour = () => running.page.getByRole('complementary', { name: 'Guided start' });

  test.beforeAll(async () => {
    before = await systemNow();
    server = await startNodeServer('corner-shop');
    running = await startApp();
  });
  test.afterAll(async () => {
    await running.close();
    await server.close();
  });

  test('a running dev server is found, and mapped in one click', async () => {
    await tour().getByRole('button', { name: 'Begin' }).click();
    const card = tour()
      .getByRole('listitem')
      .filter({ hasText: `:${server.port}` });
    await expect(card).toContainText('corner-shop');
    await expect(card.getByRole('textbox')).toHaveValue(HOST);
    await card.getByRole('button', { name: `Map port ${server.port}` }).click();
    await expect(tour().getByRole('heading', { name: 'Let this system find your names' })).toBeVisible();
  });

  test('requests answer through it under its name', async () => {
    const { sites } = await running.snapshot();
    const url = new URL(sites.find(({ name }) => name === HOST)?.url ?? '');
    const reply = await send(Number(url.port || 80), { host: url.host });
    expect(reply.status).toBe(200);
    expect(reply.body).toContain('hello from');
    await expect(running.page.getByRole('region', { name: 'Sites' }).getByText(HOST).first()).toBeVisible();
  });

  test('the plans of names and trust are shown, and skipped', async () => {
    for (const title of ['Let this system find your names', 'Trust the local CA']) {
      await expect(tour().getByRole('heading', { name: title })).toBeVisible();
      await expect(
        tour().getByRole('list', { name: 'What is done' }).or(tour().getByText('Nothing is left to do')),
      ).toBeVisible();
      await tour()
        .getByRole('button', { name: /^(Skip|Next)$/ })
        .click();
    }
    const changes = await running.call('changes.list');
    expect(changes.ok && changes.value).toEqual([]);
    expect(await systemNow()).toEqual(before);
  });

  test('it ends at the address, and does not come again', async () => {
    const { sites } = await running.snapshot();
    const site = sites.find(({ name }) => name === HOST)!;
    await expect(tour().getByText(site.url, { exact: true })).toBeVisible();
    await tour().getByRole('button', { name: 'Finish' }).click();
    await expect(tour()).toHaveCount(0);
    await running.page.reload();
    await expect(running.page.getByRole('button', { name: 'Stop routing' })).toBeVisible();
    await expect(tour()).toHaveCount(0);
    expect(running.pageErrors).toEqual([]);
  });
});
