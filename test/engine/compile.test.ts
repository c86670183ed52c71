/** From a checked config to its running form. */
import { describe, expect, it } from 'vitest';
import { compile, listMiddlewares } from '../../electron/engine/compile.ts';
import type { Backend, BackendLive, Generation, Middleware, Pool } from '../../electron/engine/generation.ts';
import { comparePatterns } from '../../electron/engine/proxy/router.ts';
import { configSchema, type Config, type ConfigFile } from '../../shared/config.ts';

function running(input: ConfigFile, live = new Map<string, BackendLive>()): Promise<Generation> {
  return compiled(configSchema.parse(input), live);
}

function compiled(
  config: Config,
  live = new Map<string, BackendLive>(),
  former?: { config: Config; generation: Generation },
): Promise<Generation> {
  const middlewares = new Map<string, Middleware>(
    listMiddlewares(config).map(({ key, spec }) => [key, { name: spec.name }]),
  );
  return compile(config, {
    revision: 1,
    folder: '/home/dev',
    comparePatterns,
    former,
    counterFor: () => ({ requests: 0 }),
    middlewareFor: (key) => middlewares.get(key)!,
    liveFor: (id) => {
      const fresh: BackendLive = { active: 0, requests: 0, failures: 0, health: 'unknown', available: true };
      live.set(id, fresh);
      return fresh;
    },
  });
}

const only = (generation: Generation): Backend => generation.backends[0]!;

describe('compile', () => {
  it('a site with one backend may write url, or protocol, host and port', async () => {
    expect(only(await running({ server: [{ name: 'a', url: 'http://localhost:5173/base/' }] })).origin).toMatchObject({
      origin: 'http://localhost:5173',
      basePath: '/base',
    });
    expect(
      only(await running({ server: [{ name: 'a', protocol: 'http', host: '127.0.0.1', port: 99 }] })).origin,
    ).toMatchObject({ origin: 'http://127.0.0.1:99', authority: '127.0.0.1:99' });
    expect(only(await running({ server: [{ name: 'a', url: 'h2c://127.0.0.1:50051' }] })).origin).toEqual({
      protocol: 'h2c',
      hostname: '127.0.0.1',
      port: 50_051,
      origin: 'http://127.0.0.1:50051',
      authority: '127.0.0.1:50051',
      basePath: '',
    });
    expect(only(await running({ server: [{ name: 'a', url: 'http://localhost:80' }] })).origin).toMatchObject({
      origin: 'http://localhost',
      port: 80,
      authority: 'localhost',
    });
    expect(
      only(await running({ server: [{ name: 'a', protocol: 'https', host: '::1', port: 443 }] })).origin,
    ).toMatchObject({ hostname: '::1', port: 443, authority: '[::1]' });
  });

  it('a backend without a name is called by its address', async () => {
    expect(only(await running({ server: [{ name: 'a', url: 'http://localhost:5173' }] }))).toMatchObject({
      name: 'localhost:5173',
      id: 'a/localhost:5173',
      path: ['server', 0],
    });
  });

  it('hosts are normalised; the name is the host where there are none', async () => {
    const generation = await running({
      server: [
        { name: 'Shop.Local', url: 'http://localhost:1' },
        { name: 'idn', hosts: ['Bücher.test.', '*.Wild.test'], url: 'http://localhost:2' },
      ],
    });
    expect(generation.sites.map(({ hosts }) => hosts)).toEqual([['shop.local'], ['xn--bcher-kva.test', '*.wild.test']]);
    expect(generation.findSite('shop.local')?.name).toBe('Shop.Local');
  });

  it('the longest route comes first and the site itself last', async () => {
    const { routes } = (
      await running({
        server: [
          {
            name: 'a',
            url: 'http://localhost:1',
            routes: [
              { path: '/api/*', url: 'http://localhost:2' },
              { path: '/api/deep/*', static: './dist' },
              { path: '/exact', redirect: '/' },
            ],
          },
        ],
      })
    ).sites[0]!;
    expect(routes.map(({ pattern }) => pattern).at(-1)).toBe('/');
    expect(routes.findIndex(({ pattern }) => pattern === '/api/deep/*')).toBeLessThan(
      routes.findIndex(({ pattern }) => pattern === '/api/*'),
    );
    expect(routes.find(({ kind }) => kind === 'static')?.staticRoot).toBe('/home/dev/dist');
    expect(routes.find(({ kind }) => kind === 'redirect')?.redirect).toEqual({ to: '/', status: 308 });
  });

  it('a route inherits what its site says about health, Host and time, unless it says so itself', async () => {
    const { routes } = (
      await running({
        server: [
          {
            name: 'a',
            url: 'http://localhost:1',
            host_header: 'original',
            response_timeout: '5s',
            health_check: { path: '/up' },
            routes: [
              { path: '/x', url: 'http://localhost:2' },
              { path: '/yy', url: 'http://localhost:3', host_header: 'backend', health_check: { path: '/own' } },
            ],
          },
        ],
      })
    ).sites[0]!;
    const route = (pattern: string) => routes.find((one) => one.pattern === pattern)!;
    const path = (pool: Pool | undefined) => (pool!.members[0] as Backend).health.path;
    expect(route('/x')).toMatchObject({ hostHeader: 'original', responseTimeoutMs: 5_000 });
    expect(path(route('/x').pool)).toBe('/up');
    expect(route('/yy').hostHeader).toBe('backend');
    expect(path(route('/yy').pool)).toBe('/own');
  });

  it('a pool among backends takes its strategy from the pool around it, and its place and weight', async () => {
    const pool = (
      await running({
        server: [
          {
            name: 'a',
            strategy: 'ip_hash',
            balance: [{ name: 'inner', weight: 3, balance: [{ name: 'b', url: 'http://localhost:1' }] }],
          },
        ],
      })
    ).sites[0]!.routes[0]!.pool!;
    expect(pool.members[0]).toMatchObject({ kind: 'pool', name: 'inner', weight: 3, strategy: 'ip_hash' });
    expect((pool.members[0] as Pool).members[0]).toMatchObject({
      id: 'a/inner/b',
      path: ['server', 0, 'balance', 0, 'balance', 0],
    });
  });

  it('failed requests take no backend out that is alone, unless the config says so', async () => {
    const { backends } = await running({
      server: [
        { name: 'one', url: 'http://localhost:1' },
        { name: 'listed', balance: [{ url: 'http://localhost:2' }] },
        { name: 'two', balance: [{ url: 'http://localhost:3' }, { url: 'http://localhost:4' }] },
        { name: 'asked', url: 'http://localhost:5', passive_health: { max_fails: 2 } },
      ],
    });
    expect(backends.map(({ health }) => health.maxFails)).toEqual([Infinity, Infinity, 3, 3, 2]);
  });

  it('is_healthy says what is assumed before the first probe', async () => {
    const generation = await running({
      server: [
        {
          name: 'a',
          balance: [
            { url: 'http://localhost:1', is_healthy: true },
            { url: 'http://localhost:2', is_healthy: false },
            { url: 'http://localhost:3' },
          ],
        },
      ],
    });
    expect(generation.backends.map(({ health }) => health.initial)).toEqual(['healthy', 'down', 'unknown']);
  });

  it('expected statuses become ranges, the interval is the one of the file unless the site has its own', async () => {
    const generation = await running({
      health_check_interval: '7s',
      server: [{ name: 'a', url: 'http://localhost:1', health_check: { expect: '200-299, 401' } }],
    });
    expect(only(generation).health).toMatchObject({
      expect: [
        [200, 299],
        [401, 401],
      ],
      intervalMs: 7_000,
    });
  });

  it('an entry of a middleware has one key as long as nothing about it changes', () => {
    const keys = (limit: number) =>
      listMiddlewares(
        configSchema.parse({
          server: [
            {
              name: 'a',
              url: 'http://localhost:1',
              middlewares: [{ name: 'ratelimit', config: { request_per_minute: limit } }],
            },
          ],
        }),
      ).map(({ key }) => key);
    expect(keys(1)).toEqual(keys(1));
    expect(keys(1)).not.toEqual(keys(2));
  });

  it('the middlewares of the site come before those of the route', async () => {
    const generation = await running({
      server: [
        {
          name: 'a',
          url: 'http://localhost:1',
          middlewares: [{ name: 'logging' }],
          routes: [{ path: '/x', url: 'http://localhost:2', middlewares: [{ name: 'ping' }] }],
        },
      ],
    });
    expect(generation.sites[0]!.routes.map(({ middlewares }) => middlewares.map(({ name }) => name))).toEqual([
      ['logging', 'ping'],
      ['logging'],
    ]);
  });
});

