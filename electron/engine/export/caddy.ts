/** A Caddyfile (Caddy 2). */
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

const POLICIES = {
  round_robin: 'round_robin',
  least_connections: 'least_conn',
  random: 'random',
  ip_hash: 'ip_hash',
} as const;

export function toCaddy(plan: ExportPlan): { text: string; losses: Loss[] } {
  const losses: Loss[] = [];
  const out = new Lines('\t');
  out.block('{', () => {
    out.add('admin off');
    // Both would otherwise be decided by Caddy: its own redirects to https, and its own ports.
    out.add('auto_https disable_redirects');
    if (plan.http[0] !== undefined) out.add(`http_port ${plan.http[0].port}`);
    if (plan.https[0] !== undefined) out.add(`https_port ${plan.https[0].port}`);
  });
  for (const site of plan.sites) writeSite(out, plan, site, (what) => losses.push({ where: site.name, what }));
  return { text: out.toString(), losses };
}

function writeSite(out: Lines, plan: ExportPlan, site: ExportSite, lose: (what: string) => void): void {
  if (site.hosts.some((host) => host.startsWith('*.')))
    lose('a *. pattern stands for one label only in Caddy; names with more labels are not matched');
  const addresses = (scheme: 'http' | 'https', port: number): string =>
    site.hosts.map((host) => `${scheme}://${host === '*' ? '' : host}:${port}`).join(', ');
  const binds = (listeners: ExportPlan['http']): void => {
    out.add(`bind ${listeners.map(({ address }) => address).join(' ')}`);
  };
  const [http] = plan.http;
  const [https] = plan.https;
  if (http !== undefined)
    out.block(`${addresses('http', http.port)} {`, () => {
      binds(plan.http);
      if (site.forceTls && https !== undefined && site.tls.kind !== 'off')
        out.add(`redir https://{host}${https.port === 443 ? '' : `:${https.port}`}{uri} 308`);
      else writeRoutes(out, site, lose);
    });
  if (https !== undefined && site.tls.kind !== 'off')
    out.block(`${addresses('https', https.port)} {`, () => {
      binds(plan.https);
      if (site.tls.kind === 'local') out.add('tls internal');
      if (site.tls.kind === 'files') out.add(`tls ${quoted(site.tls.cert)} ${quoted(site.tls.key)}`);
      writeRoutes(out, site, lose);
    });
}

/** Caddy takes the first `handle` whose matcher fits; ours stand longest first. */
function writeRoutes(out: Lines, site: ExportSite, lose: (what: string) => void): void {
  out.block('route {', () => {
    for (const route of site.routes) {
      const handle = route.path === '/' ? 'handle {' : `handle ${matcher(route)} {`;
      // Inside `route` the directives keep our order.
      out.block(handle, () => out.block('route {', () => writeRoute(out, route, lose)));
    }
  });
}

const matcher = ({ path, isPrefix }: ExportRoute): string => (isPrefix ? `${path}*` : path);

function writeRoute(out: Lines, route: ExportRoute, lose: (what: string) => void): void {
  if (route.redirect !== undefined) {
    if (route.redirect.to.includes('{rest}') && route.path !== '/')
      out.add(`uri strip_prefix ${route.path.replace(/\/$/, '')}`);
    const to = route.redirect.to.replaceAll('/{rest}', '{path}').replaceAll('{rest}', '{path}');
    out.add(`redir * ${to} ${route.redirect.status}`);
    return;
  }
  if (route.stripPrefix !== '') out.add(`uri strip_prefix ${route.stripPrefix}`);
  if (route.folder !== undefined) {
    out.add(`root * ${quoted(route.folder)}`);
    out.add('file_server');
    return;
  }
  if (route.pool !== undefined) writePool(out, route, route.pool, lose);
}

function writePool(out: Lines, route: ExportRoute, pool: ExportPool, lose: (what: string) => void): void {
  if (pool.basePath !== '') out.add(`rewrite * ${pool.basePath}{uri}`);
  // Before 2.7 no policy of Caddy counts weights: a server is written as often as it weighs.
  const usual = pool.servers.filter(({ backup, weight, drain }) => !backup && weight > 0 && !drain);
  const backups = pool.servers.filter(({ backup }) => backup);
  if (backups.length > 0) lose('Caddy knows no backup servers; they are written last, and the first that is up serves');
  const divisor = usual.reduce((common, { weight }) => gcd(common, weight), 0) || 1;
  const scheme = schemeOf(pool);
  const to = [
    ...usual.flatMap((server) => Array.from({ length: Math.min(20, server.weight / divisor) }, () => server)),
    ...backups,
  ]
    .map(({ host, port }) => `${scheme}://${hostPort(host, port)}`)
    .join(' ');
  out.block(`reverse_proxy ${to} {`, () => {
    const policy =
      backups.length > 0
        ? 'first'
        : pool.stickyCookie !== undefined
          ? `cookie ${pool.stickyCookie}`
          : POLICIES[pool.strategy];
    out.add(`lb_policy ${policy}`);
    out.add('lb_try_duration 2s');
    if (pool.healthPath !== undefined) {
      out.add(`health_uri ${pool.healthPath}`);
      out.add(`health_interval ${seconds(pool.intervalMs)}s`);
      out.add(`health_timeout ${seconds(pool.timeoutMs)}s`);
    }
    if (route.hostHeader !== 'original') out.add(`header_up Host ${route.hostHeader}`);
    out.add('flush_interval -1');
  });
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
