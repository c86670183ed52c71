/** Makes the rooms of an engine and hands each the functions of the others it needs. */
import { dirname, join, relative, resolve } from 'node:path';
import type { TrafficSample } from '../../shared/state.ts';
import type { Running } from './apply.ts';
import { checkConfig } from './config/check.ts';
import { editSteps } from './config/edit.ts';
import { createKnownSites, type KnownSites } from './config/known-sites.ts';
import { readConfigFile } from './config/file.ts';
import { parseInTurns } from './config/parse.ts';
import { openHistory } from './config/history.ts';
import { discoveryOf } from './discover.ts';
import { createDns, OWN_CLIENT } from './dns/dns.ts';
import { dnsNames } from './dns-names.ts';
import { httpsProbe, portOf, wantedNames, type InForce } from './in-force.ts';
import { createEventBus } from './events.ts';
import { createDegraded, type TellDegraded } from './degraded.ts';
import { forgetGone } from './forget-gone.ts';
import type { Generation, Middleware, MiddlewareContext } from './generation.ts';
import type { KeeperRooms } from './keeper.ts';
import { createMiddlewareRegistry } from './middleware/index.ts';
import { openHttpListener, planListeners, type OpenListener } from './proxy/listeners.ts';
import { createProxy } from './proxy/proxy.ts';
import { comparePatterns } from './proxy/router.ts';
import { openTlsListener } from './proxy/tls-listener.ts';
import { createTransports } from './proxy/transport/transports.ts';
import { logEvents } from './record/log-events.ts';
import { createLog } from './record/log.ts';
import type { ElevationMode } from './system/elevate.ts';
import { createHealthRooms } from './rehearsal-rooms.ts';
import { createRevisions } from './revisions.ts';
import { saveWithUndo } from './save.ts';
import { listenOfFile } from './listen-of-file.ts';
import { createServiceRooms } from './service-rooms.ts';
import { createSystemRooms } from './system-rooms.ts';
import { createTrafficRooms } from './traffic-rooms.ts';
import { runInTurns } from './turns.ts';
import { createTlsRooms } from './tls-rooms.ts';
import type { KeyWrapper } from './tls/contexts.ts';

export interface RoomOptions {
  home: string;
  configFile: string;
  version: string;
  env: Record<string, string | undefined>;
  instance: string;
  keyWrapper?: KeyWrapper | undefined;
  elevation: ElevationMode;
}

const NOTHING: Generation = {
  revision: 0,
  sites: [],
  findSite: () => undefined,
  isTrustedProxy: () => false,
  backends: [],
  middlewares: [],
};

export type Rooms = ReturnType<typeof createRooms>;

export function createRooms(options: RoomOptions) {
  const parts = createParts(options);
  const { bus, log, traffic, middlewares, transports, health, history, state, tls, dns, system, discovery, services } =
    parts;
  const known = createKnownSites();
  const check = checker(parts, options, known);
  const readRevision = (id: number) => history.read(id);
  return {
    bus,
    log,
    exchanges: traffic.exchanges,
    capture: traffic.capture,
    middlewares,
    transports,
    health,
    rehearsals: parts.rehearsals,
    tls,
    dns,
    system,
    discovery,
    services: services.room,
    attach: services.attach,
    check,
    listRevisions: () => history.list(),
    readRevision,
    current: () => state.current,
    sampleTraffic: (): TrafficSample =>
      traffic.meter.sample(state.current.backends.reduce((sum, backend) => sum + backend.live.active, 0)),
    metricsText: (startedAt: number | undefined) =>
      traffic.metrics.render({
        version: options.version,
        revision: state.current.revision,
        ...(startedAt === undefined ? {} : { startedAt: startedAt / 1_000 }),
        backends: state.current.backends.map((backend) => ({
          site: backend.site,
          name: backend.name,
          url: backend.origin.origin,
          up: backend.live.available,
          active: backend.live.active,
        })),
      }),
    degraded: parts.degraded.list,
    keeperRooms: (): KeeperRooms => ({
      ...keeperRooms(parts, options),
      ...listenerRooms(parts, options),
      check,
      parse: (text, format) => parseInTurns(text, format, options.configFile, known.parse),
      readRevision,
    }),
    async close(running: Running | undefined): Promise<void> {
      await services.room.close();
      await health.close();
      await tls.close();
      dns.close();
      await transports.close();
      for (const middleware of running?.middlewares.values() ?? []) middleware.close?.();
      await log.close();
    },
  };
}

/** A canary was asked for just now. */
const QUERIES_LOOKED_AT = 200;

type Parts = ReturnType<typeof createParts>;

/** Each room by itself, and the generation in force. */
function createParts(options: RoomOptions) {
  const bus = createEventBus();
  const state: InForce = {
    current: NOTHING,
    config: undefined,
    listeners: [],
  };
  const degraded = createDegraded((problems) => bus.emit('middleware.degraded', { problems }));
  const log = createLog({ file: undefined, stream: false });
  logEvents(bus, log);
  const dns = createDns();
  const tls = createTlsRooms({
    ...options,
    bus,
    current: () => state.current,
    config: () => state.config,
    isTrusted: () => system.trust.isTrusted(),
  });
  const system = createSystemRooms({
    ...options,
    bus,
    root: tls.trustedRoot,
    probe: () => httpsProbe(state),
    wanted: () => wantedNames(state),
    listen: async () => state.config?.listen ?? listenOfFile(options.configFile, options.env),
    listeners: () => state.listeners,
    certificates: tls.reported.list,
    docker: () => services.room.docker(),
    sawQuery: (name, since) =>
      dns
        .recent(QUERIES_LOOKED_AT)
        .some((query) => query.name === name && query.at >= since && query.client !== OWN_CLIENT),
  });
  const services = createServiceRooms({ ...options, bus });
  return {
    bus,
    degraded,
    log,
    ...createHealthRooms(bus),
    traffic: createTrafficRooms(() => state),
    middlewares: createMiddlewareRegistry(),
    transports: createTransports(),
    history: openHistory(join(options.home, 'history'), { file: placeIn(options.home, options.configFile) }),
    counters: new Map<string, { requests: number }>(),
    dns,
    tls,
    system,
    discovery: discoveryOf(state),
    services,
    state,
  };
}

