import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import { freePort } from '../kit/free-port.ts';

type Kept = typeof globalThis & { asked?: string[] };
const QUIT = 0;
const STAY = 1;

test('quitting with text in the Config editor that was not applied asks; Stay stays, Quit quits', async () => {
  const config = `listen: { http: "127.0.0.1:${await freePort()}", https: "off", dns: "off" }\nserver: []\n`;
  const running = await startApp({ config });
  const { app, page } = running;
  // The desktop's own dialog cannot be pressed from here; its place is taken by one that answers and notes the question.
  const answerWith = (response: number): Promise<void> =>
    app.evaluate(({ dialog }, given) => {
      dialog.showMessageBox = ((options: Electron.MessageBoxOptions) => {
        (globalThis as Kept).asked = [...((globalThis as Kept).asked ?? []), options.message];
        return Promise.resolve({ response: given, checkboxChecked: false });
      }) as typeof dialog.showMessageBox;
    }, response);
  const asked = (): Promise<string[]> => app.evaluate(() => (globalThis as Kept).asked ?? []);
  try {
    await answerWith(STAY);
    await page.getByRole('button', { name: 'Config', exact: true }).click();
    const editor = page.getByRole('textbox', { name: 'Config file' });
    await editor.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# not yet');
    await expect(editor).toContainText('# not yet');
    await expect(page.getByRole('button', { name: 'Discard' })).toBeVisible();
    await app.evaluate(({ app: electron }) => electron.quit());
    await expect.poll(asked).toEqual(['The config has changes that are not applied.']);
    expect((await running.snapshot()).status).toBe('running');
    await answerWith(QUIT);
    expect(await running.quit()).toBe(0);
  } finally {
    await running.close();
  }
});

test('quitting after looking at the Config editor, with nothing changed, does not ask', async () => {
  const config = `listen: { http: "127.0.0.1:${await freePort()}", https: "off", dns: "off" }\nserver: []\n`;
  const running = await startApp({ config });
  try {
    await running.app.evaluate(({ dialog }) => {
      dialog.showMessageBox = (() =>
        Promise.resolve({ response: 1, checkboxChecked: false })) as typeof dialog.showMessageBox;
    });
    await running.page.getByRole('button', { name: 'Config', exact: true }).click();
    await expect(running.page.getByRole('textbox', { name: 'Config file' })).toContainText('server');
    expect(await running.quit()).toBe(0); // asked, it would have stayed
  } finally {
    await running.close();
  }
});
