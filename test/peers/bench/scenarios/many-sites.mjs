/** What 10,000 sites with ten backends each cost: by request against one site, to load, in memory, to apply, to edit. */
import { renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, pairedRatio, residentMb, statusOf, wrk } from '../measure.mjs';
import { HOST, launchMogoly, mogolyConfig } from '../peers.mjs';
import { takeRounds } from './rounds.mjs';

export const name = 'many-sites';
export const needs = ['wrk'];
/** There is nobody to compare with. */
export const mogolyOnly = true;

const SITES = 10_000;
const BACKENDS = 10;
/** Sites a developer's afternoon asks for; the bar holds for them. */
const BUSY_SITES = 100;
/** A few per cent are to be told apart: rounds as long as the others are, in slices that lie closer together. */
const SLICES = 3;
/** Mogoly waits this long for a file to be quiet before it reads it. */
const DEBOUNCE_MS = 300;
const APPLY_TIMEOUT_MS = 30_000;
const NEW_HOST = 'applied.test';
const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'hosts.lua');

/** @typedef {import('../stage.mjs').RunningPeer} RunningPeer */
/** @typedef {{ peer: RunningPeer, config: { server: Record<string, unknown>[] }, file: string, readyMs: number, idleMb: number }} Loaded */

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section[]>} */
export async function run(stage) {
  const one = await startWith(stage, 1);
  const many = await startWith(stage, SITES);
  return [await requestCost(stage, one, many), await applyCost(one, many), await editCost(stage)];
}

/** @param {import('../stage.mjs').Stage} stage @param {Loaded} one @param {Loaded} many */
async function requestCost(stage, one, many) {
  const asked = [1, BUSY_SITES, SITES].map((hosts) => ({
    ...many.peer,
    name: `${plural(SITES)}, ${plural(hosts)} asked in turn`,
    hosts,
  }));
  const series = [{ ...one.peer, name: '1 site', hosts: 1 }, ...asked];
  const { rounds, seconds } = stage.options;
  const slices = { ...stage.options, rounds: rounds * SLICES, seconds: Math.max(1, Math.round(seconds / SLICES)) };
  const samples = await takeRounds(slices, series, (peer, length) => {
    const { hosts } = series.find(({ name }) => name === peer.name) ?? { hosts: 1 };
    return wrk(peer.place.port, { host: HOST, seconds: length, script: SCRIPT, args: [String(hosts)] });
  });
  const cpu = (/** @type {string} */ label) => (samples.get(label) ?? []).map(({ cpuUs }) => cpuUs);
  const ratio = (/** @type {string} */ label) => pairedRatio(cpu(label), cpu('1 site'));
  return {
    title: `Requests with ${plural(SITES)} of ${BACKENDS} backends each`,
    note: 'Probes off, so that 100,000 of them do not count as requests. The bar is for the sites of a busy afternoon.',
    columns: ['config', 'CPU µs/request', '÷ 1 site', 'failed'],
    rows: [...samples].map(([label, each]) => [
      label,
      median(cpu(label)).toFixed(1),
      ratio(label).toFixed(2),
      String(each.reduce((sum, { errors }) => sum + errors, 0)),
    ]),
    bars: [{ what: `request cost with ${plural(SITES)}`, value: ratio(asked[1]?.name ?? ''), limit: 1.05, unit: '×' }],
  };
}

/** @param {Loaded} one @param {Loaded} many */
async function applyCost(one, many) {
  const rows = [];
  const results = [];
  for (const { peer, config, file, readyMs, idleMb } of [one, many]) {
    const { appliedMs, longestMs } = await applyOneMore(peer, config, file);
    results.push({ appliedMs, longestMs });
    const figures = [readyMs, appliedMs, longestMs, idleMb, residentMb(peer.pid)];
    rows.push([peer.name, ...figures.map((figure) => figure.toFixed(0))]);
  }
  const last = results.at(-1) ?? { appliedMs: Number.NaN, longestMs: Number.NaN };
  return {
    title: `Loading and applying ${plural(SITES)}`,
    note:
      `Applied: from saving the file with one more site until that site answers, less the ${DEBOUNCE_MS} ms that a file has ` +
      'to be quiet. Longest: the slowest of the requests made one after the other meanwhile. Memory in MiB.',
    columns: ['config', 'start, ms', 'applied, ms', 'longest, ms', 'memory', 'memory after'],
    rows,
    bars: [
      { what: `applying ${plural(SITES)}`, value: last.appliedMs, limit: 500, unit: 'ms' },
      { what: 'longest wait of a request meanwhile', value: last.longestMs, limit: 50, unit: 'ms' },
      { what: `memory with ${plural(SITES)} loaded`, value: many.idleMb, limit: 250, unit: 'MiB' },
    ],
  };
}

