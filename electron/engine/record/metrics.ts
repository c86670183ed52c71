/** Counters of the traffic as Prometheus text, exposition format 0.0.4. */
import type { RecordedExchange } from './exchanges.ts';
import { createPage } from './metrics-page.ts';
import type { MetricsPage } from './metrics-page.ts';

/** Upper edges of the duration histogram, in seconds; +Inf follows. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** Series of one site, backend and code kept apart; what comes after them is counted as `other`. */
export const SERIES_LIMIT = 5_000;
/** Sites with a histogram of their own; the rest share one. */
export const SITE_LIMIT = 1_000;
const OTHER = 'other';

/** What is read at the moment of rendering. */
export interface MetricsGauges {
  version: string;
  /** Seconds since 1970. */
  startedAt?: number;
  revision: number;
  backends: Iterable<{ site: string; name: string; url: string; up: boolean; active: number }>;
}

export interface Metrics {
  observe: (exchange: RecordedExchange) => void;
  render: (gauges: MetricsGauges) => string;
}

interface SiteCounters {
  /** Not cumulative; summed up when rendered. */
  buckets: Uint32Array;
  sumSeconds: number;
  bytesIn: number;
  bytesOut: number;
  retries: number;
}

interface RequestCounter {
  site: string;
  backend: string;
  code: string;
  count: number;
}

type Requests = Map<string, Map<string, Map<number, RequestCounter>>>;

export function createMetrics(): Metrics {
  const sites = new Map<string, SiteCounters>();
  const requests: Requests = new Map();
  const series: RequestCounter[] = [];

  const siteOf = (name: string): SiteCounters => {
    const found = sites.get(name);
    if (found) return found;
    if (sites.size >= SITE_LIMIT && name !== OTHER) return siteOf(OTHER);
    const made = {
      buckets: new Uint32Array(DURATION_BUCKETS.length + 1),
      sumSeconds: 0,
      bytesIn: 0,
      bytesOut: 0,
      retries: 0,
    };
    sites.set(name, made);
    return made;
  };
  const counterOf = (site: string, backend: string, status: number): RequestCounter => {
    const found = requests.get(site)?.get(backend)?.get(status);
    if (found) return found;
    if (series.length >= SERIES_LIMIT && site !== OTHER) return counterOf(OTHER, '', status);
    return addCounter(requests, series, { site, backend, code: String(status), count: 0 }, status);
  };

  return {
    observe(exchange) {
      counterOf(exchange.site, exchange.backend ?? '', exchange.status).count += 1;
      const site = siteOf(exchange.site);
      const seconds = exchange.durationMs / 1_000;
      const bucket = bucketOf(seconds);
      site.buckets[bucket] = site.buckets[bucket]! + 1;
      site.sumSeconds += seconds;
      site.bytesIn += exchange.bytesIn;
      site.bytesOut += exchange.bytesOut;
      if (exchange.attempts.length > 1) site.retries += exchange.attempts.length - 1;
    },
    render(gauges) {
      const page = createPage();
      renderRequests(page, series);
      renderSites(page, sites);
      renderBackends(page, gauges);
      renderProcess(page, gauges);
      return page.text();
    },
  };
}

function addCounter(
  requests: Requests,
  series: RequestCounter[],
  counter: RequestCounter,
  status: number,
): RequestCounter {
  const backends = requests.get(counter.site) ?? new Map<string, Map<number, RequestCounter>>();
  requests.set(counter.site, backends);
  const codes = backends.get(counter.backend) ?? new Map<number, RequestCounter>();
  backends.set(counter.backend, codes);
  codes.set(status, counter);
  series.push(counter);
  return counter;
}

function bucketOf(seconds: number): number {
  let bucket = 0;
  while (bucket < DURATION_BUCKETS.length && seconds > DURATION_BUCKETS[bucket]!) bucket += 1;
  return bucket;
}

function renderRequests(page: MetricsPage, series: readonly RequestCounter[]): void {
  page.family(
    'mogoly_requests_total',
    'counter',
    'Requests answered, by site, backend and status code; 0 where the client left.',
  );
  for (const { site, backend, code, count } of series)
    page.sample('mogoly_requests_total', { site, backend, code }, count);
}

function renderSites(page: MetricsPage, sites: ReadonlyMap<string, SiteCounters>): void {
  const duration = 'mogoly_request_duration_seconds';
  page.family(duration, 'histogram', 'From the request to the end of its response.');
  for (const [site, counters] of sites) {
    let total = 0;
    counters.buckets.forEach((count, bucket) => {
      total += count;
      page.sample(`${duration}_bucket`, { site, le: String(DURATION_BUCKETS[bucket] ?? '+Inf') }, total);
    });
    page.sample(`${duration}_sum`, { site }, counters.sumSeconds);
    page.sample(`${duration}_count`, { site }, total);
  }
  const counter = (name: string, help: string, read: (counters: SiteCounters) => number): void => {
    page.family(name, 'counter', help);
    for (const [site, counters] of sites) page.sample(name, { site }, read(counters));
  };
  counter('mogoly_bytes_in_total', 'Bytes of request bodies.', (site) => site.bytesIn);
  counter('mogoly_bytes_out_total', 'Bytes of response bodies.', (site) => site.bytesOut);
  counter('mogoly_retries_total', 'Attempts on another backend after a failed one.', (site) => site.retries);
}

function renderBackends(page: MetricsPage, gauges: MetricsGauges): void {
  const backends = [...gauges.backends].slice(0, SERIES_LIMIT);
  page.family('mogoly_backend_up', 'gauge', '1 while the backend takes requests.');
  for (const { site, name, url, up } of backends)
    page.sample('mogoly_backend_up', { site, backend: name, url }, up ? 1 : 0);
  page.family('mogoly_backend_active', 'gauge', 'Requests under way.');
  for (const { site, name, url, active } of backends)
    page.sample('mogoly_backend_active', { site, backend: name, url }, active);
}

function renderProcess(page: MetricsPage, gauges: MetricsGauges): void {
  const { user, system } = process.cpuUsage();
  const memory = process.memoryUsage();
  page.single('mogoly_info', 'gauge', 'Always 1; the version is its label.', 1, { version: gauges.version });
  page.single('mogoly_config_revision', 'gauge', 'The revision in force.', gauges.revision);
  page.single('process_cpu_seconds_total', 'counter', 'Processor time used, user and system.', (user + system) / 1e6);
  page.single('process_resident_memory_bytes', 'gauge', 'Memory held.', memory.rss);
  page.single(
    'process_start_time_seconds',
    'gauge',
    'Start of the process, in seconds since 1970.',
    gauges.startedAt ?? Date.now() / 1_000 - process.uptime(),
  );
  page.single('nodejs_heap_size_used_bytes', 'gauge', 'JavaScript heap in use.', memory.heapUsed);
}
