/** How every screen looks in both themes, against pictures that are kept: on a canned engine, in the pinned runtime. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright';
import type { ElectronApplication, Page } from 'playwright';
import { expect, test } from 'playwright/test';
import { electronPath } from '../kit/electron.ts';
import { installApi, serveWindow, type CannedWindow } from '../renderer/harness.ts';
import { NOW, showcase, showcaseTraffic } from '../renderer/showcase.ts';

/** Another Chrome draws letters a little differently: the pictures are of this one. */
const PICTURED_CHROME = '114';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCREENS = ['Map', 'Sites', 'Traffic', 'Events', 'Names', 'Trust', 'Services', 'Config', 'Doctor', 'Settings'];

type Far = typeof globalThis & { far: CannedWindow };

let app: ElectronApplication;
let page: Page;
let folder = '';
let close = (): Promise<void> => Promise.resolve();
let origin = '';

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'mogoly-looks-'));
  ({ origin, close } = await serveWindow(path.join(ROOT, 'dist/renderer')));
  app = await _electron.launch({
    executablePath: electronPath(),
    args: ['--no-sandbox', `--user-data-dir=${folder}`, path.join(ROOT, 'test/kit/bare-window')],
  });
  page = await app.firstWindow();
  await page.addInitScript(stopClock, NOW);
  await page.addInitScript(installApi, showcase());
});
test.afterAll(async () => {
  await app.close();
  await close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs in the page: the same moment in every picture. */
function stopClock(now: number): void {
  const Real = Date;
  class Stopped extends Real {
    constructor(...given: [] | [number | string]) {
      super(given.length === 0 ? now : given[0]);
    }
    static override now(): number {
      return now;
    }
  }
  globalThis.Date = Stopped as DateConstructor;
}

for (const theme of ['light', 'dark'] as const) {
  for (const screen of SCREENS) {
    test(`${screen}, ${theme}`, async () => {
      const chrome = await page.evaluate(() => /Chrome\/(\d+)/.exec(navigator.userAgent)?.[1]);
      test.skip(chrome !== PICTURED_CHROME, `the pictures are of Chrome ${PICTURED_CHROME}, this is ${String(chrome)}`);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.goto(`${origin}/index.html`);
      await page
        .getByRole('navigation', { name: 'Screens' })
        .getByRole('button', { name: screen, exact: true })
        .click();
      await expect(page.locator('.stage [role="status"]', { hasText: '…' })).toHaveCount(0);
      // The doctor looks a while after the window is there.
      await expect(page.getByText('3 to mend')).toBeVisible();
      await page.evaluate((pushes) => pushes.forEach((globalThis as Far).far.push), showcaseTraffic());
      await page.evaluate(() => document.fonts.ready);
      await expect(page).toHaveScreenshot(`${screen.toLowerCase()}-${theme}.png`, { maxDiffPixelRatio: 0.01 });
    });
  }
}
