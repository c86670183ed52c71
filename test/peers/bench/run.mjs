/**
 * The side-by-side benchmark: npm run bench -- [--only mogoly,caddy] [--scenario http1,latency] [--rounds N] [--seconds N] [--quick]
 * A full run writes results.md; a partial one only prints. Exits 1 when a bar is missed, 2 when it could not be run.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LOAD_CORE } from './measure.mjs';
import { ensureCommands } from './parts.mjs';
import { PEERS, ROOT } from './peers.mjs';
import { drawPlot } from './plot.mjs';
import { barsText, failuresText, headText, passes, sectionText } from './report.mjs';
import { setStage } from './stage.mjs';

const SCENARIO_NAMES = [
  'http1',
  'http2',
  'latency',
  'startup',
  'body',
  'websocket',
  'handshake',
  'dns',
  'many-sites',
  'scale',
  'app',
  'soak',
];
const SCENARIOS = await Promise.all(SCENARIO_NAMES.map((name) => import(`./scenarios/${name}.mjs`)));

/** The curves, for the docs. */
const PLOTS = join(ROOT, 'docs/plots');

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    scenario: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

const full = !values.only && !values.scenario && !values.quick;
const options = {
  rounds: Number(values.rounds ?? (values.quick ? 3 : 7)),
  seconds: Number(values.seconds ?? (values.quick ? 1 : 3)),
  warmUpSeconds: values.quick ? 1 : 3,
  only: values.only?.split(','),
};

async function main() {
  const chosen = SCENARIOS.filter(({ name, mogolyOnly, onlyWhenAsked }) =>
    values.scenario ? values.scenario.split(',').includes(name) : !onlyWhenAsked && (!mogolyOnly || wants('mogoly')),
  );
  const problem = findProblem(chosen);
  if (problem) {
    console.error(problem);
    return 2;
  }
  if (wants('mogoly') && !existsSync(join(ROOT, 'dist/cli.js'))) {
    console.log('dist/cli.js is not there: building');
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  }
  const peers = PEERS.filter(({ name }) => wants(name));
  const needed = [
    'taskset',
    'openssl',
    'nginx',
    ...peers.flatMap(({ needs }) => needs),
    ...chosen.flatMap(({ needs }) => needs),
  ];
  const missing = ensureCommands([...new Set(needed)]);
  if (['taskset', 'openssl', 'nginx'].some((command) => missing.includes(command))) return 2;

  execFileSync('taskset', ['-a', '-c', '-p', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
  const { sections, failures } = await measure(
    chosen.filter(({ needs }) => !needs.some((/** @type {string} */ need) => missing.includes(need))),
    missing,
  );
  const bars = sections.flatMap((section) => section.bars);
  const parts = [headText(peers, options), barsText(bars), failuresText(failures), ...sections.map(sectionText)];
  const text = parts.filter((part) => part !== '').join('\n');
  console.log(`\n${text}`);
  if (full) writeFileSync(join(dirname(fileURLToPath(import.meta.url)), 'results.md'), text);
  if (!values.only && !values.quick) drawPlots(sections);
  if (missing.length > 0 || failures.length > 0) return 2;
  return bars.every(passes) ? 0 : 1;
}

/** @param {import('./report.mjs').Section[]} sections */
function drawPlots(sections) {
  mkdirSync(PLOTS, { recursive: true });
  for (const { plot } of sections) if (plot) writeFileSync(join(PLOTS, plot.file), drawPlot(plot));
}

/** @param {string} peer */
function wants(peer) {
  return options.only?.includes(peer) ?? true;
}

/** @param {{ name: string }[]} chosen @returns {string | undefined} why nothing can be measured */
function findProblem(chosen) {
  const strangers = options.only?.filter((name) => !PEERS.some((peer) => peer.name === name)) ?? [];
  if (strangers.length > 0)
    return `no such peer: ${strangers.join(', ')}; there are ${PEERS.map(({ name }) => name).join(', ')}`;
  if (chosen.length === 0) return `no such scenario; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`;
  if (process.platform !== 'linux') return 'the benchmark reads /proc and pins with taskset: it runs on Linux';
  if (availableParallelism() < 2) return 'the benchmark needs two cores: one for the proxy, one for the load';
  return undefined;
}

/** @param {{ name: string, run: (stage: import('./stage.mjs').Stage) => Promise<import('./report.mjs').Section | import('./report.mjs').Section[]> }[]} chosen @param {string[]} missing */
async function measure(chosen, missing) {
  const stage = await setStage(options, missing);
  const sections = [];
  /** @type {string[]} */
  const failures = [];
  try {
    for (const scenario of chosen) {
      console.log(`${scenario.name}:`);
      try {
        sections.push(await scenario.run(stage));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        console.error(`  ${why}`);
        failures.push(`${scenario.name}: ${why.split('\n', 1)[0]}`);
      }
      await stage.clear();
    }
  } finally {
    await stage.close();
  }
  return { sections: sections.flat(), failures };
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
