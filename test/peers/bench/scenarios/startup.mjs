/** From starting the process to the first request that gets through. */
import { median } from '../measure.mjs';

export const name = 'startup';
/** @type {string[]} */
export const needs = [];

const LIMIT_MS = 400;
const STARTS = 10;
const QUICK_STARTS = 3;

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const starts = stage.options.rounds < 5 ? QUICK_STARTS : STARTS;
  /** @type {Map<string, number[]>} */
  const taken = new Map();
  for (let round = 0; round < starts; round++) {
    for (const peer of stage.peers()) {
      const began = performance.now();
      await stage.start(peer);
      taken.set(peer.name, [...(taken.get(peer.name) ?? []), performance.now() - began]);
      await stage.clear();
    }
  }
  const ours = taken.get('mogoly');
  return {
    title: `Start until the first answered request, median of ${starts}`,
    note: 'A fresh home folder each time; asked every 5 ms.',
    columns: ['peer', 'ms', 'range'],
    rows: [...taken].map(([peer, each]) => [
      peer,
      median(each).toFixed(0),
      `${Math.min(...each).toFixed(0)}–${Math.max(...each).toFixed(0)}`,
    ]),
    bars: ours ? [{ what: 'mogoly run ready to serve', value: median(ours), limit: LIMIT_MS, unit: 'ms' }] : [],
  };
}
