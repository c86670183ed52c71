/** Whether a long run leaves anything behind: memory and descriptors, read again and again under a mixed load. Only when asked: `--scenario soak --seconds 3600`. */
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { residentMb, untilServing, wrk } from '../measure.mjs';
import { HOST, PEERS } from '../peers.mjs';
import { slope } from './app-memory.mjs';

export const name = 'soak';
export const needs = ['wrk'];
/** A default run has no hour for it. */
export const onlyWhenAsked = true;

/** Reads of memory and descriptors, at the end of as many equal parts of the time. */
const STEPS = 12;
/** Uploads, aborts and WebSocket handshakes at once, beside wrk's requests. */
const MIXED = 8;
/** What idles may hold: kept backend connections, watchers, logs. */
const SPARE_DESCRIPTORS = 10;
/** Of the later half of the run. */
const MIB_A_MINUTE = 1;

/** @typedef {{ minute: number, resident: number, descriptors: number, requests: number, errors: number }} Sample */

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const mogoly = PEERS.find((peer) => peer.name === 'mogoly');
  if (mogoly === undefined) throw new Error('there is no mogoly among the peers');
  const running = await stage.start(mogoly);
  const { port } = running.place;
  const part = Math.max(2, stage.options.seconds / STEPS);
  const began = performance.now();
  /** @type {Sample[]} */
  const samples = [];
  for (let step = 0; step <= STEPS; step += 1) {
    const load = await underLoad(port, step === 0 ? 2 : part);
    await untilServing(running, port, { host: HOST });
    const sample = {
      minute: (performance.now() - began) / 60_000,
      resident: residentMb(running.pid),
      descriptors: await restingDescriptors(running.pid),
      ...load,
    };
    samples.push(sample);
    console.log(`  ${row(sample).join(' · ')}`);
  }
  return report(samples);
}

/** @param {number} port @param {number} seconds */
async function underLoad(port, seconds) {
  let isOn = true;
  const mixed = Promise.all(
    Array.from({ length: MIXED }, async (_, i) => {
      for (let n = i; isOn; n += 1) await ODDITIES[n % ODDITIES.length]?.(port);
    }),
  );
  const { requests, errors } = await wrk(port, { host: HOST, seconds: Math.ceil(seconds) });
  isOn = false;
  await mixed;
  return { requests, errors };
}

/** An upload · a client that leaves at once · bytes that are no request · a handshake. @type {((port: number) => Promise<unknown>)[]} */
const ODDITIES = [
  (port) =>
    new Promise((resolve) => {
      const upload = request({ host: '127.0.0.1', port, method: 'POST', agent: false, headers: { host: HOST } });
      upload.on('response', (response) => response.resume().on('close', resolve)).on('error', resolve);
      upload.end(Buffer.alloc(64 * 1024));
    }),
  (port) => say(port, `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, true),
  (port) => say(port, 'nonsense\r\n\r\n', false),
  (port) =>
    say(
      port,
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      false,
    ),
];

/** @param {number} port @param {string} bytes @param {boolean} leaves before the answer is there @returns {Promise<void>} */
function say(port, bytes, leaves) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => leaves && socket.destroy()));
    socket.on('data', () => socket.end()).on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

/** When the connections of the load are gone; the lowest count of the last seconds. @param {number} pid */
async function restingDescriptors(pid) {
  let least = Infinity;
  for (let i = 0; i < 12; i += 1) {
    least = Math.min(least, readdirSync(`/proc/${pid}/fd`).length);
    await wait(500);
  }
  return least;
}

/** @param {Sample[]} samples @returns {import('../report.mjs').Section} */
function report(samples) {
  const [first] = samples;
  const last = samples.at(-1);
  const errors = samples.reduce((sum, sample) => sum + sample.errors, 0);
  return {
    title: 'Soak: requests, uploads, aborts, handshakes and nonsense without a pause',
    note: 'Memory of the process and its open descriptors after each part, when the load has gone; the slope is of the later half.',
    columns: ['minute', 'resident', 'descriptors', 'requests', 'errors'],
    rows: samples.map(row),
    bars: [
      {
        what: 'soak: memory',
        value: slope(samples, ({ resident }) => resident),
        limit: MIB_A_MINUTE,
        unit: 'MiB a minute',
      },
      {
        what: 'soak: descriptors more than at first',
        value: (last?.descriptors ?? 0) - (first?.descriptors ?? 0),
        limit: SPARE_DESCRIPTORS,
        unit: '',
      },
      { what: 'soak: failed requests', value: errors, limit: 0, unit: '' },
    ],
  };
}

/** @param {Sample} sample */
const row = ({ minute, resident, descriptors, requests, errors }) => [
  minute.toFixed(1),
  `${resident.toFixed(1)} MiB`,
  String(descriptors),
  String(requests),
  String(errors),
];
