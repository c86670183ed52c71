/** CPU time per proxied request: HTTP/2 over TLS, 4 connections with 8 streams each, a small reply. */
import { h2load } from '../measure.mjs';
import { HOST } from '../peers.mjs';
import { compare, takeRounds } from './rounds.mjs';

export const name = 'http2';
export const needs = ['h2load'];

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const running = [];
  for (const peer of stage.peers(({ http2 }) => http2)) running.push(await stage.start(peer));
  const samples = await takeRounds(stage.options, running, ({ place: { tlsPort } }, seconds) =>
    h2load(`https://${HOST}:${tlsPort}/`, [
      ...['-c', '4', '-m', '8', '-t', '1', '-D', String(seconds), `--connect-to=127.0.0.1:${tlsPort}`],
    ]),
  );
  return {
    title: 'HTTP/2 over TLS, small reply, 4 connections × 8 streams (h2load)',
    note: 'All with an EC P-256 certificate; the handshakes are part of it.',
    ...compare(samples, { unit: 'µs/request', limits: new Map([['caddy', 0.45]]), what: 'HTTP/2 CPU per request' }),
  };
}
