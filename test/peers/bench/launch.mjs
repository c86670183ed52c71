/** How the peers are started: the config of each that shows it at its best, written into its own folder. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOST, ROOT } from './peers.mjs';

/** @typedef {import('./peers.mjs').Place} Place */
/** @typedef {import('./peers.mjs').Launch} Launch */

/** @param {Place} place @returns {Launch} */
export function launchCaddy({ dir, port, tlsPort, backendPort, cert, key }) {
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
export function launchNginx({ dir, port, tlsPort, backendPort, cert, key }) {
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
export function nginx(dir, http) {
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

/** One thread, keep-alive to the backends shared by all clients. */
export const HAPROXY_HEAD = `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout tunnel 600s
  option http-keep-alive
  http-reuse always
`;

/** @param {Place} place @returns {Launch} */
export function launchHaproxy({ dir, port, tlsPort, backendPort, cert, key }) {
  const file = join(dir, 'haproxy.cfg');
  const pem = join(dir, 'haproxy.pem');
  writeFileSync(pem, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
  writeFileSync(
    file,
    `${HAPROXY_HEAD}frontend all
  bind 127.0.0.1:${port}
  bind 127.0.0.1:${tlsPort} ssl crt ${pem} alpn h2,http/1.1
  option forwardfor
  acl known hdr(host),field(1,:) -i ${HOST}
  use_backend bench if known
backend bench
  server only 127.0.0.1:${backendPort}
`,
  );
  return { command: 'haproxy', args: ['-db', '-f', file] };
}

/** Its routes are a file that it reads again for each request; HTTPS instead of HTTP, not beside it. @param {Place} place @returns {Launch} */
export function launchPortless({ dir, port, backendPort }) {
  const state = join(dir, 'state');
  mkdirSync(state);
  writeFileSync(join(state, 'routes.json'), JSON.stringify([{ hostname: HOST, port: backendPort, pid: 0 }]));
  const [, tld = ''] = HOST.split('.');
  return {
    command: process.execPath,
    args: [
      join(ROOT, 'node_modules/portless/dist/cli.js'),
      ...['proxy', 'start', '--foreground', '--no-tls', '--skip-trust', '--tld', tld, '-p', String(port)],
    ],
    env: { PORTLESS_STATE_DIR: state, PORTLESS_SYNC_HOSTS: '0', HOME: dir },
  };
}
