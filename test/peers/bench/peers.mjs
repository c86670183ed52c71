/** Who is measured: each peer's command, and the config that shows it at its best. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchCaddy, launchHaproxy, launchNginx, launchPortless } from './launch.mjs';

export const HOST = 'bench.test';
const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, '../../..');

/**
 * Where one peer runs and what it forwards to.
 * @typedef {object} Place
 * @property {string} dir its own temporary folder
 * @property {number} port plain HTTP
 * @property {number} tlsPort HTTPS, by those that serve it
 * @property {number} dnsPort DNS, by those that serve it
 * @property {number} backendPort
 * @property {string} cert PEM file for HOST
 * @property {string} key PEM file
 */
/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} note how it is set up, for the report
 * @property {string[]} needs system commands
 * @property {boolean} http2 serves HTTP/2 over TLS
 * @property {boolean} webSocket
 * @property {(place: Place) => Launch} launch writes its config and says how to start it
 */
/** @typedef {{ command: string, args: string[], env?: Record<string, string> }} Launch */

/** @type {Peer[]} */
export const PEERS = [
  {
    name: 'mogoly',
    note: 'node dist/cli.js run; one site, one backend; health, recording, log and metrics at their defaults',
    needs: [],
    http2: true,
    webSocket: true,
    launch: (place) => launchMogoly(place, mogolyConfig(place)),
  },
  {
    name: 'undici-relay',
    note: 'node:http and undici 6, relaying and nothing else; one process',
    needs: [],
    http2: false,
    webSocket: false,
    launch: (place) => launchScript('undici-relay.mjs', place),
  },
  {
    name: 'http-proxy',
    note: 'npm http-proxy with a keep-alive agent and nothing else; one process',
    needs: [],
    http2: false,
    webSocket: true,
    launch: (place) => launchScript('http-proxy.mjs', place),
  },
  {
    name: 'caddy',
    note: 'GOMAXPROCS=1, no access log, admin off, no HTTP/3, keep-alive to the backend',
    needs: ['caddy'],
    http2: true,
    webSocket: true,
    launch: launchCaddy,
  },
  {
    name: 'nginx',
    note: 'one worker, no access log, keep-alive pool to the backend',
    needs: ['nginx'],
    http2: true,
    webSocket: true,
    launch: launchNginx,
  },
  {
    name: 'haproxy',
    note: 'one thread, no log, keep-alive to the backend shared by all clients',
    needs: ['haproxy'],
    http2: true,
    webSocket: true,
    launch: launchHaproxy,
  },
  {
    name: 'portless',
    note: 'npm portless, its proxy alone, without TLS; one process',
    needs: [],
    http2: false,
    webSocket: true,
    launch: launchPortless,
  },
];

/** @param {string} script @param {Place} place @returns {Launch} */
function launchScript(script, { port, backendPort }) {
  return { command: process.execPath, args: [join(HERE, 'peers', script), String(port), String(backendPort)] };
}

/** @param {Place} place @returns {{ listen: object, server: Record<string, unknown>[] }} its config file, as JSON holds it */
export function mogolyConfig({ port, tlsPort, dnsPort, backendPort }) {
  return {
    listen: { http: `127.0.0.1:${port}`, https: `127.0.0.1:${tlsPort}`, dns: `127.0.0.1:${dnsPort}` },
    server: [{ name: HOST, tls: 'local', balance: [{ name: 'only', url: `http://127.0.0.1:${backendPort}` }] }],
  };
}

/** @param {Place} place @param {object} config @returns {Launch} */
export function launchMogoly({ dir }, config, name = 'mogoly.json', text = JSON.stringify(config)) {
  const home = join(dir, 'home');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const file = join(dir, name);
  writeFileSync(file, text);
  return {
    command: process.execPath,
    args: [...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []), join(ROOT, 'dist/cli.js'), 'run', '--config', file],
    env: { MOGOLY_HOME: home },
  };
}
