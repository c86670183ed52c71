/** Measuring peers in turn, A B C A B C …, so that what slows the machine down slows all of them. */
import { cpuPerRequest, median, pairedRatio } from '../measure.mjs';

/** @typedef {import('../stage.mjs').RunningPeer} RunningPeer */
/** @typedef {import('../measure.mjs').Load & { cpuUs: number }} Sample */

/**
 * @param {import('../stage.mjs').Options} options
 * @param {RunningPeer[]} peers
 * @param {(peer: RunningPeer, seconds: number) => Promise<import('../measure.mjs').Load>} work
 * @returns {Promise<Map<string, Sample[]>>} each peer's samples, one a round
 */
export async function takeRounds({ rounds, seconds, warmUpSeconds }, peers, work) {
  for (const peer of peers) await work(peer, warmUpSeconds);
  /** @type {Map<string, Sample[]>} */
  const samples = new Map(peers.map((peer) => [peer.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) samples.get(peer.name)?.push(await cpuPerRequest(peer, () => work(peer, seconds)));
    const line = [...samples].map(([name, each]) => `${name} ${each.at(-1)?.cpuUs.toFixed(1)}`).join('  ');
    console.log(`  round ${round + 1}/${rounds}, µs per request: ${line}`);
  }
  return samples;
}

/**
 * The table of a CPU comparison, and the bars it decides.
 * @param {Map<string, Sample[]>} samples
 * @param {{ unit: string, limits: Map<string, number>, what: string }} options limits: at most so many times that peer
 */
export function compare(samples, { unit, limits, what }) {
  const cpu = new Map([...samples].map(([name, each]) => [name, each.map(({ cpuUs }) => cpuUs)]));
  const ours = cpu.get('mogoly');
  const rows = [...samples].map(([name, each]) => {
    const own = cpu.get(name) ?? [];
    return [
      name,
      median(own).toFixed(1),
      `${Math.min(...own).toFixed(1)}–${Math.max(...own).toFixed(1)}`,
      ours ? pairedRatio(ours, own).toFixed(2) : '–',
      Math.round(median(each.map(({ perSecond }) => perSecond))).toLocaleString('en'),
      String(each.reduce((sum, { errors }) => sum + errors, 0)),
    ];
  });
  const bars = [...limits].flatMap(([name, limit]) => {
    const theirs = cpu.get(name);
    return ours && theirs
      ? [{ what: `${what} against ${name}`, value: pairedRatio(ours, theirs), limit, unit: '×' }]
      : [];
  });
  return { columns: ['peer', `CPU ${unit}`, 'range', 'mogoly ÷ it', 'per second', 'failed'], rows, bars };
}
