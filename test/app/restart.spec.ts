import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';

test('after a quit and a start on the same home the window shows the same screen and site', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mogoly-again-'));
  const backend = await startBackend();
  const site = (name: string): string => `{ name: ${name}, url: "${backend.url}" }`;
  const config = `listen: { http: "127.0.0.1:${await freePort()}", https: "off", dns: "off" }\nserver: [${site('one.test')}, ${site('two.test')}]\n`;
  const first = await startApp({ home, config });
  try {
    await first.page.getByRole('button', { name: 'Sites' }).click();
    await first.page.getByRole('region', { name: 'Sites' }).getByText('two.test').first().click();
    await expect(first.page.getByRole('heading', { name: 'two.test' })).toBeVisible();
    expect(await first.quit()).toBe(0);
    const again = await startApp({ home });
    try {
      await expect(again.page.getByRole('heading', { name: 'two.test' })).toBeVisible();
      await expect(again.page.getByRole('button', { name: 'Sites', exact: true })).toHaveAttribute(
        'aria-current',
        'page',
      );
      expect(again.pageErrors).toEqual([]);
    } finally {
      await again.close();
    }
  } finally {
    await backend.close();
    await rm(home, { recursive: true, force: true });
  }
});
