/** The router against a plain model of what product and config say: hosts, patterns, the longest wins. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile, listMiddlewares } from '../../../electron/engine/compile.ts';
import type { BackendLive, Generation, Middleware } from '../../../electron/engine/generation.ts';
import { backendPath, comparePatterns, matchRoute } from '../../../electron/engine/proxy/router.ts';
import { configSchema, type ConfigFile } from '../../../shared/config.ts';

const IDLE: BackendLive = { active: 0, requests: 0, failures: 0, health: 'unknown', available: true };

function generationOf(file: ConfigFile): Promise<Generation> {
  const config = configSchema.parse(file);
  const middlewares = new Map<string, Middleware>(
    listMiddlewares(config).map(({ key, spec }) => [key, { name: spec.name }]),
  );
  return compile(config, {
    revision: 1,
    folder: '/home/dev',
    comparePatterns,
    former: undefined,
    counterFor: () => ({ requests: 0 }),
    middlewareFor: (key) => middlewares.get(key)!,
    liveFor: () => ({ ...IDLE }),
  });
}

const label = fc.constantFrom('a', 'b', 'shop', 'x-1');
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => [...labels, 'test'].join('.'));
const pattern = fc.oneof(
  name,
  name.map((host) => `*.${host}`),
  fc.constant('*'),
);
const segment = fc.constantFrom('api', 'ap', 'apix', 'v1', 'A', '%61pi', '..', '');
const path = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
const rule = fc
  .oneof(
    path,
    path.map((text) => `${text.replace(/\/$/, '')}/*`),
  )
  .filter((text) => text !== '/*');

/** Exact names first, then the longest suffix, then `*`; written apart from the product. */
function modelSite(sites: readonly string[], host: string): string | undefined {
  if (sites.includes(host)) return host;
  const suffixes = sites.filter((site) => site.startsWith('*.') && host.endsWith(site.slice(1)));
  return suffixes.sort((a, b) => b.length - a.length)[0] ?? sites.find((site) => site === '*');
}

it('finds the site that the model finds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(pattern, { minLength: 1, maxLength: 8 }), fc.array(name), async (sites, hosts) => {
      const generation = await generationOf({
        server: sites.map((host, i) => ({ name: `s${i}`, hosts: [host], url: 'http://localhost:1' })),
      });
      for (const host of [...hosts, ...sites.map((site) => site.replace('*', 'new'))]) {
        const found = generation.findSite(host)?.name;
        const model = modelSite(sites, host);
        expect([host, found]).toEqual([host, model === undefined ? undefined : `s${sites.indexOf(model)}`]);
      }
    }),
    { numRuns: 300 },
  );
});

const matches = (text: string, asked: string): boolean =>
  text.endsWith('/*') ? asked === text.slice(0, -2) || asked.startsWith(text.slice(0, -1)) : asked === text;

/** The pattern with most letters in front of its star; an exact one before a prefix of that length; else the site itself. */
function modelRoute(rules: readonly string[], asked: string): string {
  const fixed = (text: string): number => (text.endsWith('*') ? text.length - 1.5 : text.length);
  return rules.filter((text) => matches(text, asked)).sort((a, b) => fixed(b) - fixed(a))[0] ?? '/';
}

it('finds the route that the model finds, whatever the query', async () => {
  const rules = fc.uniqueArray(rule, { maxLength: 6 }).map((list) => list.filter((text) => text !== '/'));
  await fc.assert(
    fc.asyncProperty(rules, fc.array(path, { minLength: 1 }), fc.string(), async (list, paths, query) => {
      const { sites } = await generationOf({
        server: [
          {
            name: 'a.test',
            url: 'http://localhost:1',
            routes: list.map((text) => ({ path: text, url: 'http://localhost:2' })),
          },
        ],
      });
      for (const asked of paths)
        for (const target of [asked, `${asked}?${query}`])
          expect([target, matchRoute(sites[0]!, target)?.pattern]).toEqual([target, modelRoute(list, asked)]);
    }),
    { numRuns: 300 },
  );
});

it('takes a prefix off at the end of a segment only, and never changes what stands behind it', () => {
  fc.assert(
    fc.property(
      path,
      fc.constantFrom('', '/api', '/v1/', '/ap'),
      fc.constantFrom('', '/base'),
      fc.string(),
      (asked, strip, base, query) => {
        const target = `${asked}?${query}`;
        const sent = backendPath(target, strip, base);
        expect(sent.startsWith(`${base}/`)).toBe(true);
        expect(sent.endsWith(`?${query}`)).toBe(true);
        const behind = sent.slice(base.length);
        expect(target.endsWith(behind) || behind === `/${target.slice(strip.length)}`).toBe(true);
        if (
          strip === '' ||
          !(target.startsWith(strip) && (strip.endsWith('/') || /^[/?]/.test(target.slice(strip.length))))
        )
          expect(behind).toBe(target);
      },
    ),
  );
});
