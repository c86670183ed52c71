/** A config that is exported and imported again routes every request as it did. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../../../electron/engine/compile.ts';
import { writeExport } from '../../../electron/engine/export-config.ts';
import type { BackendLive, Generation, Pool } from '../../../electron/engine/generation.ts';
import { backendPath, comparePatterns, matchRoute } from '../../../electron/engine/proxy/router.ts';
import { configSchema, type Config, type ConfigFile } from '../../../shared/config.ts';
import { imported } from '../../kit/import.ts';

const IDLE: BackendLive = { active: 0, requests: 0, failures: 0, health: 'unknown', available: true };

const generationOf = (config: Config): Promise<Generation> =>
  compile(config, {
    revision: 1,
    folder: '/etc',
    liveFor: () => IDLE,
    counterFor: () => ({ requests: 0 }),
    middlewareFor: () => {
      throw new Error('no middleware was expected');
    },
    comparePatterns,
  });

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Origins with their share, in order. */
function sharesOf(pool: Pool | undefined): [string, number][] {
  const list = (pool?.members ?? []).flatMap((member) =>
    member.kind === 'backend' ? [[member.origin.origin, member.weight] as [string, number]] : [],
  );
  const common = list.reduce((sum, [, weight]) => gcd(sum, weight), 0) || 1;
  return list.map(([origin, weight]) => [origin, weight / common]);
}

/** All that a client or a backend sees of where a request goes. */
function decisionOf(generation: Generation, host: string, path: string): unknown {
  const site = generation.findSite(host);
  const route = site && matchRoute(site, path);
  if (route === undefined) return 'nobody';
  if (route.kind === 'static') return { folder: route.staticRoot, pattern: route.pattern };
  if (route.kind === 'redirect') return { ...route.redirect, pattern: route.pattern };
  const [first] = route.pool!.members;
  const origin = first?.kind === 'backend' ? first.origin : undefined;
  return {
    shares: sharesOf(route.pool),
    strategy: route.pool!.members.length > 1 ? route.pool!.strategy : undefined,
    path: backendPath(path, route.stripPrefix, origin?.basePath ?? ''),
    host: route.hostHeader === 'backend' ? origin?.authority : route.hostHeader,
  };
}

const port = fc.integer({ min: 1_024, max: 65_000 });
const segment = fc.constantFrom('api', 'v1', 'a.b', 'x-y', 'static');
const prefix = fc.array(segment, { minLength: 1, maxLength: 2 }).map((parts) => `/${parts.join('/')}`);
const base = fc.constantFrom('', '', '/base', '/deep/base');

/** What every backend of a pool has in common can be said everywhere. */
const pool = fc
  .record({
    ports: fc.uniqueArray(port, { minLength: 1, maxLength: 3 }),
    weights: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }),
    base,
    strategy: fc.constantFrom('round_robin' as const, 'least_connections' as const, 'random' as const),
    host: fc.constantFrom('original', 'front.internal'),
  })
  .map(({ ports, weights, base: path, strategy, host }) => ({
    balance: ports.map((each, index) => ({ url: `http://127.0.0.1:${each}${path}`, weight: weights[index]! })),
    strategy,
    host_header: host,
  }));

const route = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ prefix, strips: fc.boolean(), pool }).map(({ prefix: path, strips, pool: keys }) => ({
      path: `${path}/*`,
      ...(strips ? { strip_prefix: path } : {}),
      ...keys,
    })),
  },
  fc.record({ prefix, pool }).map(({ prefix: path, pool: keys }) => ({ path, ...keys })),
  prefix.map((path) => ({ path: `${path}/*`, redirect: '/new/{rest}', status: 301 as const })),
  prefix.map((path) => ({ path: `${path}/*`, static: '/srv/files' })),
);

const site = fc.record({ pool, routes: fc.uniqueArray(route, { selector: ({ path }) => path, maxLength: 4 }) });
const hosts = fc.uniqueArray(fc.constantFrom('a.test', 'b.test', '*.a.test', '*.b.test', '*', 'long.a.test'), {
  minLength: 1,
  maxLength: 4,
});

const config = fc.tuple(hosts, fc.array(site, { minLength: 4, maxLength: 4 })).map(([names, sites]): ConfigFile => ({
  listen: { http: 8080, https: 'off', dns: 'off' },
  server: names.map((host, index) => ({
    name: `site-${index}`,
    hosts: [host],
    ...sites[index]!.pool,
    routes: sites[index]!.routes,
  })),
}));

const path = fc
  .tuple(prefix, fc.constantFrom('', '/', '/rest', '/rest/more?q=1', 'x', '?q'))
  .map(([start, end]) => start + end);

it.each(['caddy', 'nginx'] as const)('by %s', async (target) => {
  await fc.assert(
    fc.asyncProperty(config, fc.array(path, { minLength: 1, maxLength: 8 }), async (file, paths) => {
      const before = configSchema.parse(file);
      const { text } = await writeExport(target, before, '/etc/mogoly.yaml');
      const after = configSchema.parse({ server: imported(target, text).sites });
      const [one, two] = await Promise.all([generationOf(before), generationOf(after)]);
      for (const host of ['a.test', 'b.test', 'long.a.test', 'x.a.test', 'x.b.test', 'none.test'])
        for (const each of ['/', ...paths])
          expect([host, each, decisionOf(two, host, each)]).toEqual([host, each, decisionOf(one, host, each)]);
    }),
    { numRuns: 150 },
  );
});
