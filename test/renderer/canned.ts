/** Canned states of the engine, as the bridge would answer them. */
import type { BackendState, HealthStatus, PoolState, SiteState, Snapshot } from '../../shared/state.ts';

export function makeBackend(site: string, name: string, rest: Partial<BackendState> = {}): BackendState {
  return {
    id: `${site} / ${name}`,
    name,
    url: 'http://localhost:5173',
    weight: 1,
    backup: false,
    disabled: false,
    drain: false,
    health: 'healthy',
    active: 0,
    requests: 0,
    failures: 0,
    path: ['server', 0, 'balance', 0],
    ...rest,
  };
}

export function makeSite(name: string, members: PoolState['members'], rest: Partial<SiteState> = {}): SiteState {
  return {
    name,
    hosts: [name],
    disabled: false,
    url: `http://${name}:8080`,
    health: 'healthy',
    requests: 0,
    routes: [
      { path: '/', kind: 'proxy', pool: { name: '', weight: 1, strategy: 'round_robin', members }, middlewares: [] },
    ],
    ...rest,
  };
}

export function makeSnapshot(rest: Partial<Snapshot> = {}): Snapshot {
  return {
    seq: 0,
    version: '0.1.0',
    pid: 1,
    home: '/home/dev/.config/mogoly',
    host: 'app',
    status: 'running',
    startedAt: 1_790_000_000_000,
    configFile: '/home/dev/.config/mogoly/mogoly.yaml',
    revision: 3,
    problems: [],
    listeners: [
      { kind: 'http', address: '127.0.0.1', port: 8080 },
      { kind: 'http', address: '::1', port: 8080 },
    ],
    sites: [],
    rehearsals: [],
    traffic: { at: 0, requestsPerSecond: 0, errorsPerSecond: 0, p50Ms: 0, p99Ms: 0, active: 0 },
    ...rest,
  };
}

const HEALTHS: readonly HealthStatus[] = [
  'healthy',
  'healthy',
  'healthy',
  'unknown',
  'degraded',
  'healthy',
  'draining',
  'down',
];

/** A working day: every state once, a nested pool, routes, middlewares, long and hostile names. */
export function busySnapshot(): Snapshot {
  const at = (index: number): { path: (string | number)[] } => ({ path: ['server', 0, 'balance', index] });
  const shop = makeSite(
    'shop.localhost',
    [
      makeBackend('shop', 'web-1', { ...at(0), weight: 2, active: 3, requests: 8_204 }),
      makeBackend('shop', 'web-2', {
        ...at(1),
        url: 'http://localhost:5174',
        health: 'down',
        requests: 4_090,
        failures: 12,
        lastFailure: 'connection refused',
      }),
      makeBackend('shop', 'web-3', {
        ...at(2),
        url: 'http://localhost:5175',
        drain: true,
        health: 'draining',
        active: 1,
        requests: 10,
      }),
      {
        name: 'pool-b',
        weight: 1,
        strategy: 'least_connections',
        members: [
          makeBackend('shop', 'b-1', { path: ['server', 0, 'balance', 3, 'balance', 0], url: 'http://localhost:6001' }),
          makeBackend('shop', 'b-2', {
            path: ['server', 0, 'balance', 3, 'balance', 1],
            url: 'http://localhost:6002',
            disabled: true,
          }),
        ],
      },
      makeBackend('shop', 'spare', { ...at(4), url: 'http://localhost:5199', backup: true, health: 'unknown' }),
    ],
    { hosts: ['shop.localhost', '*.shop.localhost'], health: 'degraded', requests: 12_304 },
  );
  shop.routes.unshift(
    {
      path: '/api/*',
      kind: 'proxy',
      middlewares: ['ratelimit', 'cors'],
      pool: {
        name: '',
        weight: 1,
        strategy: 'least_connections',
        members: [
          makeBackend('shop', 'api', {
            id: 'shop /api api',
            url: 'http://localhost:3000',
            path: ['server', 0, 'routes', 0, 'balance', 0],
            requests: 931,
          }),
        ],
      },
    },
    { path: '/assets/*', kind: 'static', target: './dist', middlewares: [] },
    { path: '/old/*', kind: 'redirect', target: '/new/{rest}', middlewares: ['headers'] },
  );
  const sites = [shop];
  for (const [index, health] of HEALTHS.entries()) {
    const name = [
      'api.localhost',
      'docs.localhost',
      'admin.shop.localhost',
      'mail.test',
      'auth.localhost',
      'cdn.test',
      'legacy.localhost',
      'billing.localhost',
    ][index]!;
    const failing = health === 'down' ? { lastFailure: 'no answer within 3s', failures: 8 } : {};
    sites.push(
      makeSite(
        name,
        [
          makeBackend(name, `localhost:${4_000 + index}`, {
            url: `http://localhost:${4_000 + index}`,
            health,
            requests: index * 311,
            path: ['server', index + 1, 'url'],
            ...failing,
          }),
        ],
        { health, requests: index * 311 },
      ),
    );
  }
  return makeSnapshot({
    sites,
    traffic: { at: 0, requestsPerSecond: 128, errorsPerSecond: 0.4, p50Ms: 0.42, p99Ms: 18.3, active: 4 },
  });
}
