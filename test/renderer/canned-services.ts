/** Canned services: one in each state that the screen tells of, with addresses, logs and details. */
import { catalogue, kindOf } from '../../electron/engine/services/catalogue.ts';
import type {
  DockerState,
  ServiceDetail,
  ServiceLogs,
  ServicesReport,
  ServiceSecret,
  ServiceState,
} from '../../shared/service.ts';
import { ok, TODAY } from './canned-system.ts';

export const DOCKER: DockerState = {
  available: true,
  product: 'Docker',
  version: '27.3.1',
  host: 'unix:///var/run/docker.sock',
};
export const NO_DOCKER: DockerState = {
  available: false,
  tried: ['unix:///var/run/docker.sock', 'unix:///home/dev/.docker/run/docker.sock', 'unix:///run/podman/podman.sock'],
  problem: {
    code: 'DOCKER_MISSING',
    severity: 'error',
    message: 'There is no Docker or Podman on this machine.',
    fix: 'Install and start one for services; everything else works without.',
  },
};

export const PASSWORD = 'kq3-Zb7xW1vN9dRt';

export function makeService(name: string, rest: Partial<ServiceState> = {}): ServiceState {
  return {
    name,
    type: 'postgresql',
    image: 'postgres:17',
    status: 'ready',
    container: '4f1c09ab27de',
    port: 32_768,
    url: `postgresql://postgres@127.0.0.1:32768/${name.replace('-', '_')}`,
    volumes: [`mogoly-${name}-1f6e02-data`],
    inConfig: true,
    changes: [],
    startedAt: TODAY - 7_800_000,
    ...rest,
  };
}

/** One without a container. */
function makeIdle(name: string, rest: Partial<ServiceState>): ServiceState {
  const { container: _, port: _port, url: _url, startedAt: _startedAt, ...idle } = makeService(name, rest);
  return idle;
}

export const SERVICES: ServiceState[] = [
  makeService('app-db', {
    domain: { name: 'app-db.local', port: 5_432, address: '127.0.0.1', allowedCidrs: [] },
  }),
  makeService('cache', {
    type: 'redis',
    image: 'redis:8',
    port: 32_769,
    url: 'redis://127.0.0.1:32769/0',
    volumes: ['mogoly-cache-1f6e02-data'],
    startedAt: TODAY - 190_000_000,
  }),
  makeService('legacy', {
    type: 'mysql',
    image: 'mysql:8.4',
    port: 32_771,
    url: 'mysql://app@127.0.0.1:32771/legacy',
    changes: [
      {
        key: 'version',
        message:
          'mysql:8.4 becomes mysql:9, which does not read data of another major version. Dump them first, or the new one does not start.',
        data: 'risk',
      },
      { key: 'variables', message: 'The variables of the environment change; the data stay.', data: 'kept' },
    ],
  }),
  makeIdle('mail', {
    type: 'custom',
    image: 'axllent/mailpit:v1.21',
    status: 'pulling',
    inConfig: false,
    pull: { percent: 34.2, bytes: 8_400_000, totalBytes: 24_600_000 },
  }),
  makeIdle('orders', {
    image: 'postgres:16',
    status: 'failed',
    volumes: [],
    problem: {
      code: 'SERVICE_PULL_REFUSED',
      severity: 'error',
      message: 'The registry does not give out postgres:16: it asks for credentials, or has no such image.',
      fix: 'Check the name of the image, or sign in with `docker login`.',
    },
  }),
  makeService('reports', {
    type: 'mongodb',
    image: 'mongo:8.0',
    status: 'stopped',
    port: 32_773,
    url: 'mongodb://root@127.0.0.1:32773/reports?authSource=admin',
  }),
  makeService('search', {
    type: 'custom',
    image: 'registry.test:5000/team/search-engine:2.1',
    status: 'unready',
    port: 32_774,
    url: 'tcp://127.0.0.1:32774',
    inConfig: false,
    problem: {
      code: 'SERVICE_NOT_READY',
      severity: 'error',
      message: 'search runs, and does not answer yet: connection refused.',
      fix: 'Look at its log; some images take minutes for their first start.',
    },
  }),
];

