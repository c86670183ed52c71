/** Starts the built app under a display of its own, free of the benchmark's pinning, and tells when it can be used. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { _electron } from 'playwright';
import { findElectron } from '../../../../build/electron.mjs';
import { cpuMs, LOAD_CORE, median, startPinned } from '../measure.mjs';
import { mogolyConfig, ROOT } from '../peers.mjs';

/** Read before the benchmark pins itself: the app has several processes, and gets every core. */
const CORES = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
const DISPLAY_TIMEOUT_MS = 20_000;
/** After the window opened, before it counts as idle. */
const SETTLE_MS = 3_000;

/** @typedef {{ app: import('playwright').ElectronApplication, page: import('playwright').Page, pid: number, port: number,
 *   usableMs: number, close: () => Promise<void> }} StartedApp */

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<string>} the name of the display */
export async function startDisplay(stage) {
  const { dir } = await stage.place('display');
  const args = ['-displayfd', '1', '-screen', '0', '1440x900x24', '-noreset', '-nolisten', 'tcp'];
  const running = stage.adopt(startPinned('Xvfb', { command: 'Xvfb', args }, LOAD_CORE, dir));
  const deadline = performance.now() + DISPLAY_TIMEOUT_MS;
  while (running.alive() && performance.now() < deadline) {
    const number = /^(\d+)$/m.exec(running.output())?.[1];
    if (number !== undefined) return `:${number}`;
    await wait(20);
  }
  throw new Error(`Xvfb gave no display; it said:\n${running.output()}`);
}

/** The median time from starting the process until its window shows the engine. @param {import('../stage.mjs').Stage} stage @param {string} display @param {number} launches */
export async function launchTimed(stage, display, launches) {
  const taken = [];
  for (let launch = 0; launch < launches; launch += 1) {
    const started = await startApp(stage, display);
    taken.push(started.usableMs);
    await started.close();
  }
  console.log(`  window usable after ${taken.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  return median(taken);
}

/** @param {import('../stage.mjs').Stage} stage @param {string} display @returns {Promise<StartedApp>} */
export async function startApp(stage, display) {
  const place = await stage.place('app');
  const home = join(place.dir, 'home');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(join(home, 'mogoly.yaml'), JSON.stringify(mogolyConfig(place)));
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const executablePath = unpinned(place.dir, (await findElectron()).executable);
  const began = performance.now();
  const app = await _electron.launch({
    executablePath,
    args: [...flags, `--user-data-dir=${join(home, 'chromium')}`, ROOT],
    // Without a session bus nothing of the user's desktop is touched.
    env: { ...stringsOf(process.env), MOGOLY_HOME: home, DISPLAY: display, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
    cwd: ROOT,
  });
  const page = await app.firstWindow();
  await page.getByRole('button', { name: /^(Stop|Start) routing$/ }).waitFor();
  const usableMs = performance.now() - began;
  return { app, page, pid: app.process().pid ?? 0, port: place.port, usableMs, close: () => app.close() };
}

/** Playwright puts its own arguments first, so that what undoes the pinning is a script in front. @param {string} dir @param {string} executable */
function unpinned(dir, executable) {
  const script = join(dir, 'electron.sh');
  writeFileSync(script, `#!/bin/sh\nexec taskset -c '${CORES}' '${executable}' "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}

/** @param {NodeJS.ProcessEnv} env @returns {Record<string, string>} */
const stringsOf = (env) =>
  Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

/** @param {StartedApp} started @param {string} screen */
export async function openScreen({ page }, screen) {
  await page.getByRole('button', { name: screen, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: screen }).waitFor({ state: 'attached' });
  await wait(SETTLE_MS);
}

/** CPU time of a process and its children, as a share of one core. @param {number} pid @param {number} seconds */
export async function cpuShare(pid, seconds) {
  const [began, before] = [performance.now(), cpuMs(pid)];
  await wait(seconds * 1_000);
  return (cpuMs(pid) - before) / (performance.now() - began);
}