const checker = ({ middlewares }: Parts, { configFile, env }: RoomOptions, known: KnownSites) => {
  const folder = dirname(configFile);
  const checkMiddleware = (name: string, config: unknown) => middlewares.check(name, config, folder);
  const options = { file: configFile, env, folder, checkMiddleware, known };
  return (text: string, format: 'yaml' | 'json') => checkConfig(text, format, options);
};

/** What a request passes through, with what it reports to. */
function proxyOf({ bus, health, rehearsals, traffic, transports, state, tls }: Parts, options: RoomOptions) {
  return createProxy({
    current: () => state.current,
    transports,
    instance: options.instance,
    httpsPort: () => portOf(state, 'https'),
    acmeChallenge: tls.acme.httpChallenge,
    faultOf: rehearsals.faultOf,
    reportSuccess: (backend) => health.reportSuccess(backend),
    reportFailure: (backend, reason) => health.reportFailure(backend, reason),
    record: traffic.record,
    captures: traffic.captures,
    replays: traffic.replays,
    hostRefused: (backend, framework, fix) =>
      bus.emit('site.hostRefused', { site: backend.site, backend: backend.name, framework, fix }),
    bug: (error, where) =>
      bus.emit('log.line', {
        level: 'error',
        event: 'proxy.bug',
        message: `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      }),
  });
}

function listenerRooms(parts: Parts, options: RoomOptions) {
  const { bus, tls, dns } = parts;
  const proxy = proxyOf(parts, options);
  return {
    plan: (have, wanted) => planListeners(have as OpenListener[], wanted),
    open: (address) => {
      if (address.kind === 'dns') return dns.open(address);
      return address.kind === 'https' ? openTlsListener(address, proxy, tls.door) : openHttpListener(address, proxy);
    },
    listenerOpened: ({ kind, address, port }) => bus.emit('listener.opened', { kind, address, port }),
    listenerClosed: ({ kind, address, port }) => bus.emit('listener.closed', { kind, address, port }),
    listenerFailed: ({ kind, address, port, problem: failed }) => {
      if (failed) bus.emit('listener.failed', { kind, address, port, problem: failed });
    },
  } satisfies Partial<KeeperRooms>;
}

/** So that a home which is moved keeps it. */
function placeIn(home: string, file: string): string {
  const inside = relative(home, file);
  return inside.startsWith('..') ? file : inside;
}

function keeperRooms(parts: Parts, { home, configFile }: RoomOptions) {
  const { bus, degraded, middlewares, health, history, counters } = parts;
  const folder = dirname(configFile);
  const revisions = createRevisions(history);
  const tellers = new WeakMap<Middleware, TellDegraded>();
  const contextFor = (where: Pick<MiddlewareContext, 'site' | 'place'>): MiddlewareContext => ({
    ...where,
    log: (level, event, message, fields) =>
      bus.emit('log.line', { level, event, message, ...(fields === undefined ? {} : { fields }) }),
    degraded: degraded.teller(),
    now: () => performance.now(),
  });
  return {
    createMiddleware: async ({ site, place, spec: { name, config } }) => {
      const context = contextFor({ site, place });
      const middleware = await middlewares.create(name, config, context, folder);
      tellers.set(middleware, context.degraded);
      return middleware;
    },
    extend: parts.services.extend,
    compileDeps: () => ({
      folder,
      comparePatterns,
      liveFor: (id, origin, policy) => health.live(id, origin, policy),
      counterFor: (site) => counterFor(counters, site),
      containerOf: parts.services.containerOf,
    }),
    compileNames: dnsNames,
    save: (text) => saveWithUndo(configFile, text),
    latestRevision: () => history.latest(),
    addRevision: revisions.add,
    swap: (next, unused) => {
      swap(parts, home, next);
      // Requests under way still use them, for a while; what they told is no longer of the config.
      for (const middleware of unused) degraded.dismiss(tellers.get(middleware)!);
    },
    readFile: () => readConfigFile(configFile),
    editText: (text, format, edits) => runInTurns(editSteps(text, format, edits)),
    applied: (revision, source, before, after) =>
      bus.emit('config.applied', { revision, source, summary: revisions.summaryOf(before, after) }),
    refused: (problems, source) => bus.emit('config.refused', { problems, source }),
  } satisfies Partial<KeeperRooms>;
}

function swap(parts: Parts, home: string, next: Running): void {
  const { health, rehearsals, log, state, tls, dns, services } = parts;
  state.current = next.generation;
  state.config = next.config;
  state.listeners = [...next.listeners, ...next.missing];
  dns.adopt(next.names);
  health.adopt(state.current.backends);
  rehearsals.retain(state.current.backends);
  const { log_output, stream } = next.config;
  log.reconfigure({ file: resolve(home, log_output), stream });
  if (next.listeners.length > 0) tls.adopt();
  services.adopt(next);
  void forgetGone(next.generation, () => state.current === next.generation, parts);
}

function counterFor(counters: Map<string, { requests: number }>, site: string): { requests: number } {
  let counter = counters.get(site);
  if (counter === undefined) counters.set(site, (counter = { requests: 0 }));
  return counter;
}
