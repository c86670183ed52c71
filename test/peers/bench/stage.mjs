/** What every scenario stands on: a temporary folder, a certificate, the backend, and peers started on their core. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, LOAD_CORE, PROXY_CORE, removeFolder, startPinned, untilServing } from './measure.mjs';
import { launchBackend } from './launch.mjs';
import { HOST, PEERS } from './peers.mjs';

/** Size of the body scenario's file. */
export const BIG_FILE_BYTES = 1024 ** 3;

/** @typedef {{ rounds: number, seconds: number, warmUpSeconds: number, only: string[] | undefined }} Options */
/** @typedef {import('./measure.mjs').Running & { place: import('./peers.mjs').Place }} RunningPeer */

/**
 * @typedef {object} Stage
 * @property {Options} options
 * @property {number} backendPort
 * @property {(filter?: (peer: import('./peers.mjs').Peer) => boolean) => import('./peers.mjs').Peer[]} peers those asked for and at hand
 * @property {(label: string, backendPort?: number) => Promise<import('./peers.mjs').Place>} place a fresh folder with ports
 * @property {(peer: import('./peers.mjs').Peer, backendPort?: number) => Promise<RunningPeer>} start serving when it resolves
 * @property {(name: string, launch: import('./peers.mjs').Launch, place: import('./peers.mjs').Place) => Promise<RunningPeer>} startLaunch
 * @property {(running: import('./measure.mjs').Running) => import('./measure.mjs').Running} adopt have it stopped with the rest
 * @property {() => Promise<number>} startEcho the echo backend on the load core; its port
 * @property {string} bigFile of BIG_FILE_BYTES; the backend serves it as /files/big
 * @property {() => Promise<void>} clear stops all that was started since the last time
 * @property {() => Promise<void>} close
 */

/**
 * @param {Options} options @param {string[]} missing commands that could not be had
 * @returns {Promise<Stage>}
 */
export async function setStage(options, missing) {
  const dir = mkdtempSync(join(tmpdir(), 'mogoly-bench-'));
  const files = makeFiles(dir);
  const { cert, key } = makeCertificate(dir, missing);
  const [backendPort = 0] = await freePorts(1);
  const backend = await startBackend(dir, backendPort, files);

  /** @type {import('./measure.mjs').Running[]} */
  const started = [];
  let places = 0;

  /** @type {Stage['place']} */
  const place = async (label, toBackend = backendPort) => {
    const [port = 0, tlsPort = 0, dnsPort = 0] = await freePorts(3);
    const own = join(dir, `${label}-${++places}`);
    mkdirSync(own);
    return { dir: own, port, tlsPort, dnsPort, backendPort: toBackend, cert, key };
  };
  /** @type {Stage['adopt']} */
  const adopt = (running) => {
    started.push(running);
    return running;
  };
  /** @type {Stage['startLaunch']} */
  const startLaunch = async (name, launch, at) => {
    const running = adopt(startPinned(name, launch, PROXY_CORE, at.dir));
    await untilServing(running, at.port, { host: HOST });
    return { ...running, place: at };
  };
  const clear = async () => {
    await Promise.all(started.splice(0).map((running) => running.stop()));
  };
  return {
    options,
    backendPort,
    peers: (filter = () => true) =>
      PEERS.filter(
        (peer) =>
          (options.only?.includes(peer.name) ?? true) &&
          !peer.needs.some((need) => missing.includes(need)) &&
          filter(peer),
      ),
    place,
    startLaunch,
    start: async (peer, toBackend) => {
      const at = await place(peer.name, toBackend);
      return startLaunch(peer.name, peer.launch(at), at);
    },
    adopt,
    startEcho: async () => {
      const { port, dir: own } = await place('echo');
      const script = fileURLToPath(new URL('peers/echo-backend.mjs', import.meta.url));
      const launch = { command: process.execPath, args: [script, String(port)] };
      await untilServing(adopt(startPinned('echo', launch, LOAD_CORE, own)), port, { host: HOST });
      return port;
    },
    bigFile: join(files, 'big'),
    clear,
    close: async () => {
      await clear();
      await backend.stop();
      removeFolder(dir);
    },
  };
}

/** @param {string} dir the folder of files that the backend serves, its path */
function makeFiles(dir) {
  const files = join(dir, 'files');
  mkdirSync(files);
  writeFileSync(join(files, 'big'), '');
  truncateSync(join(files, 'big'), BIG_FILE_BYTES);
  return files;
}

/** @param {string} dir @param {number} port @param {string} files */
async function startBackend(dir, port, files) {
  const own = join(dir, 'backend');
  mkdirSync(own);
  const backend = startPinned('backend', launchBackend({ dir: own, port, files }), LOAD_CORE, own);
  await untilServing(backend, port, { host: HOST });
  return backend;
}

/** The same key type for everyone: EC P-256, which is what Mogoly mints. @param {string} dir @param {string[]} missing */
function makeCertificate(dir, missing) {
  const cert = join(dir, 'cert.pem');
  const key = join(dir, 'key.pem');
  if (missing.includes('openssl')) throw new Error('openssl is needed to make the peers a certificate');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`, '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  return { cert, key };
}
