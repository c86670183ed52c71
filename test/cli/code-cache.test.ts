/** The built command starts from the code that V8 kept of it, and without that code as well. */
import { execFile } from 'node:child_process';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildCli } from '../kit/cli.ts';
import type { BuiltCli } from '../kit/cli.ts';
import { tempHome } from '../kit/temp-home.ts';

let built: BuiltCli;
let bundle: string;
let code: string;

beforeAll(async () => {
  built = await buildCli();
  bundle = join(dirname(built.path), 'cli', 'mogoly.cjs');
  code = `${bundle}.code`;
});
afterAll(() => built.remove());

async function keepCode(): Promise<void> {
  const maker = (await import(new URL('../../build/code-cache.mjs', import.meta.url).href)) as {
    keepCode: (dist: string) => Promise<void>;
  };
  await maker.keepCode(dirname(built.path));
}

/** Says on standard error whether V8 took the kept code back. */
const TELL = `
  import vm from 'node:vm';
  import { syncBuiltinESMExports } from 'node:module';
  vm.Script = class extends vm.Script {
    constructor(...args) { super(...args); console.error('rejected: ' + this.cachedDataRejected); }
  };
  syncBuiltinESMExports();`;

const start = () =>
  promisify(execFile)(process.execPath, [
    '--import',
    `data:text/javascript,${encodeURIComponent(TELL)}`,
    built.path,
    '--version',
  ]);

it('compiles the bundle where no code was kept', async () => {
  await rm(code, { force: true });
  expect(await start()).toEqual({ stdout: '0.1.0\n', stderr: 'rejected: undefined\n' });
});

it('takes the code back that was kept of it', async () => {
  await keepCode();
  expect(await start()).toEqual({ stdout: '0.1.0\n', stderr: 'rejected: false\n' });
});

it('imports a middleware of the user from the code that was kept', async () => {
  await keepCode();
  const home = tempHome();
  await writeFile(join(home, 'mine.mjs'), 'export default () => (exchange, next) => next();');
  await writeFile(
    join(home, 'mogoly.yaml'),
    'server:\n  - { name: a.local, url: "http://127.0.0.1:9", middlewares: [{ name: ./mine.mjs }, { name: ./none.mjs }] }\n',
  );
  const check = promisify(execFile)(process.execPath, [built.path, 'check', join(home, 'mogoly.yaml')]);
  const { stdout } = (await check.catch((error: unknown) => error)) as { stdout: string };
  expect(stdout).toContain('none.mjs is not there');
  expect(stdout).not.toContain('mine.mjs');
});

it('compiles a bundle that is not the one the code was kept of', async () => {
  await keepCode();
  await appendFile(bundle, '\n// changed');
  expect(await start()).toEqual({ stdout: '0.1.0\n', stderr: 'rejected: true\n' });
});

it('compiles the bundle where the kept code is broken', async () => {
  await writeFile(code, 'not what V8 wrote');
  expect(await start()).toEqual({ stdout: '0.1.0\n', stderr: 'rejected: true\n' });
});
