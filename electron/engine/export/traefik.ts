/** A dynamic configuration file of Traefik 3; its entry points `web` and `websecure` belong in the static one. */
import { stringify } from 'yaml';
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

export function toTraefik(plan: ExportPlan): { text: string; losses: Loss[] } {
  const losses: Loss[] = [];
  const routers: Record<string, unknown> = {};
  const services: Record<string, unknown> = {};
  const middlewares: Record<string, unknown> = {};
  for (const pool of plan.pools) services[pool.id] = serviceOf(pool, losses);
  for (const [s, site] of plan.sites.entries()) {
    for (const [r, route] of site.routes.entries()) {
      if (route.pool === undefined) {
        losses.push({
          where: `${site.name} ${route.path}`,
          what: `Traefik has no ${route.kind} routes without a service; it is left out`,
        });
        continue;
      }
      const id = `site_${s + 1}_${r + 1}`;
      const used = middlewaresOf(id, route, middlewares);
      const router = {
        rule: ruleOf(site, route),
        service: route.pool.id,
        ...(used.length > 0 ? { middlewares: used } : {}),
      };
      routers[id] = { ...router, entryPoints: ['web'] };
      if (site.tls.kind !== 'off')
        routers[`${id}_tls`] = {
          ...router,
          entryPoints: ['websecure'],
          tls: site.tls.kind === 'acme' ? { certResolver: 'acme' } : {},
        };
    }
    if (site.tls.kind === 'local')
      losses.push({ where: site.name, what: 'Traefik answers with its default certificate, which nobody trusts' });
    if (site.forceTls)
      losses.push({
        where: site.name,
        what: 'force_tls is a redirection of the entry point web in the static configuration',
      });
  }
  const http = { routers, services, ...(Object.keys(middlewares).length > 0 ? { middlewares } : {}) };
  const certificates = plan.sites.flatMap(({ tls }) =>
    tls.kind === 'files' ? [{ certFile: tls.cert, keyFile: tls.key }] : [],
  );
  return { text: stringify({ http, ...(certificates.length > 0 ? { tls: { certificates } } : {}) }), losses };
}

function ruleOf({ hosts }: ExportSite, { path, isPrefix }: ExportRoute): string {
  const hostRules = hosts.map((host) =>
    host === '*'
      ? 'PathPrefix(`/`)'
      : host.startsWith('*.')
        ? `HostRegexp(\`^.+${escapeRegExp(host.slice(1))}$\`)`
        : `Host(\`${host}\`)`,
  );
  const host = hostRules.length === 1 ? hostRules[0]! : `(${hostRules.join(' || ')})`;
  if (path === '/') return host;
  return `${host} && ${isPrefix ? 'PathPrefix' : 'Path'}(\`${path}\`)`;
}

const escapeRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function middlewaresOf(id: string, route: ExportRoute, all: Record<string, unknown>): string[] {
  const used: string[] = [];
  const add = (name: string, value: unknown): void => {
    all[`${id}_${name}`] = value;
    used.push(`${id}_${name}`);
  };
  if (route.stripPrefix !== '') add('strip', { stripPrefix: { prefixes: [route.stripPrefix] } });
  if (route.pool !== undefined && route.pool.basePath !== '')
    add('base', { addPrefix: { prefix: route.pool.basePath } });
  if (route.hostHeader !== 'original') add('host', { headers: { customRequestHeaders: { Host: route.hostHeader } } });
  return used;
}

function serviceOf(pool: ExportPool, losses: Loss[]): unknown {
  if (pool.strategy !== 'round_robin') losses.push({ where: pool.id, what: `${pool.strategy} becomes round robin` });
  if (pool.servers.some(({ backup }) => backup))
    losses.push({ where: pool.id, what: 'backup servers serve with the others' });
  const servers = pool.servers
    .filter(({ drain }) => !drain)
    .map(({ host, port, weight }) => ({
      url: `${schemeOf(pool)}://${hostPort(host, port)}`,
      ...(weight === 1 ? {} : { weight }),
    }));
  return {
    loadBalancer: {
      servers,
      passHostHeader: true,
      ...(pool.stickyCookie === undefined ? {} : { sticky: { cookie: { name: pool.stickyCookie, httpOnly: true } } }),
      ...(pool.healthPath === undefined
        ? {}
        : {
            healthCheck: {
              path: pool.healthPath,
              interval: `${seconds(pool.intervalMs)}s`,
              timeout: `${seconds(pool.timeoutMs)}s`,
            },
          }),
    },
  };
}
