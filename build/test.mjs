/**
 * `npm test`: sets up what the tests need, then checks, builds, and runs every test. `npm test -- <part>` runs one of
 * setup, check, build, unit, app, package. Stops at the first part that fails; the last line counts the tests.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { ROOT, run, runNode, say } from './root.mjs';
import * as system from './system.mjs';

const RESULTS = `${ROOT}/test-results`;

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @type {Counts} */
const totals = { passed: 0, failed: 0, skipped: 0 };
/** One line for each failed test, told again at the end, where nobody has to look for it. @type {string[]} */
const failures = [];
/** One line for each skipped test, with its reason where its name does not say it. @type {string[]} */
const skips = [];
/** Why a suite cannot run here, by suite. @type {Map<string, string>} */
const unavailable = new Map();

/** Installs the Debian packages the tests use, or says which suites go without. */
async function setup() {
  const missing = system.missingPackages([
    ...system.ELECTRON_PACKAGES,
    ...system.DISPLAY_PACKAGES,
    ...system.CLIENT_PACKAGES,
    ...system.SERVER_PACKAGES,
    ...system.PACKAGE_PACKAGES,
  ]);
  if (missing.length > 0 && system.isRoot() && system.hasApt()) await system.installPackages(missing);
  else if (missing.length > 0) say(`not installed: ${missing.join(' ')} (sudo apt-get install …)`);
  return true;
}

/** Counts a suite as skipped, by name, where it cannot run. @param {string} suite @returns {Promise<string | undefined>} the executable */
async function electronForTests(suite) {
  if (process.platform === 'linux' && !system.hasDisplay() && !system.hasProgram('xvfb-run')) {
    unavailable.set(suite, 'there is no display and no xvfb-run');
    return undefined;
  }
  try {
    const { findElectron } = await import('./electron.mjs');
    const { executable } = await findElectron();
    const missing = system.missingLibraries(executable);
    if (missing.length === 0) return executable;
    unavailable.set(suite, `Electron lacks ${missing.join(', ')}`);
  } catch (error) {
    unavailable.set(suite, error instanceof Error ? error.message : String(error));
  }
  return undefined;
}

const check = async () => (await (await import('./check.mjs')).checkAll()).length === 0;

/** Vite leaves NODE_ENV=production behind, under which a dev server of the tests would not be one. */
async function build() {
  const { NODE_ENV } = process.env;
  await (await import('./build.mjs')).buildAll();
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  return true;
}

async function unit() {
  const report = `${RESULTS}/unit.json`;
  const reporters = ['default', 'json', './build/skip-report.mjs'].map((name) => `--reporter=${name}`);
  const args = ['run', ...reporters, `--outputFile.json=${report}`];
  const code = await runNode('node_modules/vitest/vitest.mjs', args);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = await readReport(report);
  for (const { name, assertionResults, message } of testResults) {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    for (const { fullName, failureMessages } of failed) noteFailure(name, fullName, failureMessages[0]);
    if (failed.length === 0 && message) noteFailure(name, 'does not load', message);
  }
  for (const { file, test, reason } of await readSkips()) noteSkip(file, test, reason);
  const skipped = numPendingTests + numTodoTests;
  return count(code, { passed: numPassedTests, failed: numFailedTests, skipped });
}

async function app() {
  const executable = await electronForTests('app');
  if (executable === undefined) {
    say(`not run: the app's suite (test/app): ${unavailable.get('app')}`);
    return count(0, { passed: 0, failed: 0, skipped: 1 });
  }
  const report = `${RESULTS}/app.json`;
  const playwright = [`${ROOT}/node_modules/playwright/cli.js`, 'test', '-c', 'test/app/playwright.config.ts'];
  const [command, ...args] = [...displayPrefix(), process.execPath, ...playwright];
  const env = { ...process.env, MOGOLY_ELECTRON: executable, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const code = await run(command, args, { env });
  const { stats, suites } = await readReport(report);
  noteSpecs(suites);
  return count(code, { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped });
}

/** Makes the Debian package and the AppImage, and installs, uses and removes them in a copy of this machine that is thrown away. */
async function packaged() {
  const executable = await electronForTests('package');
  const reason = unavailable.get('package') ?? system.noThrowAwayCopy();
  if (executable === undefined || reason !== undefined) {
    unavailable.set('package', reason ?? '');
    say(`not run: the installed package (test/package): ${reason}`);
    return count(0, { passed: 0, failed: 0, skipped: 1 });
  }
  if ((await runNode('build/pack.mjs', ['deb', 'AppImage'])) !== 0) return false;
  const report = `${RESULTS}/package.json`;
  const room = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--uts', '--mount-proc', 'bash'];
  const playwright = [`${ROOT}/node_modules/playwright/cli.js`, 'test', '-c', 'test/package/playwright.config.ts'];
  // Other users of the copy shall reach the display too.
  const inside = [...displayPrefix('-ac'), process.execPath, ...playwright];
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const code = await run('unshare', [...room, `${ROOT}/test/package/room.sh`, RESULTS, ...inside], { env });
  const { stats, suites } = await readReport(report);
  noteSpecs(suites);
  return count(code, { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped });
}

/** A virtual display and a session bus of their own, so that a tray can be shown and nothing of the user's is touched. */
/** @param {string[]} more options of Xvfb */
function displayPrefix(...more) {
  if (process.platform !== 'linux' || !system.hasProgram('xvfb-run')) return [];
  const bus = system.hasProgram('dbus-run-session') ? ['dbus-run-session', '--'] : [];
  return [...bus, 'xvfb-run', '-a', '-s', ['-screen 0 1440x900x24 -noreset', ...more].join(' ')];
}

/** What a runner wrote; one that broke before it could is a failed test. @param {string} file */
async function readReport(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    say(`no report in ${file.slice(ROOT.length + 1)}: the runner broke`);
    return {
      ...{ numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, testResults: [] },
      ...{ stats: { expected: 0, flaky: 0, unexpected: 1, skipped: 0 }, suites: [] },
    };
  }
}

