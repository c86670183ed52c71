/** `npm run check`: the compiler, the linter and the formatter, at once; each prints only what it finds. */
import { pathToFileURL } from 'node:url';
import { runNode, say } from './root.mjs';

const CHECKS = {
  tsc: ['node_modules/typescript/bin/tsc', ['--noEmit', '-p', '.']],
  eslint: ['node_modules/eslint/bin/eslint.js', ['-c', 'build/eslint.config.mjs', '--max-warnings', '0', '.']],
  prettier: ['node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']],
};

/** @returns {Promise<string[]>} the checks that failed */
export async function checkAll() {
  const failed = [];
  await Promise.all(
    Object.entries(CHECKS).map(async ([name, [script, args]]) => {
      if ((await runNode(script, args)) !== 0) failed.push(name);
    }),
  );
  say(failed.length === 0 ? 'check: types, lint and format are good' : `check: failed: ${failed.join(', ')}`);
  return failed;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = (await checkAll()).length === 0 ? 0 : 1;
}