export const report = (rest: Partial<ServicesReport> = {}): ServicesReport => ({
  docker: DOCKER,
  services: SERVICES,
  labelled: [
    { host: 'shop.localhost', container: 'shop-web-1', url: 'http://172.18.0.4:3000' },
    {
      host: 'blog.test',
      container: 'blog',
      problem: { code: 'LABEL_PORT', severity: 'error', message: '"http" is no port.' },
    },
  ],
  catalogue: catalogue(),
  ...rest,
});

const addressOf = (service: ServiceState, password?: string): ServiceSecret => {
  const kind = kindOf(service.type);
  const place = {
    host: '127.0.0.1',
    port: service.port ?? 0,
    ...(kind.hasUser ? { username: kind.defaultUser ?? '' } : {}),
    ...(kind.hasDatabase ? { database: service.name.replace('-', '_') } : {}),
    ...(password === undefined ? {} : { password }),
  };
  return { ...place, url: kind.url(place), lines: kind.lines(place) };
};

const USAGE: Record<string, [number, number]> = {
  'app-db': [0.6, 41_800_000],
  cache: [0.2, 9_300_000],
  legacy: [1.4, 482_000_000],
  search: [38.2, 1_240_000_000],
};

const detailOf = (service: ServiceState): ServiceDetail => {
  const [cpuPercent, memoryBytes] = USAGE[service.name] ?? [0, 0];
  return {
    state: service,
    facts: [
      { label: 'Container', value: `mogoly-${service.name}-1f6e02` },
      { label: 'Id', value: service.container ?? '' },
      { label: 'Image', value: service.image },
      { label: 'Made', value: '2026-09-18T08:12:44.120Z' },
      { label: 'Network', value: 'mogoly-1f6e02' },
      { label: 'Ports', value: `127.0.0.1:${service.port} → 5432/tcp` },
      { label: 'Volumes', value: `${service.volumes[0] ?? ''} → /var/lib/postgresql/data` },
      { label: 'Restarts', value: '0' },
    ],
    environment: [
      { name: 'POSTGRES_USER', value: 'postgres' },
      { name: 'POSTGRES_PASSWORD', value: '••••••••' },
      { name: 'POSTGRES_DB', value: service.name },
      { name: 'LANG', value: 'en_US.utf8' },
    ],
    ...(cpuPercent === 0 ? {} : { stats: { cpuPercent, memoryBytes, memoryLimitBytes: 8_200_000_000 } }),
  };
};

const SAID = [
  'PostgreSQL init process complete; ready for start up.',
  'LOG:  starting PostgreSQL 17.0 on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit',
  'LOG:  listening on IPv4 address "0.0.0.0", port 5432',
  'LOG:  database system is ready to accept connections',
  'LOG:  checkpoint starting: time',
  'ERROR:  relation "carts" does not exist at character 15',
  'STATEMENT:  SELECT * FROM carts WHERE id = $1',
  'LOG:  checkpoint complete: wrote 44 buffers (0.3%); 0 WAL file(s) added, 0 removed, 0 recycled; write=4.210 s',
];

export const logs = (count = 120): ServiceLogs => {
  const lines = Array.from({ length: count }, (_, i) => ({
    at: new Date(TODAY - (count - i) * 4_300).toISOString().replace('Z', '000000Z'),
    stream: i % 3 === 0 ? ('stdout' as const) : ('stderr' as const),
    text: SAID[i % SAID.length]!,
  }));
  return { lines, cursor: lines.at(-1)?.at ?? '' };
};

/** Answers that do not depend on the service. */
export const serviceAnswers = (rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  'services.list': ok(report()),
  'services.logs': ok(logs()),
  ...rest,
});

/** Answers by service, for `named` of the canned engine. */
export const namedAnswers = (services: readonly ServiceState[] = SERVICES): Record<string, Record<string, unknown>> => {
  const each = (answer: (service: ServiceState) => unknown): Record<string, unknown> =>
    Object.fromEntries(services.map((service) => [service.name, ok(answer(service))]));
  return {
    'services.url': each((service) => addressOf(service)),
    'services.secret': each((service) => addressOf(service, PASSWORD)),
    'services.inspect': each(detailOf),
    ...Object.fromEntries(
      ['start', 'stop', 'restart', 'recreate'].map((verb) => [`services.${verb}`, each((service) => service)]),
    ),
    'services.delete': each(({ volumes }) => ({ volumes })),
    'services.cancel': each(() => ({ cancelled: true })),
  };
};
