/**
 * `npm start`: builds what is stale, then runs the app, or, where there is no display, the engine alone.
 * Arguments after `--` go to what is run.
 */
import { existsSync } from 'node:fs';
import { ROOT, run, runNode, say } from './root.mjs';
import { hasApt, hasDisplay, installPackages, isRoot, missingLibraries, packagesOf } from './system.mjs';

/** CI and a set-up script agree to installs; a person is only told what to install. */
const mayInstall = () => Boolean(process.env.CI || process.env.MOGOLY_SETUP) && isRoot() && hasApt();

async function buildWhenStale() {
  const { buildAll, isFresh } = await import('./build.mjs');
  if (await isFresh()) return;
  say('building …');
  await buildAll();
}

/** @param {string[]} args */
function runHeadless(args) {
  say('There is no display here, so the engine runs without its window, as `mogoly run` does.');
  say('It prints the addresses it answers on; Ctrl+C ends it. In another terminal: node dist/cli.js status');
  return runNode('dist/cli.js', ['run', ...args]);
}

/** True when the executable can load all it needs. @param {string} executable */
async function haveLibraries(executable) {
  const missing = missingLibraries(executable);
  if (missing.length === 0) return true;
  const packages = packagesOf(missing);
  if (mayInstall() && (await installPackages(packages)) && missingLibraries(executable).length === 0) return true;
  say(`Electron cannot start: this machine lacks ${missing.join(', ')}.`);
  if (hasApt()) say(`Install them with: sudo apt-get install ${packages.join(' ')}`);
  say('Or run the engine without the window: node dist/cli.js run');
  return false;
}

/** @param {string[]} args */
async function runApp(args) {
  const { findElectron } = await import('./electron.mjs');
  const { executable } = await findElectron();
  if (!(await haveLibraries(executable))) return 1;
  // Chromium refuses its sandbox to root, and cannot have one where the helper is not root's own.
  const flags = process.platform === 'linux' && isRoot() ? ['--no-sandbox'] : [];
  return run(executable, [...flags, ROOT, ...args]);
}

async function start() {
  if (!existsSync(`${ROOT}/node_modules/vite`)) {
    say('The dependencies are not installed. Run: npm ci');
    return 1;
  }
  await buildWhenStale();
  const args = process.argv.slice(2);
  return hasDisplay() ? runApp(args) : runHeadless(args);
}

process.exitCode = await start().catch((error) => {
  say(`start: ${error.message}`);
  return 1;
});
