/** Labels of Traefik: routers with their rules, services and middlewares. */
import { isHostPattern } from '../../../../shared/host.ts';
import type { Place } from '../../../../shared/problem.ts';
import { addRoute, newSite, type RouteKeys, type SiteDraft } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { poolOf, seconds, type Upstream } from '../pool.ts';
import { portOf, reach } from './reach.ts';
import type { Pairs, Service } from './service.ts';
import { applyMiddlewares, type MiddlewareLabels, type RouteChange } from './traefik-middleware.ts';
import { parseRule, RuleUnsaid, type RuleMatch } from './traefik-rule.ts';

/** Values of one router, service or middleware, by the rest of their key in lower case. */
type Labels = Map<string, Pairs>;
type Named = Map<string, Labels>;

export function readTraefik(services: readonly Service[], notes: Notes): SiteDraft[] {
  const enabled = services.filter(
    ({ labels }) => !labels.some(({ key, value }) => key === 'traefik.enable' && value === 'false'),
  );
  const middlewares: MiddlewareLabels = new Map(enabled.flatMap(({ labels }) => [...namedOf(labels, 'middlewares')]));
  return enabled.flatMap((service) => {
    const other = service.labels.find(({ key }) => /^traefik\.(tcp|udp)\./i.test(key));
    if (other !== undefined) notes.leftOut(other.at, `"${other.key}"`, 'Mogoly routes HTTP alone.');
    return readService(service, middlewares, notes);
  });
}

/** `traefik.http.routers.NAME.rest`. */
function namedOf(labels: readonly Pairs[], kind: string): Named {
  const named: Named = new Map();
  for (const label of labels) {
    const parts = new RegExp(String.raw`^traefik\.http\.${kind}\.([^.]+)\.(.+)$`, 'i').exec(label.key);
    if (parts === null) continue;
    const name = parts[1]!.toLowerCase();
    named.set(name, (named.get(name) ?? new Map<string, Pairs>()).set(parts[2]!.toLowerCase(), label));
  }
  return named;
}

function readService(service: Service, middlewares: MiddlewareLabels, notes: Notes): SiteDraft[] {
  const pools = namedOf(service.labels, 'services');
  const sites = new Map<string, SiteDraft>();
  for (const [name, router] of namedOf(service.labels, 'routers')) {
    const rule = router.get('rule');
    if (rule === undefined) {
      const [first] = router.values();
      notes.leftOut(first!.at, `the router ${name}, which has no rule,`, 'Give it a rule, as in Host(`shop.test`).');
      continue;
    }
    const pool = pools.get((router.get('service')?.value ?? '').toLowerCase()) ?? [...pools.values()][0];
    readRouter(router, rule, poolKeys(service, pool, rule.at, notes), { middlewares, sites, notes });
  }
  return grouped([...sites.values()]);
}

function poolKeys(service: Service, labels: Labels | undefined, at: Place, notes: Notes): RouteKeys | undefined {
  const value = (key: string): string | undefined => labels?.get(`loadbalancer.${key}`)?.value;
  const protocol: Upstream['protocol'] =
    value('server.scheme') === 'https' ? 'https' : value('server.scheme') === 'h2c' ? 'h2c' : 'http';
  const upstreams = reach(service, portOf(value('server.port')), protocol, at, notes);
  if (upstreams.length === 0) return undefined;
  const path = value('healthcheck.path');
  const interval = value('healthcheck.interval');
  const timeout = value('healthcheck.timeout');
  return {
    ...poolOf(upstreams),
    ...(value('sticky.cookie.name') === undefined ? {} : { sticky: { cookie: value('sticky.cookie.name')! } }),
    ...(path === undefined
      ? {}
      : {
          health_check: {
            path,
            ...(interval === undefined ? {} : { interval: seconds(interval) }),
            ...(timeout === undefined ? {} : { timeout: seconds(timeout) }),
          },
        }),
    ...(value('passhostheader') === 'false' ? {} : { host_header: 'original' }),
  };
}

interface Target {
  middlewares: MiddlewareLabels;
  /** By host and scheme. */
  sites: Map<string, SiteDraft>;
  notes: Notes;
}

function readRouter(router: Labels, rule: Pairs, pool: RouteKeys | undefined, target: Target): void {
  const { notes } = target;
  const matches = matchesOf(rule, notes);
  const used = router.get('middlewares');
  const change = applyMiddlewares(used, target.middlewares, notes);
  const points = router.get('entrypoints')?.value.toLowerCase() ?? '';
  const hasTls =
    [...router.keys()].some((key) => key === 'tls' || key.startsWith('tls.')) && router.get('tls')?.value !== 'false';
  const https = hasTls || /secure|https|443/.test(points);
  const http = !https || points === '' || /(^|,)\s*(web|http|80)\b/.test(points);
  if (router.has('tls.certresolver'))
    notes.changed(
      router.get('tls.certresolver')!.at,
      'Traefik gets a public certificate for it; here the local authority signs it.',
      'For a public one, give the site "tls: acme".',
    );
  for (const match of matches) {
    for (const kind of [...(http ? ['http'] : []), ...(https ? ['https'] : [])] as const)
      addTo(siteFor(target.sites, match, kind as 'http' | 'https', rule.at), match, pool, change, rule.at);
  }
}

function matchesOf({ value, at }: Pairs, notes: Notes): RuleMatch[] {
  try {
    return parseRule(value).filter(({ host }) => {
      if (host === undefined || isHostPattern(host)) return true;
      notes.leftOut(at, `the host ${host}`, 'Hosts are names as shop.test, or *.shop.test.');
      return false;
    });
  } catch (error) {
    if (!(error instanceof RuleUnsaid)) throw error;
    notes.leftOut(at, `the rule with ${error.message}`, 'Routes are told apart by host and path alone.');
    return [];
  }
}

function siteFor(
  sites: Map<string, SiteDraft>,
  { host = '*' }: RuleMatch,
  kind: 'http' | 'https',
  at: Place,
): SiteDraft {
  const key = `${kind} ${host}`;
  const known = sites.get(key) ?? { ...newSite(at, [host]), [kind]: true };
  sites.set(key, known);
  return known;
}

function addTo(
  site: SiteDraft,
  { path }: RuleMatch,
  pool: RouteKeys | undefined,
  change: RouteChange,
  at: Place,
): void {
  if (change.isGuarded) site.disabled = true;
  const keys = change.redirect ?? (pool && change.apply(pool));
  if (keys !== undefined) addRoute(site, { path, keys, middlewares: change.middlewares, at });
}

/** Hosts of one service with the same routes are one site. */
function grouped(sites: readonly SiteDraft[]): SiteDraft[] {
  const groups = new Map<string, SiteDraft>();
  for (const site of sites) {
    const key = JSON.stringify([site.http, site.https, site.disabled, site.routes]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, site);
    else known.hosts.push(...site.hosts);
  }
  return [...groups.values()];
}
