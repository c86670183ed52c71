/** A whole nginx.conf (nginx 1.18 and later). */
import { Lines, quoted } from './lines.ts';
import {
  hostPort,
  schemeOf,
  seconds,
  type ExportPlan,
  type ExportPool,
  type ExportRoute,
  type ExportSite,
  type Loss,
} from './plan.ts';

export function toNginx(plan: ExportPlan): { text: string; losses: Loss[] } {
  const losses: Loss[] = [];
  const out = new Lines('  ');
  out.block('events {', () => out.add('worker_connections 1024;'));
  out.block('http {', () => {
    out.block('map $http_upgrade $connection_upgrade {', () => {
      out.add('default upgrade;');
      out.add("'' '';");
    });
    for (const pool of plan.pools) writePool(out, pool, losses);
    for (const site of plan.sites) writeSite(out, plan, site, (what) => losses.push({ where: site.name, what }));
  });
  if (plan.pools.some(({ healthPath }) => healthPath !== undefined))
    losses.push({
      where: 'every pool',
      what: 'nginx probes nothing by itself; a backend that fails requests is left out for a while',
    });
  return { text: out.toString(), losses };
}

const METHODS = { round_robin: '', least_connections: 'least_conn;', random: 'random;', ip_hash: 'ip_hash;' } as const;

function writePool(out: Lines, pool: ExportPool, losses: Loss[]): void {
  // ip_hash and random take no backup servers (nginx refuses them).
  const takesBackup = pool.strategy !== 'ip_hash' && pool.strategy !== 'random';
  if (!takesBackup && pool.servers.some(({ backup }) => backup))
    losses.push({ where: pool.id, what: `backup servers are left out: nginx has none under ${pool.strategy}` });
  if (pool.stickyCookie !== undefined)
    losses.push({ where: pool.id, what: 'sticky cookies are not in the free nginx; clients change backends' });
  out.block(`upstream ${pool.id} {`, () => {
    if (METHODS[pool.strategy] !== '') out.add(METHODS[pool.strategy]);
    for (const server of pool.servers) {
      if (server.backup && !takesBackup) continue;
      const options = [
        ...(server.weight > 1 ? [`weight=${server.weight}`] : []),
        ...(Number.isFinite(server.maxConnections) ? [`max_conns=${server.maxConnections}`] : []),
        ...(server.backup ? ['backup'] : []),
        ...(server.drain || server.weight === 0 ? ['down'] : []),
      ];
      out.add(`server ${[hostPort(server.host, server.port), ...options].join(' ')};`);
    }
    out.add('keepalive 32;');
  });
}

function writeSite(out: Lines, plan: ExportPlan, site: ExportSite, lose: (what: string) => void): void {
  const names = site.hosts.map((host) => (host === '*' ? '_' : host)).join(' ');
  const isDefault = site.hosts.includes('*');
  const listens = (listeners: ExportPlan['http'], extra: string): void => {
    for (const { address, port } of listeners)
      out.add(`listen ${hostPort(address, port)}${extra}${isDefault ? ' default_server' : ''};`);
  };
  const isSecure = site.tls.kind === 'files' && plan.https.length > 0;
  if (site.tls.kind === 'local' || site.tls.kind === 'acme')
    lose(`tls: ${site.tls.kind} is left out: nginx makes no certificates; add ssl_certificate yourself`);
  if (plan.http.length > 0)
    out.block('server {', () => {
      listens(plan.http, '');
      out.add(`server_name ${names};`);
      if (site.forceTls && isSecure) out.add('return 308 https://$host$request_uri;');
      else writeRoutes(out, site);
    });
  if (isSecure && site.tls.kind === 'files') {
    const { cert, key } = site.tls;
    out.block('server {', () => {
      listens(plan.https, ' ssl http2');
      out.add(`server_name ${names};`);
      out.add(`ssl_certificate ${quoted(cert)};`);
      out.add(`ssl_certificate_key ${quoted(key)};`);
      writeRoutes(out, site);
    });
  }
}

function writeRoutes(out: Lines, site: ExportSite): void {
  out.add('client_max_body_size 0;');
  for (const route of site.routes) {
    const open = route.isPrefix ? `location ^~ ${route.path} {` : `location = ${route.path} {`;
    out.block(open, () => writeRoute(out, route));
  }
}

function writeRoute(out: Lines, route: ExportRoute): void {
  if (route.redirect !== undefined) {
    const { to, status } = route.redirect;
    const rest = to.includes('{rest}');
    if (rest) out.add(`if ($uri ~ "^${pattern(route.path)}(.*)$") { set $rest $1; }`);
    const target = to
      .replaceAll('{rest}', '$rest')
      .replaceAll('{path}', '$uri')
      .replaceAll('{query}', '$args')
      .replaceAll('{host}', '$host');
    out.add(`return ${status} ${target};`);
    return;
  }
  if (route.folder !== undefined) {
    out.add(route.stripPrefix === '' ? `root ${quoted(route.folder)};` : `alias ${quoted(`${route.folder}/`)};`);
    return;
  }
  const { pool } = route;
  if (pool === undefined) return;
  if (route.stripPrefix !== '' || pool.basePath !== '')
    out.add(`rewrite ^${pattern(route.stripPrefix)}/?(.*)$ ${pool.basePath}/$1 break;`);
  out.add(`proxy_pass ${schemeOf(pool) === 'https' ? 'https' : 'http'}://${pool.id};`);
  for (const line of PROXY_LINES) out.add(line);
  out.add(`proxy_set_header Host ${route.hostHeader === 'original' ? '$http_host' : quoted(route.hostHeader)};`);
  out.add(`proxy_read_timeout ${seconds(route.timeoutMs)}s;`);
}

/** HTTP/1.1 with kept connections, upgrades, streams at once, and who asked. */
const PROXY_LINES = [
  'proxy_http_version 1.1;',
  'proxy_set_header Upgrade $http_upgrade;',
  'proxy_set_header Connection $connection_upgrade;',
  'proxy_set_header X-Forwarded-For $remote_addr;',
  'proxy_set_header X-Forwarded-Host $http_host;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
  'proxy_buffering off;',
  'proxy_request_buffering off;',
];

/** A path as part of a regular expression. */
const pattern = (path: string): string => path.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
