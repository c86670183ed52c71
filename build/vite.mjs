/** What is built from what: one Vite config for each part of dist/. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import react from '@vitejs/plugin-react';
import { leaveOut } from './leave-out.mjs';
import { ROOT } from './root.mjs';

const BUILTINS = [...builtinModules, ...builtinModules.map((name) => `node:${name}`)];
/** What ws and the client of Redis take where it is installed; we ship without. */
const OPTIONAL = ['bufferutil', 'utf-8-validate', '@opentelemetry/api', '@node-rs/xxhash'];

const SHEBANG = '#!/usr/bin/env node';

/** Electron 25 carries Node 18.15 and Chrome 114: the oldest runtime the app is tested on. */
const NODE_TARGET = 'node18';
const CHROME_TARGET = 'chrome114';

/** The entries of dist/, by the name of the part. */
export const ENTRIES = {
  main: 'electron/main/main.ts',
  preload: 'electron/preload/preload.ts',
  cli: 'electron/cli/cli.ts',
  mogoly: 'electron/cli/process.ts',
  engine: 'electron/engine/index.ts',
  renderer: 'renderer/index.html',
};

/** @param {Record<string, string>} input @param {import('rolldown').OutputOptions} output @returns {import('vite').InlineConfig} */
function nodeBundle(input, output) {
  return {
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    plugins: [leaveOut()],
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir: `${ROOT}/dist`,
      emptyOutDir: false,
      copyPublicDir: false,
      target: NODE_TARGET,
      sourcemap: true,
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: { input, external: ['electron', ...BUILTINS, ...OPTIONAL], output },
    },
  };
}

/** One CommonJS file: ES modules in the main process and in a sandboxed preload need a later Electron. @param {'main' | 'preload'} name */
const commonJs = (name) =>
  nodeBundle(
    { [name]: `${ROOT}/${ENTRIES[name]}` },
    { format: 'cjs', entryFileNames: `${name}.cjs`, codeSplitting: false },
  );

/** Names are kept, so that a stack trace can be read; what is gained is less to read at start-up. */
const MINIFY = { compress: true, mangle: false, codegen: true };

/** Text of one byte a letter: read as it lies on disk, and half as large in memory. @returns {import('vite').Plugin} */
const ascii = () => ({
  name: 'mogoly-ascii',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
    }
  },
});

/** @param {string} unit one UTF-16 code unit; as good in a string, a template or a pattern as the letter itself */
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const IMPORT = 'import(/* @vite-ignore */ url)';

/** electron/cli/cli.ts imports for the kept code what that cannot import itself. @returns {import('vite').Plugin} */
const importByLoader = () => ({
  name: 'mogoly-import-by-loader',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('middleware/custom-module.ts')) return undefined;
    if (!code.includes(IMPORT)) throw new Error(`${id} no longer has ${IMPORT}`);
    return { code: code.replace(IMPORT, 'importModule(url)'), map: null };
  },
});

/** All that the command can do, as one script whose compiled code is kept (build/code-cache.mjs). */
function program() {
  const config = nodeBundle(
    { mogoly: `${ROOT}/${ENTRIES.mogoly}` },
    { format: 'cjs', entryFileNames: 'cli/[name].cjs', codeSplitting: false, minify: MINIFY },
  );
  config.plugins?.push(importByLoader(), ascii());
  return config;
}

/** What starts the command, and the library, which loads its rarer parts when they are needed. */
function modules() {
  const hasShebang = readFileSync(`${ROOT}/${ENTRIES.cli}`, 'utf8').startsWith(SHEBANG);
  return nodeBundle(
    { cli: `${ROOT}/${ENTRIES.cli}`, engine: `${ROOT}/${ENTRIES.engine}` },
    {
      format: 'es',
      entryFileNames: '[name].js',
      chunkFileNames: 'engine/[name]-[hash].js',
      postBanner: (chunk) => (chunk.isEntry && chunk.name === 'cli' && !hasShebang ? SHEBANG : ''),
      minify: MINIFY,
    },
  );
}

/** @returns {import('vite').InlineConfig} */
export function rendererConfig() {
  return {
    configFile: false,
    root: `${ROOT}/renderer`,
    base: './',
    logLevel: 'error',
    plugins: [react()],
    build: {
      outDir: `${ROOT}/dist/renderer`,
      emptyOutDir: true,
      target: CHROME_TARGET,
      sourcemap: true,
      reportCompressedSize: false,
      // The window's CSP takes fonts and images from files only, never from data: addresses.
      assetsInlineLimit: 0,
      // Only ever read from disk, so one large chunk costs nothing on the wire.
      chunkSizeWarningLimit: 2_000,
      modulePreload: { polyfill: false },
    },
  };
}

/** Every build, by name. */
export const builds = () => ({
  main: commonJs('main'),
  preload: commonJs('preload'),
  program: program(),
  modules: modules(),
  renderer: rendererConfig(),
});
