/** CPU time per proxied request: HTTP/1.1, 32 keep-alive connections, a small reply. */
import { wrk } from '../measure.mjs';
import { HOST } from '../peers.mjs';
import { compare, takeRounds } from './rounds.mjs';

export const name = 'http1';
export const needs = ['wrk'];

const LIMITS = new Map([
  ['caddy', 0.65],
  ['http-proxy', 0.5],
  ['undici-relay', 1.15],
]);

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const running = [];
  for (const peer of stage.peers()) running.push(await stage.start(peer));
  const samples = await takeRounds(stage.options, running, (peer, seconds) =>
    wrk(peer.place.port, { host: HOST, seconds }),
  );
  return {
    title: 'HTTP/1.1, small reply, 32 keep-alive connections (wrk)',
    note: 'CPU time of the proxy (user and system, all its processes and threads) by request.',
    ...compare(samples, { unit: 'µs/request', limits: LIMITS, what: 'HTTP/1.1 CPU per request' }),
  };
}
