/** What the engine shows of itself: the snapshot that windows and the CLI read, and the records that follow it. */
import type { Strategy } from './config.ts';
import type { ConfigPath, Problem } from './problem.ts';
import type { Rehearsal } from './rehearsal.ts';

/** In the window: filled circle, hollow circle, triangle, square, clock. */
export type HealthStatus = 'healthy' | 'unknown' | 'degraded' | 'down' | 'draining';

export type EngineStatus = 'stopped' | 'starting' | 'running' | 'stopping';

export interface ListenerState {
  kind: 'http' | 'https' | 'dns';
  /** `127.0.0.1` or `::1` unless opened to the LAN. */
  address: string;
  port: number;
  /** Why it does not listen; absent while it does. */
  problem?: Problem;
}

export interface BackendState {
  /** Unique in the engine and stable over applies: site, route and names joined. */
  id: string;
  name: string;
  url: string;
  weight: number;
  backup: boolean;
  disabled: boolean;
  /** As written; `health` shows down for one that drains and is down. */
  drain: boolean;
  health: HealthStatus;
  /** Requests under way. */
  active: number;
  requests: number;
  failures: number;
  /** Why it failed last, in one sentence. */
  lastFailure?: string;
  /** Milliseconds since 1970 of the last probe. */
  checkedAt?: number;
  /** Where it stands in the config, to edit it. */
  path: ConfigPath;
}

export interface PoolState {
  /** Empty for the pool of a site or route; a name for a pool among backends. */
  name: string;
  /** Its share among the members beside it; 1 for the pool of a site or route. */
  weight: number;
  strategy: Strategy;
  members: (BackendState | PoolState)[];
}

export const isPool = (member: BackendState | PoolState): member is PoolState => 'members' in member;

export interface RouteState {
  /** `/` for the site itself, else the pattern, as in `/api/*`. */
  path: string;
  kind: 'proxy' | 'static' | 'redirect';
  /** Folder or redirect target. */
  target?: string;
  pool?: PoolState;
  middlewares: string[];
}

export interface SiteState {
  name: string;
  hosts: string[];
  disabled: boolean;
  /** A link that opens it, with the port where it is not the default. */
  url: string;
  /** The same over https, where it is served so. */
  secureUrl?: string;
  routes: RouteState[];
  health: HealthStatus;
  requests: number;
  /** Name of the running container whose labels ask for it; the config does not have it. */
  container?: string;
}

export interface Snapshot {
  /** Number of the last push this snapshot includes. */
  seq: number;
  version: string;
  pid: number;
  home: string;
  /** `app` in the desktop app, `cli` under `mogoly run`. */
  host: 'app' | 'cli' | 'library';
  status: EngineStatus;
  startedAt?: number;
  configFile: string;
  revision: number;
  /** Of the file on disk when it was refused, or of the last start. */
  problems: Problem[];
  listeners: ListenerState[];
  sites: SiteState[];
  /** Backends whose failure is rehearsed now; the oldest first. */
  rehearsals: Rehearsal[];
  traffic: TrafficSample;
}

/** One second of traffic, over all sites. */
export interface TrafficSample {
  /** Milliseconds since 1970. */
  at: number;
  requestsPerSecond: number;
  errorsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  active: number;
}

/** One recorded request and response. */
export interface Exchange {
  /** Counts up from 1 in one run of the engine. */
  id: number;
  startedAt: number;
  durationMs: number;
  /** Until the response head arrived; absent when none did. */
  firstByteMs?: number;
  site: string;
  route: string;
  method: string;
  host: string;
  path: string;
  /** 0 when the client left before an answer. */
  status: number;
  /** Name of the backend that answered. */
  backend?: string;
  /** Each backend tried, in order, with why it failed. */
  attempts: { backend: string; error?: string }[];
  client: string;
  protocol: '1.0' | '1.1' | '2' | 'websocket';
  bytesIn: number;
  bytesOut: number;
  /** Code of our own error page, when we answered. */
  error?: string;
  /** Before the backend was asked: middlewares and failed attempts; absent when there was none. */
  queuedMs?: number;
  /** Opening a connection to the backend; absent when a kept one was used. */
  connectMs?: number;
  /** What the backend was asked for, where that is another path. */
  backendPath?: string;
  /** It came over TLS. */
  tls?: true;
  /** A WebSocket that is still open; it is recorded again when it closes. */
  open?: true;
  /** Id of the exchange that this one sent again. */
  replayOf?: number;
}

/** With headers, credentials redacted; read one at a time. */
export interface ExchangeDetail extends Exchange {
  requestHeaders: [string, string][];
  responseHeaders: [string, string][];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface LogEntry {
  id: number;
  at: number;
  level: LogLevel;
  /** `area.fact`, as in `backend.down`. */
  event: string;
  message: string;
  fields?: Record<string, string | number | boolean | null>;
}

/** One accepted config. */
export interface Revision {
  id: number;
  at: number;
  /** Who made it: `file`, `window`, `cli`, `library`, `rollback`, `sample`. */
  source: string;
  /** One line on what changed, as in `+ shop.local, ~ api.local`. */
  summary: string;
  current: boolean;
}

/** As the old project serialised it, with times in milliseconds. */
export interface HealthReport {
  pass: BackendHealth[];
  fail: BackendHealth[];
  checkTime: number;
  duration: number;
}

export interface BackendHealth {
  name: string;
  url: string;
  healthy: boolean;
  error?: string;
  /** Of its answer; absent when none came. */
  status?: number;
  /** Until its answer, in milliseconds. */
  durationMs?: number;
}

/** Why a request goes where it goes. */
export interface Explanation {
  url: string;
  host: string;
  site?: string;
  /** How the host matched: `exact`, `*.shop.local`, `*`. */
  hostMatch?: string;
  route?: string;
  kind?: RouteState['kind'];
  /** The path as the backend would get it. */
  backendPath?: string;
  middlewares: string[];
  candidates: {
    name: string;
    url: string;
    health: HealthStatus;
    active: number;
    weight: number;
    available: boolean;
    reason?: string;
  }[];
  pick?: string;
  problem?: Problem;
}

/** The worst first: what a site or pool shows for all of its backends. */
export function summarise(states: readonly HealthStatus[]): HealthStatus {
  if (states.length === 0) return 'unknown';
  if (states.every((state) => state === 'down')) return 'down';
  if (states.some((state) => state === 'down' || state === 'degraded')) return 'degraded';
  if (states.some((state) => state === 'healthy')) return 'healthy';
  return states.every((state) => state === 'draining') ? 'draining' : 'unknown';
}
