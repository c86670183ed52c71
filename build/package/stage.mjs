/** What only the package has: the entry that tells the CLI from the app, and the CLI as CommonJS, which the archive wants. */
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { leaveOut } from '../leave-out.mjs';
import { ROOT } from '../root.mjs';

export const STAGE = `${ROOT}/dist/packaged`;

const ENTRIES = { entry: `${ROOT}/electron/main/entry.ts`, cli: `${ROOT}/electron/cli/process.ts` };

/** The CLI for a plain Node, which cannot read the archive. electron-builder leaves out of that what it takes from elsewhere, so it is a copy. */
export const PLAIN_CLI = `${ROOT}/release/.cli`;
/** Of dist/, what only the app has. */
const APP_ONLY = ['main.cjs', 'preload.cjs', 'renderer', 'icons', 'packaged', '.built'];

async function stagePlain() {
  await rm(PLAIN_CLI, { recursive: true, force: true });
  const isWanted = (/** @type {string} */ file) => {
    const [first] = path.relative(`${ROOT}/dist`, file).split(path.sep);
    return !file.endsWith('.map') && !APP_ONLY.includes(first);
  };
  await cp(`${ROOT}/dist`, `${PLAIN_CLI}/dist`, { recursive: true, filter: isWanted });
  await cp(`${ROOT}/package.json`, `${PLAIN_CLI}/package.json`);
}

/** Makes both folders anew. */
export async function stage() {
  await stagePlain();
  await rm(STAGE, { recursive: true, force: true });
  await mkdir(STAGE, { recursive: true });
  for (const [name, input] of Object.entries(ENTRIES)) {
    const bundle = await rolldown({
      input,
      platform: 'node',
      external: ['electron', 'bufferutil', 'utf-8-validate'],
      plugins: [leaveOut()],
      logLevel: 'silent',
      transform: { target: 'node18' },
    });
    const chunks = { entryFileNames: `${name}.cjs`, chunkFileNames: `${name}/[name]-[hash].cjs` };
    await bundle.write({
      dir: STAGE,
      format: 'cjs',
      minify: { compress: true, mangle: false, codegen: true },
      ...chunks,
    });
    await bundle.close();
  }
}
