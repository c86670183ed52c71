/** `npm run bench`: the side-by-side benchmark of test/peers/bench, on a fresh build. Arguments after `--` go to it. */
import { buildAll, isFresh } from './build.mjs';
import { runNode, say } from './root.mjs';

try {
  if (!(await isFresh())) await buildAll();
  process.exitCode = await runNode('test/peers/bench/run.mjs', process.argv.slice(2));
} catch (error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
