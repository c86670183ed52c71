/**
 * Runs the built `mogoly run` once, sends a request through it, and keeps the code that V8 compiled on the way beside the
 * bundle: the next start compiles nothing (electron/cli/cli.ts reads it back).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './root.mjs';

/** From the start of the process to its first answer. */
const READY_DEADLINE_MS = 60_000;
const HOST = 'warm.localhost';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  return port;
}

/** @param {number} port @returns {Promise<number | undefined>} the status; undefined while nothing listens */
const ask = (port) =>
  new Promise((resolve) => {
    const request = http.get({ port, host: '127.0.0.1', agent: false, headers: { host: HOST } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    request.on('error', () => resolve(undefined));
  });

/** @param {number} port @param {import('node:child_process').ChildProcess} child */
async function answered(port, child) {
  const deadline = Date.now() + READY_DEADLINE_MS;
  while ((await ask(port)) !== 200) {
    if (child.exitCode !== null) throw new Error(`dist/cli.js ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`dist/cli.js did not answer in ${READY_DEADLINE_MS / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {string} home @param {number} backend @returns {Promise<number>} where it listens */
async function writeConfig(home, backend) {
  const [port, https, dns] = [await freePort(), await freePort(), await freePort()];
  const listen = `listen: { http: ${port}, https: ${https}, dns: ${dns} }`;
  const site = `server:\n  - name: ${HOST}\n    balance:\n      - url: http://127.0.0.1:${backend}\n`;
  await writeFile(path.join(home, 'mogoly.yaml'), `${listen}\n${site}`);
  return port;
}

/** Writes the code of `dist/cli/mogoly.cjs` beside it; rejects when the built command does not run. @param {string} dist */
export async function keepCode(dist) {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mogoly-warm-'));
  const backend = http.createServer((_, answer) => answer.end('ok')).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const { port: behind } = /** @type {import('node:net').AddressInfo} */ (backend.address());
  const port = await writeConfig(home, behind);
  const args = ['--import', `${ROOT}/build/keep-code.mjs`, `${dist}/cli.js`, 'run', '--home', home];
  const child = spawn(process.execPath, [...args, '--config', path.join(home, 'mogoly.yaml')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await answered(port, child);
    child.send(`${dist}/cli/mogoly.cjs.code`);
    const [kept] = await once(child, 'message');
    if (kept.bytes === 0) throw new Error('dist/cli.js does not run its bundle as a script');
  } finally {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
    backend.close();
    await rm(home, { recursive: true, force: true });
  }
}
