/** CPU time per byte of big bodies, each way, and the memory they take. */
import { residentMb, runLoad } from '../measure.mjs';
import { HOST } from '../peers.mjs';
import { BIG_FILE_BYTES } from '../stage.mjs';
import { compare, takeRounds } from './rounds.mjs';

export const name = 'body';
export const needs = ['curl'];

const MIB = BIG_FILE_BYTES / 1024 ** 2;
const LIMITS = new Map([['caddy', 1.2]]);
/** Growth that the garbage collector's slack and the pools explain. */
const GROWTH_MIB = 64;

/** @typedef {import('../stage.mjs').RunningPeer} RunningPeer */

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section[]>} */
export async function run(stage) {
  const down = await measure(stage, 'download', stage.backendPort, (port) => curl(port, ['/files/big']));
  await stage.clear();
  const echoPort = await stage.startEcho();
  const up = await measure(stage, 'upload', echoPort, (port) =>
    curl(port, ['/', '-X', 'POST', '-H', 'Expect:', '-T', stage.bigFile]),
  );
  return [down, up];
}

/**
 * @param {import('../stage.mjs').Stage} stage @param {string} way @param {number} backendPort
 * @param {(port: number) => Promise<number>} transfer gives the seconds it took
 */
async function measure(stage, way, backendPort, transfer) {
  /** @type {RunningPeer[]} */
  const running = [];
  for (const peer of stage.peers()) running.push(await stage.start(peer, backendPort));
  /** @type {Map<string, number>} */
  const warm = new Map();
  const samples = await takeRounds(stage.options, running, async (peer) => {
    const seconds = await transfer(peer.place.port);
    if (!warm.has(peer.name)) warm.set(peer.name, residentMb(peer.pid));
    return { requests: MIB, errors: 0, perSecond: MIB / seconds };
  });
  const { columns, rows, bars } = compare(samples, { unit: 'µs/MiB', limits: LIMITS, what: `${way}, CPU per byte` });
  const growth = (/** @type {RunningPeer} */ peer) => residentMb(peer.pid) - (warm.get(peer.name) ?? 0);
  const ours = running.find((peer) => peer.name === 'mogoly');
  return {
    title: `A body of 1 GiB, ${way} (curl)`,
    note: 'Per second in MiB; growth is resident memory after all rounds less that after the first body.',
    columns: [...columns, 'growth, MiB'],
    rows: rows.map((row, i) => [
      ...row,
      running
        .slice(i, i + 1)
        .map((peer) => growth(peer).toFixed(0))
        .join(''),
    ]),
    bars: [
      ...bars,
      ...(ours
        ? [{ what: `memory grown by ${way}s of 1 GiB`, value: growth(ours), limit: GROWTH_MIB, unit: 'MiB' }]
        : []),
    ],
  };
}

/** @param {number} port @param {string[]} request path, then curl's flags @returns {Promise<number>} seconds */
async function curl(port, [path = '/', ...flags]) {
  const out = await runLoad('curl', [
    ...['-sS', '--fail', '-o', '/dev/null', '-H', `Host: ${HOST}`, '-w', '%{time_total}', ...flags],
    `http://127.0.0.1:${port}${path}`,
  ]);
  return Number(out);
}
