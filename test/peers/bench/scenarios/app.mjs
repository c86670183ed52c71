/** The window under load: the built app with Traffic open while 3,000 requests a second pass through it. */
import { h2load, residentMb } from '../measure.mjs';
import { HOST } from '../peers.mjs';
import { setTimeout as wait } from 'node:timers/promises';
import { cpuShare, launchTimed, openScreen, startApp, startDisplay } from './app-window.mjs';
import { followMemory, line, slope } from './app-memory.mjs';
import { followFrames, followLoop, idleLoop } from './app-probes.mjs';

export const name = 'app';
export const needs = ['h2load', 'Xvfb'];
/** There is nobody to compare with. */
export const mogolyOnly = true;

const RATE = 3_000;
const CONNECTIONS = 30;
/** Fills the lists of the engine and of the window, so that the memory measured next is that of a window in use. */
const WARM_UP_SECONDS = 5;
/** At least; `--seconds 600` makes it the ten minutes in which memory must stay flat. */
const LOAD_SECONDS = 8;
/**
 * The doctor's first look is over then, and so are the garbage collections that V8 makes of what the start left, half a
 * minute after it; looks for dev servers, one each ten seconds, are in it.
 */
const IDLE_AFTER_SECONDS = 45;
const IDLE_SECONDS = 30;
/** Of what is reachable, in MiB a minute; a list that grew with the requests would show 100 times as much. */
const HEAP_SLOPE = 1;
const LAUNCHES = 5;
const QUICK_LAUNCHES = 3;
const PATHS = ['/', '/api/items?page=1', '/api/items/17', '/assets/app.css', '/assets/app.js', '/login'];

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const display = await startDisplay(stage);
  const launches = stage.options.rounds < 5 ? QUICK_LAUNCHES : LAUNCHES;
  const usableMs = await launchTimed(stage, display, launches);
  const started = await startApp(stage, display);
  try {
    await openScreen(started, 'Map');
    await wait(IDLE_AFTER_SECONDS * 1_000);
    const idle = await cpuShare(started.pid, IDLE_SECONDS);
    await openScreen(started, 'Traffic');
    const busy = await underLoad(stage, started);
    return section({ usableMs, idle, ...busy });
  } finally {
    await started.close();
  }
}

/** @param {import('../stage.mjs').Stage} stage @param {import('./app-window.mjs').StartedApp} started */
async function underLoad(stage, started) {
  const seconds = Math.max(LOAD_SECONDS, stage.options.seconds);
  await load(started.port, WARM_UP_SECONDS);
  const beforeMb = residentMb(started.pid);
  const [frames, loop, beside] = await Promise.all([followFrames(started.page), followLoop(started.app), idleLoop()]);
  const cpu = cpuShare(started.pid, seconds);
  const [sent, memory] = await Promise.all([load(started.port, seconds), followMemory(started, seconds)]);
  const measured = {
    frames: await frames(),
    loop: await loop(),
    beside: beside(),
    listed: await listed(started.page),
    cpu: await cpu,
    memory,
  };
  return { ...measured, sent, beforeMb, afterMb: residentMb(started.pid), seconds };
}

/** @param {number} port @param {number} seconds */
function load(port, seconds) {
  return h2load(`http://${HOST}:${port}${PATHS[0]}`, [
    ...['--h1', '-c', String(CONNECTIONS), '-m', '1', '-t', '1', '-D', String(seconds)],
    ...['--rps', String(RATE / CONNECTIONS), `--connect-to=127.0.0.1:${port}`],
    ...PATHS.slice(1).map((path) => `http://${HOST}:${port}${path}`),
  ]);
}

/** What the list says of itself: how many it holds, and how many it was never told. @param {import('playwright').Page} page */
const listed = (page) => page.locator('.traffic-count').allTextContents();

/**
 * @param {{ usableMs: number, idle: number, cpu: number, seconds: number, sent: import('../measure.mjs').Load,
 *   beforeMb: number, afterMb: number, memory: import('./app-memory.mjs').MemorySample[], listed: string[], frames: import('./app-probes.mjs').Frames,
 *   loop: import('./app-probes.mjs').Loop, beside: import('./app-probes.mjs').Loop }} result
 * @returns {import('../report.mjs').Section}
 */
function section({
  usableMs,
  idle,
  cpu,
  seconds,
  sent,
  beforeMb,
  afterMb,
  memory,
  listed: said,
  frames,
  loop,
  beside,
}) {
  const ms = (/** @type {number} */ value) => `${value.toFixed(1)} ms`;
  return {
    title: `The app's window, Traffic open, ${RATE} requests a second for ${seconds} s`,
    note:
      'Electron under Xvfb, drawn without a GPU, on all cores; load and backend on core 0. Event loops are read from ' +
      "Node's own histogram, its tick of 10 ms included; the process beside it does nothing, and shows what the machine itself adds.",
    columns: ['what', 'value'],
    rows: [
      ['requests answered, a second', sent.perSecond.toFixed(0)],
      ['requests failed', String(sent.errors)],
      ['main process, event loop p50 / p99 / longest', [loop.p50, loop.p99, loop.max].map(ms).join(' / ')],
      ['an idle process beside it, p50 / p99 / longest', [beside.p50, beside.p99, beside.max].map(ms).join(' / ')],
      ['frames a second', frames.perSecond.toFixed(1)],
      ['the display beats every', ms(frames.beatMs)],
      ['from frame to frame, p99 / longest', [frames.p99Ms, frames.longestMs].map(ms).join(' / ')],
      ['beats without a frame', `${(frames.dropped * 100).toFixed(2)} %`],
      ['the list says', said.join(', ')],
      ['CPU of all its processes under load', `${(cpu * 100).toFixed(0)} %`],
      ['resident memory before / after', `${beforeMb.toFixed(0)} / ${afterMb.toFixed(0)} MiB`],
      ...memory.map((sample) => ['after garbage collection', line(sample)]),
    ],
    bars: [
      { what: 'app: event loop p99 of the main process under load', value: loop.p99, limit: 20, unit: 'ms' },
      { what: 'app: Traffic under load', value: frames.perSecond, limit: 58, unit: 'frames/s', atLeast: true },
      ...memoryBars(memory),
      { what: 'app: window usable after launch', value: usableMs, limit: 2_000, unit: 'ms' },
      { what: 'app: idle with the Map open', value: idle * 100, limit: 0.5, unit: '% of a core' },
    ],
  };
}

/** @param {import('./app-memory.mjs').MemorySample[]} memory @returns {import('../report.mjs').Bar[]} */
function memoryBars(memory) {
  if (memory.length === 0) return [];
  const heaps = slope(memory, ({ mainHeap, windowHeap }) => mainHeap + windowHeap);
  return [{ what: 'app: heaps of main and window under load', value: heaps, limit: HEAP_SLOPE, unit: 'MiB/min' }];
}
