/** Who is measured: each peer's command, and the config that shows it at its best. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
export function launchMogoly({ dir }, config) {
  const home = join(dir, 'home');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const file = join(dir, 'mogoly.json');
  writeFileSync(file, JSON.stringify(config));
  return {
    command: process.execPath,
    args: [...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []), join(ROOT, 'dist/cli.js'), 'run', '--config', file],
    env: { MOGOLY_HOME: home },
  };
}

/** @param {Place} place @returns {Launch} */
function launchCaddy({ dir, port, tlsPort, backendPort, cert, key }) {
  const file = join(dir, 'Caddyfile');
  const proxy = `reverse_proxy 127.0.0.1:${backendPort} {
    transport http {
      keepalive 90s
      keepalive_idle_conns_per_host 256
    }
  }`;
  writeFileSync(
    file,
    `{
  admin off
  auto_https disable_redirects
  log {
    output discard
  }
  servers {
    protocols h1 h2
  }
}
http://${HOST}:${port} {
  bind 127.0.0.1
  ${proxy}
}
https://${HOST}:${tlsPort} {
  bind 127.0.0.1
  tls ${cert} ${key}
  ${proxy}
}
`,
  );
  return {
    command: 'caddy',
    args: ['run', '--config', file, '--adapter', 'caddyfile'],
    env: { GOMAXPROCS: '1', HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
  };
}

/** @param {Place} place @returns {Launch} */
function launchNginx({ dir, port, tlsPort, backendPort, cert, key }) {
  return nginx(
    dir,
    `map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream backend { server 127.0.0.1:${backendPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} reuseport;
    listen 127.0.0.1:${tlsPort} ssl http2;
    server_name ${HOST};
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    client_max_body_size 0;
    location / {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }`,
  );
}

/**
 * The backend behind everyone: the cheapest constant reply there is, and one big file.
 * @param {{ dir: string, port: number, files: string }} place `files` is served under /files/
 * @returns {Launch}
 */
export function launchBackend({ dir, port, files }) {
  return nginx(
    dir,
    `server {
    listen 127.0.0.1:${port} backlog=1024;
    default_type text/plain;
    location / { return 200 "hello from the backend\\n"; }
    location /files/ { alias ${files}/; }
  }`,
  );
}

/** @param {string} dir @param {string} http what goes into its http block @returns {Launch} */
function nginx(dir, http) {
  const file = join(dir, 'nginx.conf');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    file,
    `daemon off;
${user}
worker_processes 1;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  client_body_temp_path ${dir}/body;
  proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi;
  scgi_temp_path ${dir}/scgi;
  ${http}
}
`,
  );
  return { command: 'nginx', args: ['-c', file, '-p', dir, '-e', join(dir, 'error.log')] };
}
