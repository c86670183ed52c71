/** A whole haproxy.cfg (HAProxy 2.4 and later). */
import { Lines } from './lines.ts';
import {
  hostPort,
  schemeOf,
  type ExportPlan,
  type ExportPool,
  type ExportRoute,
  type ExportSite,
  type Loss,
} from './plan.ts';

const BALANCE = {
  round_robin: 'roundrobin',
  least_connections: 'leastconn',
  random: 'random',
  ip_hash: 'source',
} as const;
/** HAProxy takes no more. */
const MAX_WEIGHT = 256;

export function toHaproxy(plan: ExportPlan): { text: string; losses: Loss[] } {
  const losses: Loss[] = [];
  const out = new Lines('  ');
  out.block(
    'defaults',
    () => {
      for (const line of [
        'mode http',
        'timeout connect 5s',
        'timeout client 2m',
        'timeout server 2m',
        'timeout tunnel 1h',
        'option redispatch',
      ])
        out.add(line);
    },
    '',
  );
  out.block(
    'frontend http',
    () => {
      for (const { address, port } of plan.http) out.add(`bind ${hostPort(address, port)}`);
      writeRules(out, plan, losses);
    },
    '',
  );
  for (const site of plan.sites) {
    if (site.tls.kind !== 'off')
      losses.push({
        where: site.name,
        what: 'https is left out: HAProxy makes no certificates; add a bind line with crt yourself',
      });
    if (site.forceTls) losses.push({ where: site.name, what: 'force_tls is left out with it' });
  }
  for (const site of plan.sites)
    for (const route of site.routes) if (route.pool !== undefined) writeBackend(out, route, route.pool, losses);
  return { text: out.toString(), losses };
}

/** The first rule that fits decides: exact hosts, then suffixes by length, then `*`; in each the longest path first. */
function writeRules(out: Lines, plan: ExportPlan, losses: Loss[]): void {
  // The port does not count, nor does case (RFC 9110 section 4.2.3).
  out.add('http-request set-var(txn.host) req.hdr(host),field(1,:),lower');
  const entries = plan.sites
    .flatMap((site) => site.hosts.map((host) => ({ site, host })))
    .sort((a, b) => rank(b.host) - rank(a.host));
  for (const { site, host } of entries) {
    for (const route of site.routes) writeRule(out, conditions(host, route), route, site, losses);
  }
}

const rank = (host: string): number => (host === '*' ? 0 : host.startsWith('*.') ? host.length : 1_000 + host.length);

function conditions(host: string, { path, isPrefix }: ExportRoute): string {
  const hostRule =
    host === '*'
      ? ''
      : host.startsWith('*.')
        ? `{ var(txn.host) -m end ${host.slice(1)} }`
        : `{ var(txn.host) -m str ${host} }`;
  const pathRule = path === '/' ? '' : isPrefix ? `{ path -m beg ${path} }` : `{ path -m str ${path} }`;
  return [hostRule, pathRule].filter((rule) => rule !== '').join(' ');
}

function writeRule(out: Lines, when: string, route: ExportRoute, site: ExportSite, losses: Loss[]): void {
  const suffix = when === '' ? '' : ` if ${when}`;
  if (route.pool !== undefined) return out.add(`use_backend ${route.pool.id}${suffix}`);
  if (route.redirect !== undefined) {
    const { to, status } = route.redirect;
    const code = [301, 302, 303, 307, 308].includes(status) ? status : 302;
    const target = to
      .replaceAll('{rest}', `%[path,regsub(^${route.path},)]`)
      .replaceAll('{path}', '%[path]')
      .replaceAll('{query}', '%[query]')
      .replaceAll('{host}', '%[var(txn.host)]');
    return out.add(`http-request redirect code ${code} location ${target}${suffix}`);
  }
  losses.push({ where: `${site.name} ${route.path}`, what: 'HAProxy serves no files; the static route is left out' });
}

function writeBackend(out: Lines, route: ExportRoute, pool: ExportPool, losses: Loss[]): void {
  out.block(
    `backend ${pool.id}`,
    () => {
      out.add(`balance ${BALANCE[pool.strategy]}`);
      if (pool.stickyCookie !== undefined) out.add(`cookie ${pool.stickyCookie} insert indirect nocache httponly`);
      if (pool.healthPath !== undefined) out.add(`option httpchk GET ${pool.healthPath}`);
      out.add('option forwardfor');
      if (route.stripPrefix !== '') out.add(`http-request replace-path ^${route.stripPrefix}/?(.*)$ /\\1`);
      if (pool.basePath !== '') out.add(`http-request set-path ${pool.basePath}%[path]`);
      if (route.hostHeader !== 'original') out.add(`http-request set-header Host ${route.hostHeader}`);
      for (const [i, server] of pool.servers.entries()) {
        if (server.weight > MAX_WEIGHT)
          losses.push({ where: pool.id, what: `a weight of ${server.weight} is written as ${MAX_WEIGHT}` });
        const options = [
          `weight ${Math.min(MAX_WEIGHT, server.drain ? 0 : server.weight)}`,
          ...(Number.isFinite(server.maxConnections) ? [`maxconn ${server.maxConnections}`] : []),
          ...(pool.healthPath === undefined ? [] : [`check inter ${pool.intervalMs}ms`]),
          ...(server.backup ? ['backup'] : []),
          ...(pool.stickyCookie === undefined ? [] : [`cookie s${i + 1}`]),
          ...(schemeOf(pool) === 'https' ? ['ssl verify none'] : schemeOf(pool) === 'h2c' ? ['proto h2'] : []),
        ];
        out.add(`server s${i + 1} ${hostPort(server.host, server.port)} ${options.join(' ')}`);
      }
    },
    '',
  );
}