/** @returns {Promise<import('./skip-report.mjs').Skip[]>} none where vitest broke before it could tell */
const readSkips = async () => JSON.parse(await readFile(`${RESULTS}/skipped.json`, 'utf8').catch(() => '[]'));

/** @typedef {{ error?: { message?: string } }} Result of Playwright's report */
/** @typedef {{ status: string, annotations: { type: string, description?: string }[], results: Result[] }} Test */
/** @typedef {{ ok: boolean, title: string, file: string, tests: Test[] }} Spec */
/** @typedef {{ specs?: Spec[], suites?: Suite[] }} Suite */
/** @param {Suite[]} suites */
function noteSpecs(suites) {
  for (const { specs = [], suites: inner = [] } of suites) {
    for (const { ok, title, file, tests } of specs) {
      const last = tests.at(-1);
      if (!ok) noteFailure(file, title, last?.results.at(-1)?.error?.message);
      if (last?.status !== 'skipped') continue;
      noteSkip(file, title, last.annotations.find(({ type }) => type === 'skip')?.description);
    }
    noteSpecs(inner);
  }
}

/** @param {string} file @param {string} test @param {string} [reason] */
const noteSkip = (file, test, reason) =>
  skips.push(`skipped: ${file}: ${test}${reason === undefined ? '' : `: ${reason}`}`);

const MESSAGE_SHOWN = 400;

/** @param {string} file @param {string} test @param {string} [message] */
function noteFailure(file, test, message = '') {
  const text = stripVTControlCharacters(message)
    .split(/\n\s+at /)[0]
    .replace(/\s+/g, ' ');
  failures.push(`failed: ${file.replace(`${ROOT}/`, '')}: ${test}: ${text.slice(0, MESSAGE_SHOWN)}`);
}

/** A runner that fails though no test did (a file that does not load) counts as one failure. @param {number} code @param {Counts} counts */
function count(code, counts) {
  totals.passed += counts.passed;
  totals.failed += code !== 0 && counts.failed === 0 ? 1 : counts.failed;
  totals.skipped += counts.skipped;
  return code === 0;
}

/** @type {Record<string, () => Promise<boolean>>} */
const PARTS = { setup, check, build, unit, app, package: packaged };

/** @param {string} name @returns {Promise<{ name: string, good: boolean, seconds: string }>} */
async function runPart(name) {
  say(`\n── ${name}`);
  const startedAt = Date.now();
  const failedBefore = totals.failed;
  const good = await PARTS[name]().catch((error) => {
    say(`${name}: ${error.message}`);
    return false;
  });
  if (!good && totals.failed === failedBefore) totals.failed += 1;
  return { name, good, seconds: ((Date.now() - startedAt) / 1_000).toFixed(1) };
}

async function main() {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) {
    say(`there is no part "${unknown}"; the parts are ${Object.keys(PARTS).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  await rm(RESULTS, { recursive: true, force: true });
  await mkdir(RESULTS, { recursive: true });
  const done = [];
  for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) {
    done.push(await runPart(name));
    if (!done.at(-1)?.good) break;
  }
  report(done);
}

/** @param {{ name: string, good: boolean, seconds: string }[]} done */
function report(done) {
  const good = done.every((part) => part.good);
  process.stdout.write(
    `\n${done.map((part) => `${part.good ? 'good  ' : 'FAILED'} ${part.name} (${part.seconds} s)`).join('\n')}\n`,
  );
  for (const line of [...skips, ...failures]) process.stdout.write(`${line}\n`);
  for (const [suite, reason] of unavailable) process.stdout.write(`not run: ${suite}: ${reason}\n`);
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
  process.exitCode = good ? 0 : 1;
}

await main();
