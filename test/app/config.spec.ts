/** The Config screen in the real app: an error stays at its line and out of force, and real requests follow the rest. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import type { TestBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';

const HOST = 'shop.test';
test.describe.configure({ mode: 'serial' });

test.describe('the config as text', () => {
  let running: RunningApp;
  let [one, two, three]: TestBackend[] = [];
  let port = 0;
  let file = '';

  const textFor = (url: string, comment = '# mine'): string =>
    [
      comment,
      `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }`,
      'server:',
      `  - name: ${HOST}`,
      `    url: ${url}`,
      '    health_check: { enabled: false }',
      '',
    ].join('\n');
  const ask = async (): Promise<string> => {
    const reply = await send(port, { host: HOST });
    expect(reply.status).toBe(200);
    return (JSON.parse(reply.body) as { backend: string }).backend;
  };
  const inFile = (): Promise<string> => readFile(file, 'utf8');
  const editor = () => running.page.getByRole('textbox', { name: 'Config file' });
  const problems = () => running.page.getByRole('region', { name: 'Problems in the text' });
  const notice = () => running.page.getByRole('alert').filter({ hasText: 'The config changed while you typed' });
  const button = (name: string) => running.page.getByRole('button', { name, exact: true });
  /** Pastes the text in the place of what the editor holds. */
  const replaceText = async (text: string): Promise<void> => {
    await running.app.evaluate(({ clipboard }, pasted) => clipboard.writeText(pasted), text);
    await editor().focus();
    await running.page.keyboard.press('Control+a');
    await running.page.keyboard.press('Control+v');
  };
  /** Saved by another program; the window hears of it from the watcher. */
  const saveElsewhere = async (text: string): Promise<void> => {
    const before = (await running.snapshot()).revision;
    await writeFile(file, text);
    await expect.poll(async () => (await running.snapshot()).revision).toBe(before + 1);
  };

  test.beforeAll(async () => {
    [one, two, three] = await Promise.all(['one', 'two', 'three'].map((name) => startBackend({ name })));
    port = await freePort();
    running = await startApp({ config: textFor(one!.url) });
    file = path.join(running.home, 'mogoly.yaml');
    await button('Config').click();
    await expect(editor()).toContainText('# mine');
  });
  test.afterAll(async () => {
    await running.close();
    await Promise.all([one!.close(), two!.close(), three!.close()]);
  });

  test('an error stands at its line, cannot be put in force, and the old routing stays', async () => {
    await replaceText(textFor(two!.url).replace(two!.url, 'ftp://nowhere'));
    await expect(problems()).toContainText('1 error');
    await problems().getByRole('button', { name: /ftp/ }).click();
    await expect(running.page.getByText(/Line 5, column \d+/)).toBeVisible();
    await running.page.keyboard.press('Control+s');
    await expect(running.page.getByText(/^Not applied:/)).toBeVisible();
    expect(await inFile()).toBe(textFor(one!.url));
    expect(await ask()).toBe('one');
  });

  test('mended and applied by Ctrl+S, real traffic follows', async () => {
    await replaceText(textFor(two!.url));
    await expect(problems()).toContainText('No problems');
    await running.page.keyboard.press('Control+s');
    await expect(running.page.getByText('Config applied.')).toBeVisible();
    expect(await ask()).toBe('two');
    expect(await inFile()).toBe(textFor(two!.url));
  });

  test('a file changed while one types is a conflict: compared, and mine applied over it', async () => {
    await replaceText(textFor(one!.url, '# typed'));
    await saveElsewhere(textFor(three!.url, '# theirs'));
    await expect(notice()).toBeVisible();
    await expect(button('Apply')).toBeDisabled();
    expect(await ask()).toBe('three');
    await button('Compare with mine').click();
    await expect(notice()).toBeHidden();
    await expect(running.page.getByText('# theirs')).toBeVisible();
    await expect(editor()).toContainText('# typed');
    await button('Apply').click();
    await expect.poll(ask).toBe('one');
    expect(await inFile()).toBe(textFor(one!.url, '# typed'));
  });

  test('a conflict can be overwritten at once', async () => {
    await replaceText(textFor(two!.url, '# again'));
    await saveElsewhere(textFor(three!.url, '# theirs'));
    await notice().getByRole('button', { name: 'Overwrite with mine' }).click();
    await expect.poll(ask).toBe('two');
    expect(await inFile()).toBe(textFor(two!.url, '# again'));
    await expect(notice()).toBeHidden();
  });

  test('or what was typed is given up for the file, and can be had back', async () => {
    await replaceText(textFor(one!.url, '# lost'));
    await saveElsewhere(textFor(three!.url, '# theirs'));
    await notice().getByRole('button', { name: 'Discard mine' }).click();
    await expect(notice()).toBeHidden();
    await expect(editor()).toContainText('# theirs');
    await button('Bring it back').click();
    await expect(editor()).toContainText('# lost');
    await expect(notice()).toBeVisible();
    await notice().getByRole('button', { name: 'Discard mine' }).click();
    await expect(editor()).toContainText('# theirs');
    expect(await ask()).toBe('three');
  });

  test('a revision of the history is rolled back to, and traffic follows', async () => {
    const { page } = running;
    await button('History').click();
    await page.getByRole('listbox', { name: 'Revisions' }).getByRole('option').last().click();
    await button('Roll back to this').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await expect(page.getByText(/^Rolled back to revision \d+\.$/)).toBeVisible();
    expect(await ask()).toBe('one');
    expect(await inFile()).toBe(textFor(one!.url));
    await button('File').click();
    await expect(editor()).toContainText('# mine');
  });

  test('the log of it all is written to a file', async () => {
    const { app, page } = running;
    const out = path.join(running.home, 'events.log');
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, out);
    await button('Events').click();
    await button('Export').click();
    await page.getByRole('menuitem', { name: 'As text' }).click();
    await expect(page.getByText(`written to ${out}`)).toBeVisible();
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    expect(lines.filter((line) => line.includes(' config.applied '))).toHaveLength((await running.snapshot()).revision);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z (debug|info|warn|error) /);
    expect(running.pageErrors).toEqual([]);
  });
});
