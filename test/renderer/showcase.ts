/** An ordinary working day on every screen at once: what the pictures of the window show. */
import { parse } from 'yaml';
import { cannedConfig, makeDocument, TEXT } from './config/canned-config.ts';
import { busySnapshot } from './canned.ts';
import { namedAnswers, serviceAnswers } from './canned-services.ts';
import { systemAnswers, TODAY } from './canned-system.ts';
import type { Canned } from './harness.ts';
import type { DevServer } from '../../shared/discovery.ts';
import type { Push } from '../../shared/protocol.ts';
import type { Exchange, LogEntry } from '../../shared/state.ts';

/** The moment of every picture, milliseconds since 1970. */
export const NOW = Date.UTC(2026, 8, 21, 14, 32, 8);

const PATHS = [
  '/',
  '/cart',
  '/api/items?page=2',
  '/api/session',
  '/assets/app-4f1c.js',
  '/products/oak-table',
  '/api/orders',
];

const EXCHANGES: Exchange[] = Array.from({ length: 60 }, (_, i) => {
  const path = PATHS[(i * 5) % PATHS.length]!;
  const isApi = path.startsWith('/api');
  const status = i % 17 === 16 ? 503 : i % 13 === 12 ? 404 : i % 7 === 5 ? 304 : 200;
  const backend = isApi ? 'api' : `web-${(i % 3) + 1}`;
  return {
    id: 60 - i,
    startedAt: NOW - 400 - i * 730,
    durationMs: 3 + ((i * 37) % 90) + (status === 503 ? 240 : 0),
    firstByteMs: 2 + ((i * 37) % 60),
    connectMs: i % 5 === 0 ? 1.2 : 0,
    site: 'shop.localhost',
    route: isApi ? '/api/*' : '/',
    method: isApi && i % 4 === 0 ? 'POST' : 'GET',
    host: 'shop.localhost',
    path,
    status,
    backend,
    attempts: [{ backend }],
    client: '127.0.0.1',
    protocol: i % 2 === 0 ? '2' : '1.1',
    bytesIn: isApi ? 214 : 0,
    bytesOut: status === 304 ? 0 : 900 + ((i * 7_919) % 64_000),
    ...(status === 503 ? { error: 'POOL_EMPTY' } : {}),
  };
});

const SERVERS: DevServer[] = [
  {
    port: 5176,
    address: '::1',
    process: 'node',
    folder: '/home/dev/landing',
    framework: 'Vite',
    url: 'http://localhost:5176',
  },
  {
    port: 8000,
    address: '127.0.0.1',
    process: 'python3',
    folder: '/home/dev/reports',
    framework: 'Django',
    url: 'http://localhost:8000',
  },
  { port: 4000, address: '127.0.0.1', process: 'ruby', url: 'http://localhost:4000', mappedBy: 'api.localhost' },
];

const LINES: [LogEntry['level'], string, string][] = [
  ['info', 'engine.started', 'Routing 9 sites on port 8080.'],
  ['info', 'config.applied', 'Revision 3 by window: ~ shop.localhost'],
  ['warn', 'backend.down', 'web-2 of shop.localhost is down: connection refused on localhost:5174.'],
  ['info', 'certificate.issued', 'Made a certificate for shop.localhost, good until 20 December.'],
  [
    'warn',
    'site.hostRefused',
    'Vite behind localhost:5176 refuses the host landing.test: add it to server.allowedHosts.',
  ],
  ['error', 'exchange.failed', 'GET shop.localhost/api/orders: POOL_EMPTY, no backend is available.'],
  ['info', 'backend.up', 'api of shop.localhost is healthy again.'],
];

const LOG: LogEntry[] = LINES.map(([level, event, message], i) => ({
  id: i + 1,
  at: NOW - (LINES.length - i) * 61_000,
  level,
  event,
  message,
}));

/** Longer than any certificate lives. */
const SPAN_MS = 20 * 365 * 86_400_000;

/** The canned moments lie around today; in the pictures they lie around NOW. */
function moved(value: unknown): unknown {
  if (typeof value === 'number') return Math.abs(value - TODAY) < SPAN_MS ? value - TODAY + NOW : value;
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, moved(part)]));
}

/** Three minutes with a rush in them, to where the snapshot is. */
export function showcaseTraffic(): Push[] {
  const { traffic } = showcase().snapshot;
  const SECONDS = 180;
  return Array.from({ length: SECONDS + 1 }, (_, i) => {
    const left = SECONDS - i;
    const wave = Math.sin(left / 9) * 14 + Math.sin(left / 3.1) * 6;
    const rush = 90 * Math.exp(-(((left - 70) / 16) ** 2));
    const isLast = left === 0;
    return {
      seq: i,
      name: 'traffic.sampled',
      data: {
        ...traffic,
        at: NOW - left * 1_000,
        requestsPerSecond: isLast ? traffic.requestsPerSecond : 110 + wave + rush,
        errorsPerSecond: isLast ? traffic.errorsPerSecond : rush / 6,
        p50Ms: isLast ? traffic.p50Ms : 0.4 + rush / 90,
        p99Ms: isLast ? traffic.p99Ms : 14 + wave / 4 + rush / 3,
        sites: [],
        backends: [],
      },
    };
  });
}

export function showcase(): Canned {
  const { answers: config } = cannedConfig();
  const snapshot = busySnapshot();
  return {
    snapshot: { ...snapshot, startedAt: NOW - 3 * 3_600_000, traffic: { ...snapshot.traffic, at: NOW } },
    log: LOG,
    answers: {
      ...(moved(systemAnswers(serviceAnswers())) as Record<string, unknown>),
      ...config,
      'config.get': { ok: true, value: makeDocument({ value: parse(TEXT) }) },
      'discovery.list': { ok: true, value: { servers: SERVERS } },
      'exchanges.list': { ok: true, value: EXCHANGES },
      'capture.get': { ok: true, value: { enabled: false, bodyBytes: 65_536, heldBytes: 0 } },
    },
    named: namedAnswers(),
  };
}
