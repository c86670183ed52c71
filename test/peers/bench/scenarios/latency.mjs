/** Latency a proxy adds at a constant 1,000 requests a second, against going straight to the backend. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { h2load, median, quantile, removeFolder } from '../measure.mjs';
import { HOST } from '../peers.mjs';

export const name = 'latency';
export const needs = ['h2load'];

const CONNECTIONS = 10;
const RATE_PER_CONNECTION = 100;
/** Each connection starts one millisecond later in its 10 ms than the one before: a steady stream, no bursts of ten. */
const STAGGER = ['-r', '1', '--rate-period=11ms'];
/** Added at the median, in milliseconds. */
const LIMIT_MS = 0.3;

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const ports = new Map([['straight', stage.backendPort]]);
  for (const peer of stage.peers()) ports.set(peer.name, (await stage.start(peer)).place.port);
  /** @type {Map<string, { p50: number, p99: number }[]>} */
  const samples = new Map([...ports.keys()].map((each) => [each, []]));
  for (const port of ports.values()) await latencies(port, stage.options.warmUpSeconds);
  for (let round = 0; round < stage.options.rounds; round++) {
    for (const [peer, port] of ports) {
      const all = await latencies(port, stage.options.seconds);
      samples.get(peer)?.push({ p50: median(all), p99: quantile(all, 0.99) });
    }
  }
  const straight = samples.get('straight') ?? [];
  /** @param {{ p50: number }[]} each */
  const added = (each) => median(each.map(({ p50 }, round) => p50 - (straight[round]?.p50 ?? 0)));
  const ours = samples.get('mogoly');
  return {
    title: '1,000 requests a second, open loop, 10 connections (h2load --rps)',
    note: 'Milliseconds from sending a request to its whole answer.',
    columns: ['peer', 'p50', 'p99', 'added p50'],
    rows: [...samples].map(([peer, each]) => [
      peer,
      median(each.map(({ p50 }) => p50)).toFixed(3),
      median(each.map(({ p99 }) => p99)).toFixed(3),
      added(each).toFixed(3),
    ]),
    bars: ours
      ? [{ what: 'median latency added at 1,000 requests a second', value: added(ours), limit: LIMIT_MS, unit: 'ms' }]
      : [],
  };
}

/** @param {number} port @param {number} seconds @returns {Promise<number[]>} ms of each request */
async function latencies(port, seconds) {
  const dir = mkdtempSync(join(tmpdir(), 'mogoly-latency-'));
  const log = join(dir, 'requests.tsv');
  try {
    await h2load(`http://${HOST}:${port}/`, [
      ...['--h1', '-t', '1', '-c', String(CONNECTIONS), `--rps=${RATE_PER_CONNECTION}`, ...STAGGER],
      ...[
        '-n',
        String(CONNECTIONS * RATE_PER_CONNECTION * seconds),
        `--connect-to=127.0.0.1:${port}`,
        `--log-file=${log}`,
      ],
    ]);
    // Each line: start in µs, status, duration in µs.
    return readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number(line.split('\t')[2]) / 1_000);
  } finally {
    removeFolder(dir);
  }
}
