/** HTTPRoutes of the Kubernetes Gateway API (v1), with the Services they need stated by name. */
import { stringify } from 'yaml';
import type { ExportPlan, ExportRoute, ExportSite, Loss } from './plan.ts';

/** Names of Kubernetes objects end there (RFC 1123). */
const NAME_LENGTH = 63;

export function toGatewayApi(plan: ExportPlan): { text: string; losses: Loss[] } {
  const losses: Loss[] = [];
  const documents = plan.sites.map((site) => routeOf(site, (what) => losses.push({ where: site.name, what })));
  for (const { id, servers } of plan.pools)
    losses.push({
      where: id,
      what: `its ${servers.length === 1 ? 'backend is' : `${servers.length} backends are`} named as Services; make Services of these names in the cluster`,
    });
  return { text: documents.map((document) => stringify(document)).join('---\n'), losses };
}

function routeOf(site: ExportSite, lose: (what: string) => void): unknown {
  const hostnames = site.hosts.filter((host) => host !== '*');
  if (site.tls.kind !== 'off') lose('certificates belong to the Gateway, which you name');
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: nameOf(site.name) },
    spec: {
      parentRefs: [{ name: 'gateway' }],
      ...(hostnames.length > 0 ? { hostnames } : {}),
      rules: site.routes.flatMap((route) => ruleOf(site, route, lose)),
    },
  };
}

function ruleOf(site: ExportSite, route: ExportRoute, lose: (what: string) => void): unknown[] {
  const matches = [{ path: { type: route.isPrefix ? 'PathPrefix' : 'Exact', value: route.path } }];
  if (route.redirect !== undefined) {
    if (/\{(rest|path|query)\}/.test(route.redirect.to))
      lose(`the redirect of ${route.path} keeps the path; {rest} cannot be said`);
    const status = route.redirect.status === 302 ? 302 : 301;
    return [{ matches, filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: status } }] }];
  }
  if (route.pool === undefined) {
    lose(`the static route ${route.path} is left out`);
    return [];
  }
  const { pool } = route;
  const replaced = pool.basePath + (route.stripPrefix === '' ? route.path : '/');
  const rewrites = route.stripPrefix !== '' || pool.basePath !== '';
  return [
    {
      matches,
      ...(rewrites
        ? {
            filters: [
              {
                type: 'URLRewrite',
                urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: replaced } },
              },
            ],
          }
        : {}),
      backendRefs: pool.servers.map(({ port, weight }, i) => ({
        name: nameOf(`${site.name}-${pool.id}-${i + 1}`),
        port,
        weight,
      })),
    },
  ];
}

const nameOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, NAME_LENGTH);
