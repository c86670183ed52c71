/** What 10,000 sites with ten backends each cost: to load, in memory, and by request against one site. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, pairedRatio, residentMb, wrk } from '../measure.mjs';
import { HOST, launchMogoly, mogolyConfig } from '../peers.mjs';
import { takeRounds } from './rounds.mjs';

export const name = 'many-sites';
export const needs = ['wrk'];
/** There is nobody to compare with. */
export const mogolyOnly = true;

const SITES = 10_000;
const BACKENDS = 10;
const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'hosts.lua');

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const one = await startWith(stage, 1);
  const many = await startWith(stage, SITES);
  const samples = await takeRounds(stage.options, [one.peer, many.peer], (peer, seconds) =>
    wrk(peer.place.port, {
      host: 'site-0.test',
      seconds,
      script: SCRIPT,
      args: [String(peer === one.peer ? 1 : SITES)],
    }),
  );
  const cpu = (/** @type {string} */ label) => (samples.get(label) ?? []).map(({ cpuUs }) => cpuUs);
  const failed = (/** @type {string} */ label) =>
    String((samples.get(label) ?? []).reduce((sum, { errors }) => sum + errors, 0));
  const ratio = pairedRatio(cpu(many.peer.name), cpu(one.peer.name));
  const rows = [one, many].map(({ peer, readyMs, idleMb }) => [
    peer.name,
    readyMs.toFixed(0),
    idleMb.toFixed(0),
    residentMb(peer.pid).toFixed(0),
    median(cpu(peer.name)).toFixed(1),
    failed(peer.name),
  ]);
  return {
    title: `${SITES.toLocaleString('en')} sites × ${BACKENDS} backends against one site × ${BACKENDS}`,
    note: 'Probes off in both, so that 100,000 of them do not count as requests; every request names the next site.',
    columns: [
      'config',
      'start to first answer, ms',
      'MiB once loaded',
      'MiB after the load',
      'CPU µs/request',
      'failed',
    ],
    rows,
    bars: [
      { what: 'request cost with 10,000 sites against one', value: ratio, limit: 1.05, unit: '×' },
      {
        what: 'loading 10,000 sites, beyond the start with one',
        value: many.readyMs - one.readyMs,
        limit: 500,
        unit: 'ms',
      },
      { what: 'memory with 10,000 sites', value: many.idleMb, limit: 250, unit: 'MiB' },
    ],
  };
}

/** @param {import('../stage.mjs').Stage} stage @param {number} sites */
async function startWith(stage, sites) {
  const place = await stage.place(`sites-${sites}`);
  const config = {
    ...mogolyConfig(place),
    server: Array.from({ length: sites }, (_, i) => siteOf(i, place.backendPort)),
  };
  config.server.push({ ...siteOf(-1, place.backendPort), name: HOST });
  const launch = launchMogoly(place, config);
  const began = performance.now();
  const peer = await stage.startLaunch(`${sites.toLocaleString('en')} site${sites === 1 ? '' : 's'}`, launch, place);
  return { peer, readyMs: performance.now() - began, idleMb: residentMb(peer.pid) };
}

/** @param {number} index @param {number} backendPort */
function siteOf(index, backendPort) {
  const balance = Array.from({ length: BACKENDS }, (_, i) => ({
    name: `backend-${i}`,
    url: `http://127.0.0.1:${backendPort}`,
  }));
  return { name: `site-${index}.test`, tls: 'local', health_check: { enabled: false }, balance };
}
