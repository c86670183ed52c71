/**
 * `npm run dev`: rebuilds what changes and starts the app again. The window is served by the app itself, under the same
 * content security policy as in the product, so a whole rebuild stands in for hot reloading. Needs a display.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { build } from 'vite';
import { copyIcons } from './build.mjs';
import { findElectron } from './electron.mjs';
import { ROOT, say } from './root.mjs';
import { isRoot } from './system.mjs';
import { builds } from './vite.mjs';

/** Parts often change together; the app starts once for all of them. */
const RESTART_DELAY_MS = 300;
const NEEDED = ['main.cjs', 'preload.cjs', 'renderer/index.html'];

await mkdir(`${ROOT}/dist`, { recursive: true });
await copyIcons();
const { executable } = await findElectron();

/** @type {import('node:child_process').ChildProcess | undefined} */
let app;
/** @type {NodeJS.Timeout | undefined} */
let timer;
/** @type {import('rolldown').RolldownWatcher[]} */
const watchers = [];

function restart() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (!NEEDED.every((name) => existsSync(`${ROOT}/dist/${name}`))) return;
    if (app === undefined) return launch();
    app.removeAllListeners('exit');
    app.once('exit', launch);
    app.kill();
  }, RESTART_DELAY_MS);
}

function launch() {
  say('starting the app');
  const flags = process.platform === 'linux' && isRoot() ? ['--no-sandbox'] : [];
  app = spawn(executable, [...flags, ROOT], { stdio: 'inherit' });
  app.once('exit', (code) => void stop(code ?? 0));
}

/** @param {number} code */
async function stop(code) {
  await Promise.all(watchers.map((watcher) => watcher.close()));
  process.exit(code);
}

const { main, preload, renderer } = builds();
for (const config of [main, preload, renderer]) {
  const watcher = /** @type {import('rolldown').RolldownWatcher} */ (
    await build({ ...config, build: { ...config.build, watch: {} } })
  );
  watchers.push(watcher);
  watcher.on('event', (event) => {
    if (event.code === 'BUNDLE_END') restart();
    if (event.code === 'ERROR') say(event.error.message);
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    if (app === undefined) void stop(0);
    else app.kill();
  });
}
