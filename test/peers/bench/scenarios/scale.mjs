/** How the cost of a request grows with the number of sites and of connections: two series, each a table and a plot. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, residentMb, startPinned, PROXY_CORE, untilServing, wrk } from '../measure.mjs';
import { HOST } from '../peers.mjs';
import { takeRounds } from './rounds.mjs';
import { MANY_SITES } from './scale-configs.mjs';

export const name = 'scale';
export const needs = ['wrk'];

const SITES = [1, 10, 100, 1_000, 10_000];
const CONNECTIONS = [1, 10, 100, 1_000];
/** As hosts.lua asks for them in turn, at most so many: an afternoon's sites. */
const BUSY_SITES = 100;
/** Curves need many points, each of which may be less sure than a bar's. */
const PACE = { rounds: 3, seconds: 1, warmUpSeconds: 1 };
/** Before its first sample a proxy has run for this long, and one that then answers nothing has no point. */
const TRIAL_SECONDS = 2;
/** Some take long to read 10,000 sites. */
const START_TIMEOUT_MS = 120_000;
const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'hosts.lua');

/** @typedef {import('../stage.mjs').Stage} Stage */
/** @typedef {import('../report.mjs').Section} Section */
/** @typedef {{ cpuUs: number, perSecond: number, memory: number, errors: number }} Point */
/** @typedef {Map<string, Map<number, Point>>} Curves by peer, by the number on the x axis */

/** @param {Stage} stage @returns {Promise<Section[]>} */
export async function run(stage) {
  const bySites = await siteCurves(stage);
  await stage.clear();
  const byConnections = await connectionCurves(stage);
  return [
    section(bySites, {
      title: 'As sites grow',
      note: `32 connections; requests ask for up to ${BUSY_SITES} of the sites in turn. CPU in µs by request / memory in MiB; – where not one was answered in ${TRIAL_SECONDS} s.`,
      axis: 'sites',
      file: 'sites.svg',
      cell: ({ cpuUs, memory }) => `${cpuUs.toFixed(1)} / ${memory.toFixed(0)}`,
    }),
    section(byConnections, {
      title: 'As connections grow',
      note: 'One site, keep-alive connections (wrk). CPU in µs by request / requests a second.',
      axis: 'connections',
      file: 'connections.svg',
      cell: ({ cpuUs, perSecond }) => `${cpuUs.toFixed(1)} / ${Math.round(perSecond).toLocaleString('en')}`,
    }),
  ];
}

/** @param {Stage} stage @returns {Promise<Curves>} */
async function siteCurves(stage) {
  const peers = stage.peers(({ name: peer }) => MANY_SITES.has(peer));
  /** @type {Curves} */
  const curves = new Map(peers.map((peer) => [peer.name, new Map()]));
  for (const sites of SITES) {
    const hosts = Array.from({ length: sites }, (_, i) => `site-${i}.test`);
    const running = [];
    for (const { name: peer } of peers) running.push(await startWith(stage, peer, hosts));
    const asked = String(Math.min(sites, BUSY_SITES));
    await takePoints(curves, sites, running, (port, seconds) =>
      wrk(port, { host: HOST, seconds, script: SCRIPT, args: [asked] }),
    );
    await stage.clear();
  }
  return curves;
}

/** @param {Stage} stage @param {string} peer @param {string[]} hosts */
async function startWith(stage, peer, hosts) {
  const place = await stage.place(`${peer}-${hosts.length}`);
  const launch = MANY_SITES.get(peer)?.(place, hosts);
  if (!launch) throw new Error(`no config of many sites for ${peer}`);
  const running = stage.adopt(startPinned(peer, launch, PROXY_CORE, place.dir));
  await untilServing(running, place.port, { host: hosts.at(-1) ?? HOST, timeoutMs: START_TIMEOUT_MS });
  return { ...running, place };
}

/** @param {Stage} stage @returns {Promise<Curves>} */
async function connectionCurves(stage) {
  const running = [];
  for (const peer of stage.peers()) running.push(await stage.start(peer));
  /** @type {Curves} */
  const curves = new Map(running.map((peer) => [peer.name, new Map()]));
  for (const connections of CONNECTIONS)
    await takePoints(curves, connections, running, (port, seconds) => wrk(port, { host: HOST, seconds, connections }));
  return curves;
}

/**
 * @param {Curves} curves @param {number} x @param {import('../stage.mjs').RunningPeer[]} running
 * @param {(port: number, seconds: number) => Promise<import('../measure.mjs').Load>} load
 */
async function takePoints(curves, x, running, load) {
  console.log(`  ${x}:`);
  const able = [];
  for (const peer of running) {
    const { requests } = await load(peer.place.port, TRIAL_SECONDS);
    if (requests > 0) able.push(peer);
    else console.log(`  ${peer.name}: not one answer in ${TRIAL_SECONDS} s`);
  }
  const samples = await takeRounds({ ...PACE, only: undefined }, able, (peer, seconds) =>
    load(peer.place.port, seconds),
  );
  for (const { name: peer, pid } of able) {
    const each = samples.get(peer) ?? [];
    curves.get(peer)?.set(x, {
      cpuUs: median(each.map(({ cpuUs }) => cpuUs)),
      perSecond: median(each.map(({ perSecond }) => perSecond)),
      memory: residentMb(pid),
      errors: each.reduce((sum, { errors }) => sum + errors, 0),
    });
  }
}

/**
 * @param {Curves} curves
 * @param {{ title: string, note: string, axis: string, file: string, cell: (point: Point) => string }} options
 * @returns {Section}
 */
function section(curves, { title, note, axis, file, cell }) {
  const xs = [...new Set([...curves.values()].flatMap((curve) => [...curve.keys()]))];
  const failed = [...curves.values()]
    .flatMap((curve) => [...curve.values()])
    .reduce((sum, { errors }) => sum + errors, 0);
  return {
    title,
    note: `${note} ${failed === 0 ? 'No request failed.' : `${failed} requests failed.`}`,
    columns: [axis, ...xs.map((x) => x.toLocaleString('en'))],
    rows: [...curves].map(([peer, curve]) => [
      peer,
      ...xs.map((x) => {
        const point = curve.get(x);
        return point ? cell(point) : '–';
      }),
    ]),
    bars: [],
    plot: {
      file,
      title: `CPU by request as ${axis} grow`,
      xLabel: axis,
      yLabel: 'µs of CPU by request',
      curves: [...curves].map(([peer, curve]) => ({
        name: peer,
        points: [...curve].map(([x, { cpuUs }]) => ({ x, y: cpuUs })),
      })),
    },
  };
}
