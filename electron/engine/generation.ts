/** The immutable running form of one config: what a request is routed by. Types here; compile() in compile.ts. */
import type { Transform } from 'node:stream';
import type { z } from 'zod';
import type { Strategy } from '../../shared/config.ts';
import type { HealthStatus, LogLevel } from '../../shared/state.ts';
import type { ConfigPath, Problem } from '../../shared/problem.ts';

/** A failure of a backend that is being rehearsed. */
export interface RehearsedFault {
  kind: 'kill' | 'slow' | 'fail';
  /** Of every answer, where it is slow. */
  delayMs: number;
  /** Answered, where it fails. */
  status: number;
  /** Calls back after so many milliseconds, or as soon as the rehearsal is over; the returned call gives up. */
  wait: (ms: number, act: () => void) => () => void;
}

/** Where a backend is. */
export interface Origin {
  protocol: 'http' | 'https' | 'h2c';
  hostname: string;
  port: number;
  /** `http://localhost:5173`: key of its connection pool. h2c keeps `http:`. */
  origin: string;
  /** Put before the request path; empty or `/prefix` without a slash at its end. */
  basePath: string;
  /** `localhost:5173`, the port left out where it is the default. */
  authority: string;
}

/** The mutable part of a backend; it outlives generations while the backend's id and origin stay. */
export interface BackendLive {
  /** Requests under way. */
  active: number;
  requests: number;
  failures: number;
  health: HealthStatus;
  /** Read on every pick: false while down. */
  available: boolean;
  lastFailure?: string;
  checkedAt?: number;
}

export interface Backend {
  kind: 'backend';
  id: string;
  /** Name of its site. */
  site: string;
  name: string;
  origin: Origin;
  weight: number;
  backup: boolean;
  disabled: boolean;
  /** Takes no requests and is not probed: disabled itself, or in a pool or a site that is. */
  off: boolean;
  drain: boolean;
  /** Infinity where there is none. */
  maxConnections: number;
  health: HealthPolicy;
  live: BackendLive;
  path: ConfigPath;
}

export interface Pool {
  kind: 'pool';
  name: string;
  /** Places of a pool among backends; 1 and false at the top. */
  weight: number;
  backup: boolean;
  disabled: boolean;
  strategy: Strategy;
  stickyCookie?: string;
  members: readonly (Backend | Pool)[];
  /** Current weights of the smooth weighted round robin, one a member; the balancer's own, mutable. */
  rotation: number[];
}

export interface HealthPolicy {
  enabled: boolean;
  path: string;
  intervalMs: number;
  intervalWhenDownMs: number;
  timeoutMs: number;
  /** Inclusive ranges of status codes. */
  expect: readonly (readonly [number, number])[];
  healthyAfter: number;
  unhealthyAfter: number;
  /** Infinity: failed requests never take it out. */
  maxFails: number;
  windowMs: number;
  cooldownMs: number;
  /** From `is_healthy`: what is assumed before the first probe. */
  initial: 'unknown' | 'healthy' | 'down';
}

export interface Route {
  /** `site` + pattern: stable over applies. */
  id: string;
  site: Site;
  /** `/` for the site itself, else the pattern as written. */
  pattern: string;
  kind: 'proxy' | 'static' | 'redirect';
  /** Removed from the front of the path before it is forwarded; empty for none. */
  stripPrefix: string;
  pool: Pool | undefined;
  staticRoot: string | undefined;
  redirect: { to: string; status: number } | undefined;
  middlewares: readonly Middleware[];
  /** `backend`, `original`, or the literal Host to send. */
  hostHeader: string;
  responseTimeoutMs: number;
}

/** Where the certificate of a site comes from. */
export type SiteTls =
  | { kind: 'local' }
  | { kind: 'acme' }
  | { kind: 'off' }
  /** Absolute paths of PEM files. */
  | { kind: 'files'; cert: string; key: string };

