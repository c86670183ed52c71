/** An update of the installed app, from a real feed on this machine: seen, refused when tampered with, installed. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'playwright/test';
import type { ElectronApplication, Page } from 'playwright';
import { FEED, NEXT, startFeed, writeList } from './feed.ts';
import type { Feed } from './feed.ts';
import { APP, asRoot, asUser, debFile, launchInstalled, makeUser, run } from './machine.ts';

test.describe.configure({ mode: 'serial' });

const FILE = `mogoly_${NEXT}_amd64.deb`;

let feed: Feed;
let app: ElectronApplication | undefined;
let page: Page;

/** The package of now, as if it were a later one. */
async function publish(): Promise<void> {
  await asRoot(`rm -rf ${FEED} /srv/tree && mkdir -p ${FEED} && dpkg-deb --raw-extract ${await debFile()} /srv/tree`);
  await asRoot(`sed -i 's/^Version:.*/Version: ${NEXT}/' /srv/tree/DEBIAN/control`);
  await asRoot(`dpkg-deb --root-owner-group -Znone --build /srv/tree ${FEED}/${FILE} && rm -r /srv/tree`);
  await writeList(FILE);
}

test.beforeAll(async () => {
  await makeUser();
  await publish();
  await asRoot(`dpkg -i ${await debFile()}`);
  feed = await startFeed();
});
test.afterAll(async () => {
  await app?.close();
  feed.close();
  await run('pkill', ['-x', '-f', `${APP}.*`]);
});

async function openSettings(env: Record<string, string>): Promise<void> {
  app = await launchInstalled(env);
  page = await app.firstWindow();
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(page.getByLabel('Start at login, in the tray')).toBeVisible();
}

test('without a feed, and with one in the clear from elsewhere, there is no word of updates', async () => {
  for (const env of [{}, { MOGOLY_UPDATE_URL: 'http://updates.test/' }]) {
    await openSettings(env);
    await expect(page.getByRole('button', { name: 'Check for updates' })).toHaveCount(0);
    await app!.close();
  }
});

test('it asks when it is told to, and names the newer version', async () => {
  await openSettings({ MOGOLY_UPDATE_URL: feed.url });
  await expect(page.getByText('Looked for only when you ask.')).toBeVisible();
  expect(feed.asked).toEqual([]);
  await page.getByRole('button', { name: 'Check for updates' }).click();
  await expect(page.getByText(`Version ${NEXT} is there.`)).toBeVisible();
  expect(feed.asked).toEqual(['latest-linux.yml']);
});

test('a download that was tampered with is refused and thrown away', async () => {
  const whole = await stat(`${FEED}/${FILE}`);
  await asRoot(`cp ${FEED}/${FILE} /srv/whole.deb && printf evil | dd of=${FEED}/${FILE} bs=1 seek=1000 conv=notrunc`);
  await page.getByRole('button', { name: 'Download', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('not what the feed promised');
  await expect(page.getByRole('button', { name: 'Restart to install' })).toHaveCount(0);
  expect(await asRoot(`find ${'/home/dev/.config/mogoly/app/feed'} -name '*.deb'`)).toBe('');
  await asRoot(`cp /srv/whole.deb ${FEED}/${FILE}`);
  expect((await stat(`${FEED}/${FILE}`)).size).toBe(whole.size);
});

test('a server that is away is said, and it can be tried again', async () => {
  const list = await readFile(`${FEED}/latest-linux.yml`);
  await asRoot(`rm ${FEED}/latest-linux.yml`);
  await app!.close();
  await openSettings({ MOGOLY_UPDATE_URL: feed.url });
  await page.getByRole('button', { name: 'Check for updates' }).click();
  await expect(page.getByRole('alert')).toContainText('The update failed');
  await writeFile(`${FEED}/latest-linux.yml`, list);
  await page.getByRole('button', { name: 'Check for updates' }).click();
  await expect(page.getByText(`Version ${NEXT} is there.`)).toBeVisible();
});

test('the whole download is installed at a word, and the app comes back', async () => {
  await page.getByRole('button', { name: 'Download', exact: true }).click();
  const ended = app!.waitForEvent('close');
  await page.getByRole('button', { name: 'Restart to install' }).click();
  await ended;
  app = undefined;
  await expect.poll(async () => (await run('dpkg-query', ['-W', '-f=${Version}', 'mogoly'])).stdout).toBe(NEXT);
  await expect.poll(async () => (await asUser('mogoly status')).code).toBe(0);
});
