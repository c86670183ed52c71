/** What is read inside the app's processes: how late the event loop is, and how evenly frames come. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Node's own default. */
const TICK_MS = 10;

/** @typedef {{ p50: number, p99: number, max: number }} Loop in milliseconds */
/** `dropped`: share of the display's beats without a frame. @typedef {{ perSecond: number, beatMs: number, p99Ms: number, longestMs: number, dropped: number }} Frames */

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

/** Times the page's frames until the returned call. @param {import('playwright').Page} page */
export async function followFrames(page) {
  await page.evaluate(() => {
    /** @type {number[]} */
    const at = [];
    const frame = (/** @type {number} */ now) => {
      at.push(now);
      window.requestAnimationFrame(frame);
    };
    window.requestAnimationFrame(frame);
    Object.assign(globalThis, { benchFrames: at });
  });
  return async () =>
    framesOf(
      await page.evaluate(
        () => /** @type {{ benchFrames: number[] }} */ (/** @type {unknown} */ (globalThis)).benchFrames,
      ),
    );
}

/**
 * Of the times at which frames began. The display's own beat is the usual gap; a gap of three beats dropped two frames.
 * Both a frame too late and the one right after it, which is early, are one beat each.
 * @param {number[]} at @returns {Frames}
 */
export function framesOf(at) {
  const gaps = at.slice(1).map((now, index) => now - (at[index] ?? 0));
  const sorted = [...gaps].sort((a, b) => a - b);
  const beatMs = sorted[sorted.length >> 1] ?? 0;
  const dropped = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / beatMs) - 1), 0);
  return {
    perSecond: (gaps.length * 1_000) / ((at.at(-1) ?? 0) - (at[0] ?? 0)),
    beatMs,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    longestMs: sorted.at(-1) ?? 0,
    dropped: dropped / (gaps.length + dropped),
  };
}
