/** Names, trust and the doctor in the real app: what is wrong is found and mended, plans are shown, one store is changed and undone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { freePort } from '../kit/free-port.ts';

test.describe.configure({ mode: 'serial' });

test.describe('this machine', () => {
  let running: RunningApp;
  let userHome: string;
  let dns = 0;

  test.beforeAll(async () => {
    // Stores of the user are those of this folder: nothing of the machine that runs the tests is changed.
    userHome = mkdtempSync(path.join(os.tmpdir(), 'mogoly-user-'));
    const [http, https] = [await freePort(), await freePort()];
    dns = await freePort();
    const listen = `{ http: "127.0.0.1:${http}", https: "127.0.0.1:${https}", dns: "127.0.0.1:${dns}" }`;
    running = await startApp({
      config: `listen: ${listen}\nzones: [test]\nserver:\n  - { name: shop.test, url: "http://127.0.0.1:9" }\n`,
      env: { HOME: userHome },
    });
  });
  test.afterAll(async () => {
    await running.close();
    rmSync(userHome, { recursive: true, force: true });
  });

  const open = async (screen: string): Promise<void> => {
    await running.page.getByRole('button', { name: screen, exact: true }).click();
    await expect(running.page.getByRole('heading', { name: screen, exact: true })).toBeVisible();
  };

  test('the doctor finds the home folder open to others, and its button closes it', async () => {
    const { page, home } = running;
    chmodSync(home, 0o755);
    await open('Doctor');
    await page.getByRole('button', { name: 'Run again' }).click();
    const finding = page.getByRole('list', { name: 'To mend' }).getByRole('listitem').filter({ hasText: home });
    await expect(finding).toContainText('Broken');
    await finding.getByRole('button', { name: /^Close files/ }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(`chmod 700 '${home}'`);
    expect(statSync(home).mode & 0o777).toBe(0o755);
    await dialog.getByRole('button', { name: 'Close files' }).click();
    await expect(page.getByText('The home folder is closed to others.')).toBeVisible();
    await expect(finding).toHaveCount(0);
    expect(statSync(home).mode & 0o777).toBe(0o700);
  });

  test('a name is tested, and questions of others appear in the log', async () => {
    const { page } = running;
    await open('Names');
    await page.getByLabel('Name to test').fill('shop.test');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status', { name: 'Answers' })).toContainText('shop.test 5 A 127.0.0.1');
    await expect(page.getByRole('status', { name: 'Answers' })).toContainText('Not found');
    execFileSync('dig', ['@127.0.0.1', '-p', String(dns), '+tries=1', 'from-outside.test']);
    await expect(page.getByRole('listbox', { name: 'Query list' })).toContainText('from-outside.test');
  });

  test('the plan to install names is shown, and nothing is changed without consent', async () => {
    const { page } = running;
    const before = readFileSync('/etc/hosts', 'utf8');
    await page.getByRole('button', { name: 'Install names' }).click();
    const dialog = page.getByRole('dialog', { name: 'Install names into this system' });
    await expect(dialog.getByRole('listitem').first()).toContainText('administrator');
    await expect(dialog.locator('code').first()).not.toBeEmpty();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toHaveCount(0);
    expect(readFileSync('/etc/hosts', 'utf8')).toBe(before);
  });

  test('trust in one store is given after its plan, and undone from the ledger', async () => {
    test.skip(spawnSync('certutil', ['-H']).error !== undefined, 'needs certutil (Debian: libnss3-tools)');
    const { page } = running;
    await open('Trust');
    const row = page.getByRole('row').filter({ hasText: 'Chromium (NSS)' });
    await expect(row).toContainText('Not trusted');
    await row.getByRole('button').click();
    const dialog = page.getByRole('dialog', { name: 'Trust this CA' });
    await expect(dialog).toContainText('certutil -d');
    await dialog.getByRole('button', { name: 'Trust' }).click();
    await expect(row.getByRole('button', { name: 'Remove: Chromium (NSS)' })).toBeVisible();
    const database = `sql:${path.join(userHome, '.local/share/pki/nssdb')}`;
    const roots = (): string => execFileSync('certutil', ['-d', database, '-L'], { encoding: 'utf8' });
    expect(roots()).toContain('Mogoly local CA');

    await open('Names');
    await page.getByRole('button', { name: 'Undo: Trust the local CA in Chromium (NSS)' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Undone.')).toBeVisible();
    expect(roots()).not.toContain('Mogoly local CA');
  });

  test('the plan for the system store is shown, and cancelled', async () => {
    const { page } = running;
    await open('Trust');
    const button = page.getByRole('button', { name: /^Trust: .* system store$/ });
    test.skip((await button.count()) === 0, 'this system has no store that Mogoly knows');
    await button.click();
    await expect(page.getByRole('dialog', { name: 'Trust this CA' })).toContainText('update-ca');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(running.pageErrors).toEqual([]);
  });
});
