/** CPU time per WebSocket echo: 32 sockets, 64-byte messages there and back. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLoad } from '../measure.mjs';
import { HOST } from '../peers.mjs';
import { compare, takeRounds } from './rounds.mjs';

export const name = 'websocket';
/** @type {string[]} */
export const needs = [];

/** At least 0.6 times nginx's messages per CPU second, said as a cost. */
const LIMITS = new Map([['nginx', 1 / 0.6]]);
const CLIENT = join(dirname(fileURLToPath(import.meta.url)), '../peers/ws-load.mjs');

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const echoPort = await stage.startEcho();
  const running = [];
  for (const peer of stage.peers(({ webSocket }) => webSocket)) running.push(await stage.start(peer, echoPort));
  const samples = await takeRounds(stage.options, running, async (peer, seconds) =>
    JSON.parse(await runLoad(process.execPath, [CLIENT, String(peer.place.port), HOST, String(seconds)])),
  );
  return {
    title: 'WebSocket echo, 32 sockets, 64-byte messages',
    note: 'CPU time by echo: one message there, one back. The bar, 0.6 times the messages per CPU second, is 1.67 times the cost.',
    ...compare(samples, { unit: 'µs/echo', limits: LIMITS, what: 'WebSocket CPU per echo' }),
  };
}
