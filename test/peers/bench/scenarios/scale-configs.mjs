/** Many sites for each proxy, as its own users would write them: one block a site, each with its own pool. Plain HTTP. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HAPROXY_HEAD, nginx } from '../launch.mjs';
import { launchMogoly, mogolyConfig } from '../peers.mjs';

/** @typedef {import('../peers.mjs').Place} Place */
/** @typedef {import('../peers.mjs').Launch} Launch */
/** @typedef {(place: Place, hosts: string[]) => Launch} ManySites */

/** @type {Map<string, ManySites>} */
export const MANY_SITES = new Map([
  ['mogoly', mogoly],
  ['caddy', caddy],
  ['nginx', manyInNginx],
  ['haproxy', haproxy],
]);

/** @type {ManySites} */
function mogoly(place, hosts) {
  const balance = [{ name: 'only', url: `http://127.0.0.1:${place.backendPort}` }];
  // 10,000 probes at once would count as requests; nobody else here probes.
  const server = hosts.map((name) => ({ name, health_check: { enabled: false }, balance }));
  return launchMogoly(place, { ...mogolyConfig(place), server });
}

/** @type {ManySites} */
function caddy({ dir, port, backendPort }, hosts) {
  const file = join(dir, 'Caddyfile');
  const site = (/** @type {string} */ host) =>
    `http://${host}:${port} {\n  bind 127.0.0.1\n  reverse_proxy 127.0.0.1:${backendPort}\n}\n`;
  writeFileSync(
    file,
    `{\n  admin off\n  auto_https off\n  log {\n    output discard\n  }\n}\n${hosts.map(site).join('')}`,
  );
  return {
    command: 'caddy',
    args: ['run', '--config', file, '--adapter', 'caddyfile'],
    env: { GOMAXPROCS: '1', HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
  };
}

/** @type {ManySites} */
function manyInNginx({ dir, port, backendPort }, hosts) {
  const site = (/** @type {string} */ host, /** @type {number} */ i) => `
  upstream pool_${i} { server 127.0.0.1:${backendPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    server_name ${host};
    location / { proxy_pass http://pool_${i}; proxy_http_version 1.1; proxy_set_header Host $host; proxy_set_header Connection ""; }
  }`;
  return nginx(dir, `server_names_hash_max_size 65536;${hosts.map(site).join('')}`);
}

/** @type {ManySites} */
function haproxy({ dir, port, backendPort }, hosts) {
  const [file, map] = [join(dir, 'haproxy.cfg'), join(dir, 'hosts.map')];
  writeFileSync(map, hosts.map((host, i) => `${host} pool_${i}\n`).join(''));
  const pool = (/** @type {string} */ _, /** @type {number} */ i) =>
    `backend pool_${i}\n  server only 127.0.0.1:${backendPort}\n`;
  writeFileSync(
    file,
    `${HAPROXY_HEAD}frontend all
  bind 127.0.0.1:${port}
  option forwardfor
  use_backend %[req.hdr(host),field(1,:),lower,map(${map})]
${hosts.map(pool).join('')}`,
  );
  return { command: 'haproxy', args: ['-db', '-f', file] };
}