export interface Site {
  name: string;
  hosts: readonly string[];
  disabled: boolean;
  forceTls: boolean;
  tls: SiteTls;
  path: ConfigPath;
  /** Name of the container whose labels ask for it; undefined for a site of the config. */
  container: string | undefined;
  /** Longest pattern first; the last one matches every path. */
  routes: readonly Route[];
  /** Of all its pools. */
  backends: readonly Backend[];
  /** Its part of the Via token, by which a loop is found. */
  viaToken: string;
  /** Requests since the engine started; outlives generations. */
  counter: { requests: number };
}

export interface ListenAddress {
  kind: 'http' | 'https' | 'dns';
  address: string;
  port: number;
}

export interface Generation {
  revision: number;
  sites: readonly Site[];
  /** Route by normalised host (shared/host.ts). */
  findSite: (host: string) => Site | undefined;
  isTrustedProxy: (address: string) => boolean;
  backends: readonly Backend[];
  middlewares: readonly Middleware[];
}

/** What a middleware sees of a request; what it changes is what is forwarded. */
export interface MiddlewareRequest {
  readonly method: string;
  /** Path with its query, as the client sent it; assign to rewrite. */
  path: string;
  readonly host: string;
  /** `http` or `https`, as the client came. */
  readonly scheme: 'http' | 'https';
  readonly site: string;
  /** Address of the client, trusted proxies already taken into account. */
  readonly client: string;
  readonly isUpgrade: boolean;
  readonly headers: HeaderList;
}

export interface MiddlewareResponse {
  status: number;
  readonly headers: HeaderList;
  /** Name of the backend that answered; absent for our own answers. */
  readonly backend: string | undefined;
}

/** Header fields in order, names compared without case. */
export interface HeaderList {
  get: (name: string) => string | undefined;
  getAll: (name: string) => string[];
  has: (name: string) => boolean;
  set: (name: string, value: string) => void;
  append: (name: string, value: string) => void;
  delete: (name: string) => void;
  entries: () => [string, string][];
}

/** Why a request is refused: shown as a page, as JSON or as a line of text, whichever the client accepts. */
export interface Refusal {
  /** Stable, as in RATE_LIMITED. */
  code: string;
  /** A few words, without a full stop. */
  title: string;
  /** One sentence: what happened. */
  message: string;
  /** One sentence in the imperative: what mends it. */
  fix: string;
}

/** An answer made here instead of by a backend. */
export interface LocalReply {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string;
  /** In the place of a body of its own. */
  refusal?: Refusal;
}

/** Ends the connection without an answer (rehearsed failure). */
export interface AbortReply {
  abort: true;
}

/** One step around the backend: requests run first to last, responses last to first. */
export interface Middleware {
  readonly name: string;
  /** Undefined lets the request go on. */
  onRequest?: (
    request: MiddlewareRequest,
  ) => LocalReply | AbortReply | undefined | Promise<LocalReply | AbortReply | undefined>;
  /** Before the head is sent; also for replies made by an inner middleware or by us. */
  onResponse?: (response: MiddlewareResponse, request: MiddlewareRequest) => void;
  /** A stream the body passes through; asked after onResponse, never for responses without a body. */
  transformBody?: (response: MiddlewareResponse, request: MiddlewareRequest) => Transform | undefined;
  /** Once, when the exchange is over. */
  onEnd?: (
    result: {
      status: number;
      durationMs: number;
      bytesOut: number;
      backend: string | undefined;
      error: string | undefined;
    },
    request: MiddlewareRequest,
  ) => void;
  /** The generation that made it is gone. */
  close?: () => void;
}

export interface MiddlewareContext {
  site: string;
  /** Pattern of its route and its number in the list: the same in every engine with this config. */
  place: string;
  log: (
    level: LogLevel,
    event: string,
    message: string,
    fields?: Record<string, string | number | boolean | null>,
  ) => void;
  /** What works less well now than the config asks for, as a warning; undefined takes it back, as does its removal. */
  degraded: (problem: Problem | undefined) => void;
  /** Milliseconds, monotonic. */
  now: () => number;
}

export interface MiddlewareFactory<Schema extends z.ZodType = z.ZodType> {
  /** One sentence for the docs. */
  description: string;
  schema: Schema;
  create: (config: z.output<Schema>, context: MiddlewareContext) => Middleware;
}
