/** What is read inside the app's processes: how late the event loop is, and how evenly frames come. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Node's own default. */
const TICK_MS = 10;

/** @typedef {{ p50: number, p99: number, max: number }} Loop in milliseconds */
/** @typedef {{ perSecond: number, longestMs: number }} Frames */

/** Follows the main process's event loop until the returned call. @param {import('playwright').ElectronApplication} app */
export async function followLoop(app) {
  await app.evaluate((_electron, resolution) => {
    const { monitorEventLoopDelay: monitor } = /** @type {NodeModule} */ (process.mainModule).require(
      'node:perf_hooks',
    );
    const histogram = monitor({ resolution });
    histogram.enable();
    Object.assign(globalThis, { benchLoop: histogram });
  }, TICK_MS);
  return () =>
    app.evaluate(() => {
      const { benchLoop } = /** @type {{ benchLoop: import('node:perf_hooks').IntervalHistogram }} */ (
        /** @type {unknown} */ (globalThis)
      );
      benchLoop.disable();
      return { p50: benchLoop.percentile(50) / 1e6, p99: benchLoop.percentile(99) / 1e6, max: benchLoop.max / 1e6 };
    });
}

/** The same in this process, which only waits. @returns {() => Loop} */
export function idleLoop() {
  const histogram = monitorEventLoopDelay({ resolution: TICK_MS });
  histogram.enable();
  return () => {
    histogram.disable();
    return { p50: histogram.percentile(50) / 1e6, p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 };
  };
}

/** Counts the page's frames until the returned call. @param {import('playwright').Page} page */
export async function followFrames(page) {
  await page.evaluate(() => {
    const bench = { began: performance.now(), last: performance.now(), frames: 0, longestMs: 0 };
    const frame = () => {
      const now = performance.now();
      bench.longestMs = Math.max(bench.longestMs, now - bench.last);
      bench.last = now;
      bench.frames += 1;
      window.requestAnimationFrame(frame);
    };
    window.requestAnimationFrame(frame);
    Object.assign(globalThis, { benchFrames: bench });
  });
  return () =>
    page.evaluate(() => {
      const { benchFrames } =
        /** @type {{ benchFrames: { began: number, last: number, frames: number, longestMs: number } }} */ (
          /** @type {unknown} */ (globalThis)
        );
      const { began, last, frames, longestMs } = benchFrames;
      return { perSecond: (frames * 1_000) / (last - began), longestMs };
    });
}
