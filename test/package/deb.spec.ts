/** The Debian package: installed, started by an ordinary user, used, removed without a trace. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import type { ElectronApplication, Page } from 'playwright';
import { send } from '../kit/http.ts';
import { APP, asRoot, asUser, debFile, difference, HOME, launchInstalled, makeUser } from './machine.ts';
import { run, systemFiles, USER_HOME } from './machine.ts';

test.describe.configure({ mode: 'serial' });

let before: string[] = [];
let app: ElectronApplication | undefined;
let page: Page;

test.beforeAll(async () => {
  await makeUser();
  // So that whatever the machine has in there is not counted as ours.
  await asRoot('update-ca-certificates');
  before = await systemFiles();
});
test.afterAll(() => app?.close());

test('it installs, with the sandbox helper as root wants it', async () => {
  await asRoot(`dpkg -i ${await debFile()}`);
  expect(await asRoot('readlink -f /usr/bin/mogoly')).toBe('/opt/Mogoly/resources/bin/mogoly\n');
  expect((await run('dpkg', ['-V', 'mogoly'])).stdout).toBe('');
  const hasNamespaces = (await asUser('unshare --user true')).code === 0;
  expect(await asRoot('stat -c %a /opt/Mogoly/chrome-sandbox')).toBe(hasNamespaces ? '755\n' : '4755\n');
});

test('the fuses of its Electron are set', async () => {
  const { getCurrentFuseWire, FuseV1Options } = await import('@electron/fuses');
  const wire = await getCurrentFuseWire(APP);
  const isOn = (option: number): boolean => wire[option as keyof typeof wire] === ('1'.charCodeAt(0) as never);
  expect(isOn(FuseV1Options.RunAsNode)).toBe(false);
  expect(isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false);
  expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
  expect(isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true);
  expect(isOn(FuseV1Options.EnableCookieEncryption)).toBe(true);
  const asNode = await asUser(
    `MOGOLY_HOME=/tmp/other-home ELECTRON_RUN_AS_NODE=1 timeout 5 ${APP} -e 'console.log("node")'`,
    { display: false },
  );
  expect(asNode.stdout).not.toContain('node');
});

test('its window opens on an empty home, in Chromium’s sandbox, and the sample routes', async () => {
  expect(existsSync(HOME)).toBe(false);
  app = await launchInstalled();
  page = await app.firstWindow();
  await expect(page.getByRole('button', { name: 'Stop routing' })).toBeVisible();
  expect(await app.evaluate(({ app: electron }) => electron.isPackaged)).toBe(true);
  const status = await asUser('mogoly status --json');
  const { listeners } = JSON.parse(status.stdout) as { listeners: { kind: string; port: number }[] };
  const { port } = listeners.find(({ kind }) => kind === 'http')!;
  expect((await send(port, { host: `demo.localhost:${port}` })).status).toBe(200);
  const renderer = (await asRoot(`pgrep -f '${APP} --type=renderer' | head -1`)).trim();
  expect(readFileSync(`/proc/${renderer}/status`, 'utf8')).toMatch(/^Seccomp:\t2$/m);
  expect(await asRoot(`readlink /proc/${renderer}/ns/user`)).not.toBe(await asRoot('readlink /proc/self/ns/user'));
});

test('the command answers on the PATH, by a Node that is there and by the app itself', async () => {
  const version = `${(JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version}\n`;
  expect(await asUser('mogoly --version')).toEqual({ code: 0, stdout: version, stderr: '' });
  expect(await asUser('mogoly --version', { node: false })).toEqual({ code: 0, stdout: version, stderr: '' });
  for (const node of [true, false]) {
    expect(await asUser('mogoly status', { node })).toMatchObject({ code: 0, stderr: '' });
    expect((await asUser('mogoly status', { node })).stdout).toContain('demo.localhost');
    expect(await asUser('mogoly nonsense', { node })).toMatchObject({ code: 2, stdout: '' });
    expect((await asUser('mogoly explain', { node })).code).toBe(2);
    expect(await asUser('echo "server: 5" | mogoly check -', { node })).toMatchObject({ code: 1 });
  }
});

test('names, trust and start at login reach the system, each in the ledger', async () => {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Start at login, in the tray').click();
  await expect.poll(() => existsSync(`${USER_HOME}/.config/autostart/mogoly.desktop`)).toBe(true);
  expect((await asUser('mogoly map shop.test 5173')).code).toBe(0);
  expect((await asUser('mogoly domain install')).code).toBe(0);
  expect(readFileSync('/etc/hosts', 'utf8')).toContain('shop.test');
  const trusted = await asUser('mogoly trust install');
  expect(trusted.stdout + trusted.stderr).toMatch(/trusted {2}.*system store/i);
  expect((await asUser('certutil -d sql:$HOME/.local/share/pki/nssdb -L')).stdout).toContain('Mogoly');
  expect(difference(before, await systemFiles()).come.join('\n')).toContain('/usr/local/share/ca-certificates/mogoly-');
});

test('removed while it runs, it ends, and nothing is left outside the home folder of the user', async () => {
  await asRoot(
    `mkdir -p /etc/dnsmasq.d && echo '# Written by Mogoly; "mogoly domain" installs and removes it.' > /etc/dnsmasq.d/mogoly.conf`,
  );
  const ended = app!.waitForEvent('close');
  await asRoot('dpkg -r mogoly');
  await ended;
  app = undefined;
  expect(existsSync(`${USER_HOME}/.config/autostart/mogoly.desktop`)).toBe(false);
  expect((await asUser('certutil -d sql:$HOME/.local/share/pki/nssdb -L')).stdout).not.toContain('Mogoly');
  const ledger = JSON.parse(readFileSync(`${HOME}/changes.json`, 'utf8')) as { state: string }[];
  expect(new Set(ledger.map(({ state }) => state))).toEqual(new Set(['undone']));
  await asRoot('rmdir --ignore-fail-on-non-empty /etc/dnsmasq.d');
  expect(difference(before, await systemFiles())).toEqual({ gone: [], come: [] });
  await asRoot('dpkg --purge mogoly');
  expect(difference(before, await systemFiles())).toEqual({ gone: [], come: [] });
});