/** @param {RunningPeer} peer @param {{ server: Record<string, unknown>[] }} config @param {string} file */
async function applyOneMore(peer, config, file) {
  config.server.push({ ...config.server[0], name: NEW_HOST });
  writeFileSync(`${file}.next`, JSON.stringify(config));
  renameSync(`${file}.next`, file);
  const began = performance.now();
  let longestMs = 0;
  while (performance.now() - began < APPLY_TIMEOUT_MS) {
    const asked = performance.now();
    const status = await statusOf(peer.place.port, NEW_HOST);
    longestMs = Math.max(longestMs, performance.now() - asked);
    if (status === 200) return { appliedMs: performance.now() - began - DEBOUNCE_MS, longestMs };
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`${peer.name}: the new site did not answer; it said:\n${peer.output()}`);
}

/** A weight changed by hand, as the window does. @param {import('../stage.mjs').Stage} stage */
async function editCost(stage) {
  const rows = [];
  let longest = 0;
  for (const sites of [100, SITES]) {
    longest = 0;
    const place = await stage.place(`yaml-${sites}`);
    const { listen } = mogolyConfig(place);
    const names = [...Array.from({ length: sites }, (_, i) => `site-${i}.test`), HOST];
    const server = names.map((site) => siteOf(site, place.backendPort));
    const text = `listen: ${JSON.stringify(listen)}\nserver:\n${server.map(siteText).join('')}`;
    const peer = await stage.startLaunch(`${plural(sites)}, YAML`, launchMogoly(place, {}, 'mogoly.yaml', text), place);
    const socket = join(place.dir, 'home', 'control.sock');
    const times = [];
    for (let weight = 2; weight < 7; weight++) {
      const path = ['server', Math.floor(sites / 2), 'balance', 3, 'weight'];
      const { tookMs, longestMs } = await editOnce(peer, socket, { op: 'set', path, value: weight });
      times.push(tookMs);
      longest = Math.max(longest, longestMs);
    }
    rows.push([peer.name, median(times).toFixed(0), longest.toFixed(0)]);
  }
  return {
    title: `Editing one site of ${plural(SITES)}`,
    note: 'Five weights changed one after the other through the control socket, saved and applied. Longest: the slowest of the requests made one after the other meanwhile.',
    columns: ['config', 'edited, ms', 'longest, ms'],
    rows,
    bars: [
      {
        what: `longest wait of a request while one of ${plural(SITES)} is edited`,
        value: longest,
        limit: 50,
        unit: 'ms',
      },
    ],
  };
}

/** @param {RunningPeer} peer @param {string} socketPath @param {object} edit */
async function editOnce(peer, socketPath, edit) {
  const began = performance.now();
  let tookMs = 0;
  const edited = send(socketPath, JSON.stringify({ edits: [edit] })).then((answer) => {
    tookMs = performance.now() - began;
    if (!answer.startsWith('{"ok":true')) throw new Error(`the edit was refused: ${answer}`);
  });
  edited.catch(() => undefined); // told below
  let longestMs = 0;
  while (tookMs === 0 && performance.now() - began < APPLY_TIMEOUT_MS) {
    const asked = performance.now();
    await statusOf(peer.place.port, HOST);
    longestMs = Math.max(longestMs, performance.now() - asked);
  }
  await edited;
  return { tookMs, longestMs };
}

/** @param {string} socketPath @param {string} body @returns {Promise<string>} */
function send(socketPath, body) {
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    const sent = request({ socketPath, path: '/v1/config.edit', method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @param {ReturnType<typeof siteOf>} site */
const siteText = ({ balance, ...site }) =>
  `  - name: ${site.name}\n    health_check: { enabled: false }\n    balance:\n` +
  balance.map(({ name: backend, url }) => `      - { name: ${backend}, url: "${url}" }\n`).join('');

/** @param {import('../stage.mjs').Stage} stage @param {number} sites @returns {Promise<Loaded>} */
async function startWith(stage, sites) {
  const place = await stage.place(`sites-${sites}`);
  const server = Array.from({ length: sites }, (_, i) => siteOf(`site-${i}.test`, place.backendPort));
  const config = { ...mogolyConfig(place), server: [...server, siteOf(HOST, place.backendPort)] };
  const launch = launchMogoly(place, config);
  const began = performance.now();
  const peer = await stage.startLaunch(plural(sites), launch, place);
  const readyMs = performance.now() - began;
  return { peer, config, file: launch.args.at(-1) ?? '', readyMs, idleMb: residentMb(peer.pid) };
}

/** @param {string} name @param {number} backendPort */
function siteOf(name, backendPort) {
  const url = `http://127.0.0.1:${backendPort}`;
  const balance = Array.from({ length: BACKENDS }, (_, i) => ({ name: `backend-${i}`, url }));
  return { name, tls: 'local', health_check: { enabled: false }, balance };
}

/** @param {number} sites */
function plural(sites) {
  return `${sites.toLocaleString('en')} site${sites === 1 ? '' : 's'}`;
}
