/** Whether the app's memory stays flat under load: what its processes hold, read again and again, and the slope of it. */
import { setTimeout as wait } from 'node:timers/promises';
import { residentMb } from '../measure.mjs';

/** A shorter run says nothing about a slope. */
export const SHORTEST_SECONDS = 60;
const STEPS = 10;
const MIB = 1024 * 1024;

/** After a collection of garbage, in MiB. @typedef {{ minute: number, mainHeap: number, windowHeap: number, resident: number }} MemorySample */

/** Reads at equal steps until the time is over. @param {import('./app-window.mjs').StartedApp} started @param {number} seconds @returns {Promise<MemorySample[]>} */
export async function followMemory(started, seconds) {
  if (seconds < SHORTEST_SECONDS) return [];
  const began = performance.now();
  const cdp = await started.page.context().newCDPSession(started.page);
  await cdp.send('Performance.enable');
  /** @type {MemorySample[]} */
  const samples = [];
  for (let step = 1; step <= STEPS; step += 1) {
    await wait(Math.max(0, began + (step * seconds * 1_000) / STEPS - performance.now()));
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    const windowHeap = (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / MIB;
    const sample = {
      minute: (performance.now() - began) / 60_000,
      mainHeap: (await mainHeap(started.app)) / MIB,
      windowHeap,
      resident: residentMb(started.pid),
    };
    samples.push(sample);
    console.log(`  ${line(sample)}`);
  }
  await cdp.detach();
  return samples;
}

/** @param {MemorySample} sample */
export const line = ({ minute, mainHeap: main, windowHeap, resident }) =>
  `${minute.toFixed(1)} min: heap of main ${main.toFixed(1)}, of the window ${windowHeap.toFixed(1)}, resident ${resident.toFixed(0)} MiB`;

/** @param {import('playwright').ElectronApplication} app @returns {Promise<number>} bytes */
function mainHeap(app) {
  return app.evaluate(async () => {
    const { Session } = /** @type {NodeModule} */ (process.mainModule).require('node:inspector');
    const session = new Session();
    session.connect();
    await new Promise((resolve) => void session.post('HeapProfiler.collectGarbage', resolve));
    session.disconnect();
    return process.memoryUsage().heapUsed;
  });
}

/** By least squares, of the later half: before, lists and caches fill. @param {MemorySample[]} samples @param {(sample: MemorySample) => number} of @returns {number} MiB a minute */
export function slope(samples, of) {
  const late = samples.slice(samples.length >> 1);
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const minutes = mean(late.map(({ minute }) => minute));
  const height = mean(late.map(of));
  const over = late.reduce((sum, sample) => sum + (sample.minute - minutes) * (of(sample) - height), 0);
  return over / late.reduce((sum, sample) => sum + (sample.minute - minutes) ** 2, 0);
}
