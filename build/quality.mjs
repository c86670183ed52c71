/**
 * `node build/quality.mjs`: writes docs/quality.md, what we promise and how far we are: the figures from the last full
 * benchmark (test/peers/bench/results.md), and beside every other promise the tests that keep it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { PROMISES } from './quality-promises.mjs';
import { ROOT, say } from './root.mjs';

export const FILE = 'docs/quality.md';
const RESULTS = 'test/peers/bench/results.md';

/** @typedef {import('./quality-promises.mjs').Promised} Promised */

/** The document, from the figures and the promises as they are. @returns {Promise<string>} */
export async function qualityDocument() {
  const results = readFileSync(`${ROOT}/${RESULTS}`, 'utf8');
  const bars = barsOf(results);
  const missed = bars.filter((row) => row.at(-1)?.includes('miss'));
  const open = PROMISES.flatMap(({ rows }) => rows.filter(({ open: why }) => why !== undefined));
  const text = [
    '# What we promise, and how far we are',
    '',
    `Made by \`node build/quality.mjs\`. Figures are those of the last full \`npm run bench\`, on this machine: ${machineOf(results)}.`,
    'Every other row is kept by the tests it names, which `npm test` runs.',
    '',
    '## Missed',
    '',
    ...(missed.length + open.length === 0 ? ['Nothing.'] : []),
    ...(missed.length > 0
      ? table(
          ['what', 'measured', 'bar'],
          missed.map((row) => row.slice(0, 3)),
        )
      : []),
    '',
    ...open.map(({ what, open: why }) => `- **${what}**: ${why}`),
    '',
    '## Speed',
    '',
    `\`npm run bench\` runs the peers and us in turn and writes [results.md](../${RESULTS}), with every peer's figures, versions and set-up.`,
    '',
    ...table(['what', 'measured', 'bar', ''], bars),
    '',
    ...plot('sites.svg', 'CPU by request as the number of sites grows, beside Caddy, nginx and HAProxy'),
    ...plot('connections.svg', 'CPU by request as the number of connections grows, beside the peers'),
    ...PROMISES.flatMap(section),
  ].join('\n');
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(`${ROOT}/${FILE}`)), parser: 'markdown' });
}

/** The rows of its table of bars, without their padding. @param {string} results */
function barsOf(results) {
  const [, after = ''] = results.split('\n## Bars\n');
  const [bars = ''] = after.split('\n## ');
  const rows = bars.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** @param {string} results */
const machineOf = (results) => /^(\d{4}-\d{2}-\d{2} · .*) · made by/m.exec(results)?.[1] ?? 'unknown';

/** @param {string} name @param {string} what */
const plot = (name, what) => (existsSync(`${ROOT}/docs/plots/${name}`) ? [`![${what}](plots/${name})`, ''] : []);

/** @param {{ title: string, rows: Promised[] }} part */
function section({ title, rows }) {
  const lines = rows.map(({ what, figure, tests }) => [
    what,
    figure ?? '',
    tests.map((file) => `[${file.replace(/^test\//, '')}](../${file})`).join(', '),
  ]);
  return [`## ${title}`, '', ...table(['what', 'figure', 'shown by'], lines), ''];
}

/** @param {string[]} columns @param {string[][]} rows */
function table(columns, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(`${ROOT}/${FILE}`, await qualityDocument());
  say(`wrote ${FILE}`);
}
