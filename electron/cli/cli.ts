/**
 * Starts the `mogoly` command: runs the bundle beside it with the code that V8 made of it when it was built, so that
 * nothing is compiled at start-up. Another Node does not take that code and compiles the bundle itself.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

type CommonJs = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  folder: string,
  importModule: (url: string) => Promise<unknown>,
) => void;

/**
 * As Node wraps a CommonJS file, and one more: code that was kept cannot import() by itself in Node 20, so the build has
 * a middleware of the user's own imported by this.
 */
const WRAPPER = ['(function (exports, require, module, __filename, __dirname, importModule) {', '\n})'] as const;

const filename = fileURLToPath(new URL('./cli/mogoly.cjs', import.meta.url));

function readCode(): Buffer | undefined {
  try {
    return readFileSync(`${filename}.code`);
  } catch {
    return undefined; // built without: compiled now
  }
}

const script = new Script(WRAPPER[0] + readFileSync(filename, 'latin1') + WRAPPER[1], {
  filename,
  cachedData: readCode(),
});
const module = { exports: {} };
(script.runInThisContext() as CommonJs)(
  module.exports,
  createRequire(filename),
  module,
  filename,
  dirname(filename),
  (url) => import(/* @vite-ignore */ url),
);
