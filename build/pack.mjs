/**
 * `npm run pack`: packages the built app into release/. With the official Electron, every format of this platform; with
 * the stand-in runtime of a closed network, the unpacked app (and what `npm run pack -- tar.gz deb` names).
 */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buildAll, isFresh } from './build.mjs';
import { packConfig } from './electron-builder.mjs';
import { findElectron } from './electron.mjs';
import { writeAppImageTools } from './package/appimage-tools.mjs';
import { stage, STAGE } from './package/stage.mjs';
import { ROOT, say } from './root.mjs';
import { hasProgram } from './system.mjs';

/** Formats that electron-builder makes with 7-Zip. */
const ARCHIVES = ['tar.gz', 'zip', '7z'];

/** electron-builder's own tools come from a place a closed network does not reach; Debian's do as well. @param {string[]} targets @param {string} folder for some of them */
async function useLocalTools(targets, folder) {
  const archive = targets.find((name) => ARCHIVES.includes(name));
  if (archive !== undefined && !hasProgram('7za')) throw new Error(`${archive} needs 7za: apt-get install p7zip-full`);
  process.env.ELECTRON_BUILDER_7ZIP_PATH ??= '/usr/bin/7za';
  process.env.ELECTRON_BUILDER_COMPRESSION_LEVEL ??= '1';
  process.env.CUSTOM_FPM_PATH ??= `${ROOT}/build/fpm.mjs`;
  if (targets.includes('AppImage')) process.env.APPIMAGE_TOOLS_PATH ??= await writeAppImageTools(folder);
}

/** A copy of the runtime without the shim: electron-builder puts the app in its place. @param {string} executable */
async function copyRuntime(executable) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mogoly-electron-'));
  const source = path.dirname(executable);
  await cp(source, folder, { recursive: true, filter: (file) => file !== path.join(source, 'resources', 'app') });
  return folder;
}

/** Leads to the launcher in the app; npm and git would not carry a link whose end is not there. */
async function commandLink() {
  const link = `${STAGE}/command`;
  await rm(link, { force: true });
  await symlink('/opt/Mogoly/resources/bin/mogoly', link);
  return link;
}

async function pack() {
  if (!(await isFresh())) await buildAll();
  await stage();
  const { build } = await import('electron-builder');
  const electron = { ...(await findElectron()), link: await commandLink() };
  const targets = process.argv.slice(2);
  if (electron.official) {
    await build({ config: packConfig(electron, targets.length > 0 ? targets : undefined), publish: 'never' });
    return;
  }
  say(`packaging with the stand-in Electron ${electron.version}: good for tests, not for shipping`);
  const tools = await mkdtemp(path.join(os.tmpdir(), 'mogoly-tools-'));
  const distribution = await copyRuntime(electron.executable);
  try {
    await useLocalTools(targets, tools);
    const config = packConfig({ ...electron, distribution }, targets.length > 0 ? targets : ['dir']);
    await build({ config, linux: targets.length > 0 ? targets : ['dir'], publish: 'never' });
  } finally {
    for (const folder of [tools, distribution]) await rm(folder, { recursive: true, force: true });
  }
}

const startedAt = Date.now();
await pack().then(
  () => say(`packed into release/ in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`),
  (error) => {
    say(`pack: ${error.message}`);
    process.exitCode = 1;
  },
);
