/**
 * The yardstick: what node:http and undici cost when nothing but relaying is done.
 * node peers/undici-relay.mjs PORT BACKEND_PORT
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const [port, backendPort] = process.argv.slice(2).map(Number);
const pool = new Pool(`http://127.0.0.1:${backendPort}`, { connections: 256, pipelining: 1, bodyTimeout: 0 });

/** undici frames its own messages, node:http ours; these never cross. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** @param {string[]} raw */
function endToEnd(raw) {
  const kept = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (!HOP_BY_HOP.has(raw[i].toLowerCase())) kept.push(raw[i], raw[i + 1]);
  }
  return kept;
}

/** One exchange, as an undici dispatch handler. */
class Relay {
  constructor(response) {
    this.response = response;
    this.abort = undefined;
    this.resume = undefined;
  }

  onConnect(abort) {
    if (this.response.destroyed) abort();
    else this.abort = abort;
  }

  onHeaders(status, rawHeaders, resume, statusText) {
    if (status < 200) return true;
    const head = [];
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i].latin1Slice();
      if (!HOP_BY_HOP.has(name.toLowerCase())) head.push(name, rawHeaders[i + 1].latin1Slice());
    }
    this.resume = resume;
    this.response.writeHead(status, statusText, head);
    return true;
  }

  onData(chunk) {
    if (this.response.write(chunk)) return true;
    this.response.once('drain', this.resume);
    return false;
  }

  onComplete() {
    this.response.end();
  }

  onError() {
    this.response.destroy();
  }
}

const server = createServer((request, response) => {
  const { method, url, headers } = request;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const relay = new Relay(response);
  response.on('close', () => {
    if (!response.writableFinished) relay.abort?.();
  });
  pool.dispatch({ path: url, method, headers: endToEnd(request.rawHeaders), body: hasBody ? request : null }, relay);
});
server.requestTimeout = 0;
server.listen(port, '127.0.0.1');
