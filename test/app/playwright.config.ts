/** How the app's journeys run: one at a time (one display, one tray), a picture kept of what failed. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: fileURLToPath(new URL('../../test-results/app', import.meta.url)),
  // Pictures that are kept; the README shows some.
  snapshotPathTemplate: '{testDir}/looks/{arg}{ext}',
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 180_000,
  expect: { timeout: 60_000 },
  // The test script names a file for the counts it reads.
  reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] === undefined ? 'list' : [['list'], ['json']],
});
