/** `npm run build`: makes dist/ from the sources. */
import { access, chmod, cp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { readdirSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { keepCode } from './code-cache.mjs';
import { ROOT, say } from './root.mjs';

const STAMP = `${ROOT}/dist/.built`;
/** What dist/ depends on. */
const SOURCES = ['electron', 'renderer', 'shared', 'build', 'package-lock.json', 'package.json'];

/** Newest change under a path, in milliseconds since 1970. @param {string} path @returns {number} */
function newest(path) {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

/** Whether dist/ was made from the sources as they are. */
export async function isFresh() {
  const stamp = await stat(STAMP).catch(() => undefined);
  return stamp !== undefined && SOURCES.every((path) => newest(`${ROOT}/${path}`) <= stamp.mtimeMs);
}

/** @param {Record<string, string>} entries */
async function requireEntries(entries) {
  const missing = [];
  for (const path of Object.values(entries)) {
    await access(`${ROOT}/${path}`).catch(() => missing.push(path));
  }
  if (missing.length > 0) throw new Error(`cannot build, there is no ${missing.join(', ')}`);
}

/** Copies the icons the running app reads. Also used by the dev script. */
export async function copyIcons() {
  await mkdir(`${ROOT}/dist/icons`, { recursive: true });
  await cp(`${ROOT}/build/icons/512x512.png`, `${ROOT}/dist/icons/icon.png`);
  const trayFiles = readdirSync(`${ROOT}/build/icons`).filter((name) => name.startsWith('tray-'));
  await Promise.all(trayFiles.map((name) => cp(`${ROOT}/build/icons/${name}`, `${ROOT}/dist/icons/${name}`)));
}

/** Builds everything; rejects with the first error. */
export async function buildAll() {
  const startedAt = Date.now();
  const [{ build }, { builds, ENTRIES }] = await Promise.all([import('vite'), import('./vite.mjs')]);
  await requireEntries(ENTRIES);
  await rm(`${ROOT}/dist`, { recursive: true, force: true });
  await mkdir(`${ROOT}/dist`);
  await Promise.all([...Object.values(builds()).map((config) => build(config)), copyIcons()]);
  await chmod(`${ROOT}/dist/cli.js`, 0o755);
  await keepCode(`${ROOT}/dist`);
  await writeFile(STAMP, `${new Date(startedAt).toISOString()}\n`);
  say(`built dist/ in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildAll().catch((error) => {
    say(`build: ${error.message}`);
    process.exitCode = 1;
  });
}