describe('compile after a change', () => {
  const config = configSchema.parse({
    server: [
      { name: 'a', url: 'http://localhost:1' },
      { name: 'b', balance: [{ url: 'http://localhost:2' }, { balance: [{ url: 'http://localhost:3' }] }] },
      { name: 'c', url: 'http://localhost:4', middlewares: [{ name: 'cors' }] },
    ],
  });
  const [a, b, c] = config.server as [Config['server'][0], Config['server'][0], Config['server'][0]];
  const next = async (changed: Partial<Config>): Promise<[Generation, Generation]> => {
    const former = { config, generation: await compiled(config) };
    return [former.generation, await compiled({ ...config, ...changed }, undefined, former)];
  };

  it('keeps the sites that are the same object in the same place, with all their backends', async () => {
    const [before, after] = await next({ server: [a, b, c, { ...a, name: 'd' }] });
    expect(after.sites[0]).toBe(before.sites[0]);
    expect(after.sites[1]).toBe(before.sites[1]);
    expect(after.backends.map(({ id }) => id)).toEqual([...before.backends.map(({ id }) => id), 'd/localhost:1']);
    expect(after.backends.slice(0, 3)).toEqual(before.backends.slice(0, 3));
    expect(after.findSite('b')).toBe(before.sites[1]);
  });

  it('makes anew what moved, what has middlewares, and all where the interval of probes changed', async () => {
    const [before, moved] = await next({ server: [b, a, c] });
    expect(moved.sites[1]!.path).toEqual(['server', 1]);
    expect(moved.sites[2]).not.toBe(before.sites[2]);
    const [, slower] = await next({ health_check_interval: 99_000 });
    expect(slower.backends.map(({ health }) => health.intervalMs)).toEqual([99_000, 99_000, 99_000, 99_000]);
  });
});
