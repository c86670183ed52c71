/** How long the first TLS handshake with a new host takes, the certificate's making included. */
import { connect } from 'node:tls';
import { launchMogoly, mogolyConfig } from '../peers.mjs';
import { median } from '../measure.mjs';

export const name = 'handshake';
/** @type {string[]} */
export const needs = [];
/** There is nobody to compare with: the others were given a certificate. */
export const mogolyOnly = true;

const ONE_BY_ONE = 30;
const AT_ONCE = 100;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const place = await stage.place('handshake');
  const config = mogolyConfig(place);
  const hosts = Array.from({ length: 1 + ONE_BY_ONE + AT_ONCE }, (_, i) => `host-${i}.test`);
  config.server.push(...hosts.map((host) => ({ ...config.server[0], name: host })));
  await stage.startLaunch('mogoly', launchMogoly(place, config), place);

  const [authority = '', ...leaves] = hosts;
  const authorityMs = await handshakeMs(place.tlsPort, authority);
  const single = [];
  for (const host of leaves.slice(0, ONE_BY_ONE)) single.push(await handshakeMs(place.tlsPort, host));
  const began = performance.now();
  await Promise.all(leaves.slice(ONE_BY_ONE).map((host) => handshakeMs(place.tlsPort, host)));
  const togetherMs = performance.now() - began;
  const again = [];
  for (const host of leaves.slice(0, ONE_BY_ONE)) again.push(await handshakeMs(place.tlsPort, host));
  return {
    title: 'TLS handshakes with new hosts',
    note: 'Full handshakes from a client on the other core; each host is new until said otherwise.',
    columns: ['what', 'ms'],
    rows: [
      ['the very first', authorityMs.toFixed(1)],
      [`a new host, median of ${ONE_BY_ONE}`, median(single).toFixed(1)],
      [`${AT_ONCE} new hosts at once, all of them`, togetherMs.toFixed(0)],
      ['a known host, median', median(again).toFixed(1)],
    ],
    bars: [
      { what: 'first handshake with a new host', value: median(single), limit: 30, unit: 'ms' },
      { what: `${AT_ONCE} new hosts at once`, value: togetherMs, limit: 1_000, unit: 'ms' },
    ],
  };
}

/** @param {number} port @param {string} servername @returns {Promise<number>} */
function handshakeMs(port, servername) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () => socket.destroy(new Error(`no handshake with ${servername} in time`)));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const tookMs = performance.now() - began;
      socket.destroy();
      resolve(tookMs);
    });
  });
}
