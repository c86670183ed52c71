/** How things are measured: processes pinned to a core, their CPU time, and the load generators. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findCommand } from './parts.mjs';

/** The proxy has one core for itself; backend, load generator and this script share the other. */
export const PROXY_CORE = '1';
export const LOAD_CORE = '0';

/** The kernel counts CPU time in ticks of 10 ms (USER_HZ is 100 on every Linux that Node runs on). */
const TICK_MS = 10;
/** A sample with more of the core taken by others is disturbed. */
const STRANGERS_SHARE = 0.05;
/** So often a disturbed sample is tried; then the machine is simply busy. */
const MAX_TAKES = 4;
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;

/** @typedef {{ name: string, pid: number, output: () => string, alive: () => boolean, stop: () => Promise<void> }} Running */

/**
 * Starts a process pinned to one core, its output kept in a file.
 * @param {string} name @param {import('./peers.mjs').Launch} launch @param {string} core @param {string} dir
 * @returns {Running}
 */
export function startPinned(name, launch, core, dir) {
  mkdirSync(dir, { recursive: true });
  const logFile = join(dir, 'output.log');
  const log = openSync(logFile, 'a');
  const command = findCommand(launch.command) ?? launch.command;
  const child = spawn('taskset', ['-c', core, command, ...launch.args], {
    cwd: dir,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...launch.env },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return {
    name,
    pid: child.pid ?? 0,
    output: () => readFileSync(logFile, 'utf8').slice(-2_000),
    alive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

/**
 * Asks a port until it answers 200; throws with the process's output when it ends or stays silent.
 * @param {Running} running @param {number} port @param {{ host: string, intervalMs?: number, timeoutMs?: number }} options
 */
export async function untilServing(running, port, { host, intervalMs = 5, timeoutMs = START_TIMEOUT_MS }) {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (!running.alive()) break;
    if ((await statusOf(port, host)) === 200) return;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
  throw new Error(`${running.name} does not serve on port ${port}; it said:\n${running.output()}`);
}

/** @param {number} port @param {string} host @returns {Promise<number | undefined>} */
export function statusOf(port, host, path = '/') {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false, headers: { host } }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
    request.setTimeout(2_000, () => request.destroy());
  });
}

/** CPU time of a process and its descendants so far, all threads, user and system. @param {number} pid */
export function cpuMs(pid) {
  return processTree(pid).reduce((sum, each) => sum + ticksOf(each) * TICK_MS, 0);
}

/** @param {number} pid @returns {number} */
function ticksOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name may hold spaces and parentheses: count fields from the last ")"; utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** @param {number} pid @returns {number[]} */
function processTree(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

/** Resident memory of a process and its descendants, in MiB. @param {number} pid */
export function residentMb(pid) {
  return processTree(pid).reduce((sum, each) => {
    const status = readFileSync(`/proc/${each}/status`, 'utf8');
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }, 0);
}

/** @param {string} command @param {string[]} args @returns {Promise<string>} standard output; it runs on the load core */
export function runLoad(command, args) {
  return new Promise((resolve, reject) => {
    execFile(
      'taskset',
      ['-c', LOAD_CORE, findCommand(command) ?? command, ...args],
      { maxBuffer: 1 << 26 },
      (error, out, err) => {
        if (error) reject(new Error(`${command} failed: ${err || error.message}`));
        else resolve(out);
      },
    );
  });
}

/** @typedef {{ requests: number, errors: number, perSecond: number }} Load */

/**
 * @param {number} port @param {{ host: string, seconds: number, connections?: number, script?: string, args?: string[] }} options
 * @returns {Promise<Load>}
 */
export async function wrk(port, { host, seconds, connections = 32, script, args = [] }) {
  const out = await runLoad('wrk', [
    ...['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-H', `Host: ${host}`],
    ...(script ? ['-s', script] : []),
    `http://127.0.0.1:${port}/`,
    ...(args.length ? ['--', ...args] : []),
  ]);
  const number = (/** @type {RegExp} */ pattern) => Number(pattern.exec(out)?.[1] ?? 0);
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(out)?.slice(1) ?? [];
  return {
    requests: number(/(\d+) requests in/),
    errors: number(/Non-2xx or 3xx responses: (\d+)/) + socketErrors.reduce((sum, each) => sum + Number(each), 0),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
  };
}

/**
 * @param {string} url @param {string[]} args
 * @returns {Promise<Load>}
 */
export async function h2load(url, args) {
  const out = await runLoad('h2load', [...args, url]);
  const done = /requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded/.exec(out);
  const good = /status codes: (\d+) 2xx/.exec(out);
  if (!done) throw new Error(`h2load said nothing to read:\n${out.slice(-800)}`);
  const requests = Number(done[1]);
  return {
    requests,
    errors: requests - Math.min(Number(done[2]), Number(good?.[1] ?? 0)),
    perSecond: Number(/finished in [^,]+, ([\d.]+) req\/s/.exec(out)?.[1] ?? 0),
  };
}

/** CPU time spent on a core by anyone, idle, interrupts and the hypervisor's share left out. @param {string} core */
function coreMs(core) {
  const fields =
    new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? [];
  const [user = 0, nice = 0, system = 0] = fields;
  return (user + nice + system) * TICK_MS;
}

/**
 * CPU time a process spends per unit of work. A sample during which strangers took more than STRANGERS_SHARE of the
 * proxy's core is taken again, for they cost it its caches; of MAX_TAKES disturbed ones the least disturbed counts.
 * @template {Load} L
 * @param {Running} running @param {() => Promise<L>} work
 * @returns {Promise<L & { cpuUs: number, strangers: number }>} µs per request, and the strangers' share of the core
 */
export async function cpuPerRequest(running, work) {
  let best;
  for (let take = 0; take < MAX_TAKES; take++) {
    const sample = await takeSample(running, work);
    if (!best || sample.strangers < best.strangers) best = sample;
    if (best.strangers <= STRANGERS_SHARE) break;
  }
  return /** @type {L & { cpuUs: number, strangers: number }} */ (best);
}

/** @template {Load} L @param {Running} running @param {() => Promise<L>} work */
async function takeSample(running, work) {
  const began = performance.now();
  const [own, core] = [cpuMs(running.pid), coreMs(PROXY_CORE)];
  const load = await work();
  const spentMs = cpuMs(running.pid) - own;
  const strangers = Math.max(0, coreMs(PROXY_CORE) - core - spentMs) / (performance.now() - began);
  if (load.requests === 0) throw new Error(`${running.name}: no request was answered; it said:\n${running.output()}`);
  if (load.errors > 0) console.error(`  ${running.name}: ${load.errors} of ${load.requests} requests failed`);
  return { ...load, cpuUs: (spentMs * 1_000) / load.requests, strangers };
}

/** @param {number} count @returns {Promise<number[]>} ports nobody listens on */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((/** @type {(server: import('node:net').Server) => void} */ resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** @param {number[]} values @returns {number} NaN of none */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** @param {number[]} values @param {number} share 0.99 for p99 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/**
 * The ratio of two series taken in turn: the median of each round's ratio, so that a slow minute weighs on both.
 * @param {number[]} ours @param {number[]} theirs
 */
export function pairedRatio(ours, theirs) {
  return median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

/** @param {string} dir */
export function removeFolder(dir) {
  rmSync(dir, { recursive: true, force: true });
}
