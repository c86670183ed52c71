/** Services in the real app: without a Docker, and on a real dockerd from the first click to a kept volume. */
import { createClient } from 'redis';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { dockerMissing, startDockerd } from '../kit/docker.ts';
import type { Dockerd } from '../kit/docker.ts';
import { mirrorPorts } from '../kit/docker-ports.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';

const HOST = 'shop.test';
/** Images are pulled, and databases make their first data. */
const SLOW = { timeout: 180_000 };
const missing = dockerMissing();

const openServices = (running: RunningApp): Promise<void> =>
  running.page.getByRole('button', { name: 'Services', exact: true }).click();

async function config(backend: TestBackend): Promise<{ port: number; text: string }> {
  const port = await freePort();
  const site = `{ name: ${HOST}, health_check: { enabled: false }, balance: [{ name: web, url: "${backend.url}" }] }`;
  return {
    port,
    text: `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }\nserver:\n  - ${site}\n`,
  };
}

test('without Docker the screen says what to do, and the rest routes on', async () => {
  const backend = await startBackend({ name: 'one' });
  const { port, text } = await config(backend);
  const running = await startApp({ config: text, env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
  try {
    const { page } = running;
    await openServices(running);
    await expect(page.getByRole('heading', { name: 'Services need Docker or Podman' })).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('unix:///nowhere/docker.sock (DOCKER_HOST)');
    await page.getByText('Where it was looked for (1)').click();
    await expect(page.getByText('unix:///nowhere/docker.sock', { exact: true })).toBeVisible();
    expect((await send(port, { host: HOST })).status).toBe(200);
    expect(running.pageErrors).toEqual([]);
  } finally {
    await running.close();
    await backend.close();
  }
});

test.describe('on a real dockerd', () => {
  test.describe.configure({ mode: 'serial', timeout: 300_000 });
  test.skip(missing !== undefined, `no dockerd can be started here: ${missing}`);

  let running: RunningApp;
  let backend: TestBackend;
  let dockerd: Dockerd;
  let ports: { close: () => Promise<void> };
  let port = 0;

  test.beforeAll(async () => {
    test.setTimeout(600_000);
    backend = await startBackend({ name: 'one' });
    dockerd = await startDockerd();
    ports = await mirrorPorts(dockerd);
    const made = await config(backend);
    port = made.port;
    running = await startApp({ config: made.text, env: { DOCKER_HOST: dockerd.host } });
    await openServices(running);
  });
  test.afterAll(async () => {
    await running?.close();
    await ports?.close();
    await dockerd?.close();
    await backend?.close();
  });

  const detail = () => running.page.getByRole('region', { name: 'Service', exact: true });
  const button = (name: string) => running.page.getByRole('button', { name, exact: true });
  const stateIs = (word: string) => expect(detail().locator('header .health-word')).toHaveText(word, SLOW);
  /** What a click on Copy gives to another program. */
  const copiedUrl = async (): Promise<string> => {
    await button('Copy the connection string').click();
    await expect(running.page.getByText('Connection string copied, with the password.')).toBeVisible();
    return running.app.evaluate(({ clipboard }) => clipboard.readText());
  };
  const volumes = async (): Promise<string[]> => {
    const { body } = await dockerd.api<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
    return (body.Volumes ?? []).map(({ Name }) => Name);
  };

  test('a redis is made by the form, with its pull in sight, and becomes ready', async () => {
    const { page } = running;
    await expect(page.getByRole('heading', { name: 'No service yet' })).toBeVisible();
    await button('Another image, or settings of your own').click();
    await page.getByRole('radio', { name: 'Redis' }).check();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('cache');
    await page.getByRole('textbox', { name: 'Version' }).fill('7');
    await button('Create').click();
    await expect(detail().getByRole('heading', { name: 'cache', level: 1 })).toBeVisible();
    await expect(detail().getByText('Pulling redis:7')).toBeVisible();
    await stateIs('Ready');
    await expect(detail().getByText('Redis 7')).toBeVisible();
    await expect(
      detail()
        .getByText(/^\d+(\.\d)? MB/)
        .first(),
    ).toBeVisible(SLOW);
  });

  test('its address is copied, and the usual client connects with it', async () => {
    const url = await copiedUrl();
    expect(url).toMatch(/^redis:\/\/:[A-Za-z0-9]{24}@127\.0\.0\.1:\d+\/0$/);
    expect(await running.page.content()).not.toContain(new URL(url).password);
    expect(await ask(url, ['SET', 'word', 'kept'])).toBe('OK');
    await expect(ask(url.replace(/:[^:@/]+@/, ':wrong@'), ['PING'])).rejects.toThrow(/WRONGPASS/);
  });

  test('its log is followed, and its container looked into', async () => {
    const { page } = running;
    await page.getByRole('tab', { name: 'Log' }).click();
    await expect(page.getByRole('option').filter({ hasText: 'Ready to accept connections' }).first()).toBeVisible();
    await page.getByRole('tab', { name: 'Inspect' }).click();
    await expect(detail().getByText('redis:7', { exact: true })).toBeVisible();
    await page.getByRole('tab', { name: 'Connect' }).click();
  });

  test('it is stopped and started again with its data', async () => {
    const { page } = running;
    const url = await copiedUrl();
    await button('Stop').click();
    await expect(page.getByText('cache is stopped. Its data stay.')).toBeVisible(SLOW);
    await stateIs('Stopped');
    await expect(ask(url, ['PING'])).rejects.toThrow();
    await button('Start').click();
    await stateIs('Ready');
    expect(await ask(await copiedUrl(), ['GET', 'word'])).toBe('kept');
  });

  test('it is deleted with its volume kept, and Undo brings it back on its data', async () => {
    const { page } = running;
    const before = await volumes();
    await button('More for cache').click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(page.getByText('cache is deleted. Its data and its password are kept.')).toBeVisible(SLOW);
    await expect(page.getByRole('heading', { name: 'No service yet' })).toBeVisible();
    expect(await volumes()).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
    await button('Undo').click();
    await stateIs('Ready');
    expect(await ask(await copiedUrl(), ['GET', 'word'])).toBe('kept');
  });

  test('an image that cannot be had is told at the service, which then leaves the list', async () => {
    const { page } = running;
    await button('Add service').click();
    await page.getByRole('radio', { name: 'Custom image' }).check();
    await page.getByRole('textbox', { name: 'Image' }).fill('kit/nothing:1');
    await button('Create').click();
    await expect(detail().getByRole('heading', { name: 'nothing', level: 1 })).toBeVisible();
    await stateIs('Failed');
    await expect(detail().getByRole('alert')).toContainText('kit/nothing:1');
    await button('More for nothing').click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await expect(page.getByRole('dialog')).toContainText('It leaves the list.');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(detail().getByRole('heading', { name: 'cache', level: 1 })).toBeVisible();
    await expect(page.getByRole('listbox', { name: 'Service list' }).getByRole('option')).toHaveCount(1);
  });

  test('when Docker dies the screen says so, and the site still answers', async () => {
    const { page } = running;
    await dockerd.kill();
    await expect(page.getByRole('alert', { name: 'Docker' })).toBeVisible(SLOW);
    await stateIs('Out of reach');
    expect((await send(port, { host: HOST })).status).toBe(200);
    expect(running.pageErrors).toEqual([]);
  });
});

async function ask(url: string, command: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined); // told by the command that fails
  try {
    await client.connect();
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}
