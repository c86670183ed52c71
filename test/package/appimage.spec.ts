/** The AppImage: one file that an ordinary user starts, without an installation. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import type { ElectronApplication, Page } from 'playwright';
import { send } from '../kit/http.ts';
import { FEED, NEXT, startFeed, writeList } from './feed.ts';
import { appImageFile, asRoot, asUser, HOME, launchInstalled, makeUser, USER, USER_HOME } from './machine.ts';

test.describe.configure({ mode: 'serial' });

const FILE = `${USER_HOME}/Mogoly.AppImage`;
const AUTOSTART = `${USER_HOME}/.config/autostart/mogoly.desktop`;

let app: ElectronApplication | undefined;
let page: Page;

test.beforeAll(async () => {
  await makeUser();
  await asRoot(`install -o ${USER} -m 755 '${await appImageFile()}' ${FILE}`);
});
test.afterAll(async () => {
  await app?.close();
  // One that still ends would write into the home folder again.
  await asRoot(`while pkill -u ${USER} mogoly-app; do sleep 0.2; done; rm -rf ${FILE} ${HOME} ${AUTOSTART}`);
});

test('its window opens on an empty home', async () => {
  expect(existsSync(HOME)).toBe(false);
  app = await launchInstalled({}, FILE);
  page = await app.firstWindow();
  await expect(page.getByRole('button', { name: 'Stop routing' })).toBeVisible();
  expect(await app.evaluate(({ app: electron }) => electron.isPackaged)).toBe(true);
});

test('start at login starts the file, not what it is unpacked to', async () => {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Start at login, in the tray').click();
  await expect.poll(() => existsSync(AUTOSTART)).toBe(true);
  expect(readFileSync(AUTOSTART, 'utf8')).toMatch(new RegExp(`^Exec="?${FILE}"? `, 'm'));
});

test('it is the command behind a mark, and the sample routes', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const command = `${FILE} --mogoly-cli --`;
  expect(await asUser(`${command} --version`)).toMatchObject({ code: 0, stdout: `${version}\n` });
  const status = await asUser(`${command} status --json`);
  const { listeners } = JSON.parse(status.stdout) as { listeners: { kind: string; port: number }[] };
  const { port } = listeners.find(({ kind }) => kind === 'http')!;
  expect((await send(port, { host: `demo.localhost:${port}` })).status).toBe(200);
  expect(await asUser(`${command} nonsense`)).toMatchObject({ code: 2, stdout: '' });
});

test('a newer one from a feed takes its place at a word, and comes back', async () => {
  await app!.close();
  const feed = await startFeed();
  const next = `Mogoly-${NEXT}.AppImage`;
  // What stands behind a filesystem is no part of it.
  await asRoot(`mkdir -p ${FEED} && cp ${FILE} ${FEED}/${next} && echo newer >> ${FEED}/${next}`);
  await writeList(next);
  app = await launchInstalled({ MOGOLY_UPDATE_URL: feed.url }, FILE);
  page = await app.firstWindow();
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Check for updates' }).click();
  await expect(page.getByText(`Version ${NEXT} is there.`)).toBeVisible();
  await page.getByRole('button', { name: 'Download', exact: true }).click();
  const old = await app.evaluate(() => process.pid);
  await page.getByRole('button', { name: 'Restart to install' }).click();
  app = undefined; // the newer one keeps its output open
  await expect.poll(() => existsSync(`/proc/${old}`)).toBe(false);
  expect(await asRoot(`tail -c 6 ${FILE}`)).toBe('newer\n');
  await expect.poll(async () => (await asUser(`${FILE} --mogoly-cli -- status`)).code).toBe(0);
  feed.close();
});
