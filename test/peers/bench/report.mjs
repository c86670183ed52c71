/** Turns what was measured into tables, on the terminal and in results.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { findCommand } from './parts.mjs';
import { ROOT } from './peers.mjs';

/** @typedef {{ what: string, value: number, limit: number, unit: string, atLeast?: boolean }} Bar */
/** @typedef {{ title: string, note: string, columns: string[], rows: string[][], bars: Bar[], plot?: import('./plot.mjs').Plot }} Section */

/** @param {Bar} bar */
export function passes({ value, limit, atLeast }) {
  return atLeast ? value >= limit : value <= limit;
}

/** @param {Section} section @returns {string} */
export function sectionText({ title, note, columns, rows }) {
  return [`## ${title}`, '', note, '', ...table(columns, rows), ''].join('\n');
}

/** @param {Bar[]} bars @returns {string} */
export function barsText(bars) {
  const rows = bars.map((bar) => [
    bar.what,
    `${figure(bar.value)} ${bar.unit}`,
    `${bar.atLeast ? '≥' : '≤'} ${Number(bar.limit.toFixed(2))} ${bar.unit}`,
    passes(bar) ? 'pass' : '**miss**',
  ]);
  return ['## Bars', '', ...table(['what', 'measured', 'bar', ''], rows), ''].join('\n');
}

/** @param {string[]} failures @returns {string} */
export function failuresText(failures) {
  return failures.length ? ['## Not measured', '', ...failures.map((failure) => `- ${failure}`), ''].join('\n') : '';
}

/** @param {import('./peers.mjs').Peer[]} peers @param {import('./stage.mjs').Options} options */
export function headText(peers, options) {
  return [
    '# Side by side',
    '',
    `${new Date().toISOString().slice(0, 10)} · ${machine()} · made by \`npm run bench\``,
    '',
    `The proxy is pinned to one core; the backend (nginx, a constant small reply) and the load generator share another. Peers take`,
    `turns: ${options.rounds} rounds of ${options.seconds} s each after a warm-up. Figures are medians; a ratio is the median of each round's ratio.`,
    `CPU time is user and system time from \`/proc\`, so that a busy machine shifts the throughput but hardly the cost.`,
    '',
    `Versions: ${versions()}.`,
    '',
    'Each peer at its best:',
    '',
    ...peers.map(({ name, note }) => `- **${name}**: ${note}`),
    '',
  ].join('\n');
}

/** @param {string[]} columns @param {string[][]} rows */
function table(columns, rows) {
  const widths = columns.map((column, i) => Math.max(3, column.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return columns.length ? [line(columns), rule, ...rows.map(line)] : [];
}

/** @param {number} value */
function figure(value) {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

function machine() {
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GiB, Linux ${release()}`;
}

function versions() {
  const own = [
    `node ${process.version.slice(1)}`,
    `undici ${packageVersion('undici')}`,
    `http-proxy ${packageVersion('http-proxy')}`,
    `portless ${packageVersion('portless')}`,
  ];
  const commands = [
    commandVersion('caddy', ['version'], /v?(\d+\.\d+\.\d+)/),
    commandVersion('nginx', ['-v'], /nginx\/([\d.]+)/),
    commandVersion('haproxy', ['-v'], /version ([\d.]+)/),
    commandVersion('wrk', ['-v'], /(\d+\.\d+\.\d+)/),
    commandVersion('h2load', ['--version'], /nghttp2\/([\d.]+)/),
    commandVersion('dnsmasq', ['--version'], /version ([\d.]+)/),
  ];
  return [...own, ...commands.filter(Boolean)].join(', ');
}

/** @param {string} name */
function packageVersion(name) {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** @param {string} command @param {string[]} args @param {RegExp} pattern */
function commandVersion(command, args, pattern) {
  const path = findCommand(command);
  if (!path) return undefined;
  // Some say it on standard error, and wrk exits with 1 after saying it.
  const said = execFileSync('sh', ['-c', '"$0" "$@" 2>&1 || :', path, ...args], { encoding: 'utf8' });
  return `${command} ${pattern.exec(said)?.[1] ?? '?'}`;
}
