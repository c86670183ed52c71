/** createEngine(): wires the rooms of the engine together; the one place where they meet. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { failure, problem, success, type Result } from '../../shared/problem.ts';
import type { HealthReport, ListenerState, LogEntry, Snapshot } from '../../shared/state.ts';
import type { Running } from './apply.ts';
import * as changes from './changes.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { explain } from './explain.ts';
import { environmentLosses, writeExport } from './export-config.ts';
import type { Backend, Site } from './generation.ts';
import { Keeper } from './keeper.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createRooms, type Rooms } from './rooms.ts';
import { explainPool, peekBackend, pickBackend } from './proxy/balancer.ts';
import { backendPath, matchRoute } from './proxy/router.ts';
import { rehearsalDoor } from './rehearsal-rooms.ts';
import { checkSelf } from './self-check.ts';
import { backendState, siteState, siteStates } from './snapshot.ts';
import { describeConfig } from './config/describe.ts';
import { formatOf } from './config/file.ts';
import { warm } from './warm.ts';

export type { Engine, EngineOptions } from './engine.ts';
export type { Middleware, MiddlewareFactory } from './generation.ts';

/** An engine that serves nothing yet; start() makes it read its config. Bad options throw. */
export function createEngine(options: EngineOptions): Engine {
  const configFile = resolve(options.configFile ?? join(options.home, 'mogoly.yaml'));
  const format = formatOf(configFile);
  const rooms = createRooms({
    home: options.home,
    configFile,
    version: options.version ?? '0.0.0',
    env: options.env ?? process.env,
    instance: randomBytes(4).toString('hex'),
    keyWrapper: options.keyWrapper,
    elevation: options.elevation ?? 'none',
  });
  const keeper = new Keeper(configFile, format.ok ? format.value : 'yaml', rooms.keeperRooms());
  rooms.attach(keeper);
  const lifecycle = createLifecycle(options, configFile, keeper, rooms, format.ok ? [] : format.problems);
  let logger: (() => void) | undefined;

  return {
    home: options.home,
    configFile,
    ...lifecycle,
    apply: (text, change) => keeper.apply(text, change),
    edit: (edits, change) => keeper.edit(edits, change),
    ...ofTexts(rooms, configFile),
    preview: (edits, change) => keeper.preview(edits, change),
    schemas: () => describeConfig(rooms.middlewares.docs()),
    document: () => keeper.document(),
    history: async () =>
      (await rooms.listRevisions()).map((revision) => ({
        ...revision,
        current: revision.id === rooms.current().revision,
      })),
    readRevision: (id) => rooms.readRevision(id),
    rollback: (id, change) => keeper.rollback(id, change),

    ...changesByName(keeper),

    ...questions(keeper, rooms),

    degraded: rooms.degraded,
    snapshot: () => snapshotOf(options, configFile, keeper, rooms, lifecycle),
    traffic: { sample: () => rooms.sampleTraffic() },
    exchanges: rooms.exchanges,
    capture: rooms.capture,
    log: { list: rooms.log.list, onEntry: rooms.log.onEntry },
    dns: { query: rooms.dns.query, recent: rooms.dns.recent },
    certificates: rooms.tls.reported,
    rehearsals: rehearsalDoor(rooms.rehearsals, rooms.current, () => lifecycle.status() === 'running'),
    system: rooms.system,
    discover: rooms.discovery.list,
    services: rooms.services,
    refresh: rooms.tls.refresh,
    metrics: () => rooms.metricsText(lifecycle.startedAt()),

    on: rooms.bus.on,
    onAny: rooms.bus.onAny,
    setLogger: (listener: ((entry: LogEntry) => void) | undefined) => {
      logger?.();
      logger = listener && rooms.log.onEntry(listener);
    },
    registerMiddleware: (name, factory) => rooms.middlewares.register(name, factory),
  };
}

/** What can be told of a text that is not in force. */
function ofTexts(rooms: Rooms, configFile: string): Pick<Engine, 'check' | 'exportTo'> {
  return {
    check: async (text, format) => {
      const checked = await rooms.check(text, format);
      return checked.ok ? checked.warnings : checked.problems;
    },
    exportTo: async (target, text, format) => {
      const checked = await rooms.check(text, format);
      if (!checked.ok) return checked;
      const { config, raw } = checked.value;
      const exported = await writeExport(target, config, configFile);
      const losses = [...environmentLosses(target, raw), ...exported.losses];
      return success({ ...exported, losses }, checked.warnings);
    },
  };
}

type ChangesByName = Pick<
  Engine,
  | 'addSite'
  | 'removeSite'
  | 'setSite'
  | 'addBackend'
  | 'removeBackend'
  | 'setBackend'
  | 'replaceBackend'
  | 'replacePool'
>;

function changesByName(keeper: Keeper): ChangesByName {
  return {
    addSite: (site, change) => keeper.change((base) => changes.addSite(base, site), change),
    removeSite: (site, change) => keeper.change((base) => changes.removeSite(base, site), change),
    setSite: (site, patch, change) => keeper.change((base) => changes.setSite(base, site, patch), change),
    addBackend: (site, backend, change) => keeper.change((base) => changes.addBackend(base, site, backend), change),
    removeBackend: (site, backend, change) =>
      keeper.change((base) => changes.removeBackend(base, site, backend), change),
    setBackend: (site, backend, patch, change) =>
      keeper.change((base) => changes.setBackend(base, site, backend, patch), change),
    replaceBackend: (site, backend, next, change) =>
      keeper.change((base) => changes.replaceBackend(base, site, backend, next), change),
    replacePool: (site, backends, change) => keeper.change((base) => changes.replacePool(base, site, backends), change),
  };
}

type Questions = Pick<
  Engine,
  'sites' | 'getSite' | 'getBackend' | 'next' | 'warm' | 'checkAll' | 'checkOne' | 'checkSelf' | 'explain'
>;

/** What is asked of the running generation and its backends. */
function questions(keeper: Keeper, rooms: Rooms): Questions {
  const listeners = (): ListenerState[] => listenerStates(keeper.running);
  const findSite = (name: string): Site | undefined =>
    rooms.current().sites.find((site) => site.name.toLowerCase() === name.toLowerCase());
  const backendsOf = (site?: string): Backend[] =>
    rooms
      .current()
      .backends.filter((backend) => site === undefined || backend.site.toLowerCase() === site.toLowerCase());
  const findBackend = (site: string, name: string): Backend | undefined => {
    const named = backendsOf(site).filter((backend) => backend.name === name || backend.id === name);
    return named.find(({ path }) => path[2] !== 'routes') ?? named[0];
  };
  return {
    sites: () => siteStates(rooms.current(), listeners()),
    getSite: (name) => {
      const site = findSite(name);
      return site && siteState(site, listeners());
    },
    getBackend: (site, name) => {
      const backend = findBackend(site, name);
      return backend && backendState(backend);
    },
    next: (name, client = '127.0.0.1') => {
      const pool = findSite(name)?.routes.at(-1)?.pool;
      const backend = pool && pickBackend(pool, { client });
      return backend
        ? success(backendState(backend))
        : failure(problem('POOL_EMPTY', `No backend of ${name} is available.`, { fix: 'Start one of its backends.' }));
    },
    warm: (site) => warm(backendsOf(site), rooms.transports),
    checkAll: (site) => rooms.health.checkAll(backendsOf(site)),
    checkOne: async (site, name): Promise<Result<HealthReport>> => {
      const backend = findBackend(site, name);
      if (backend !== undefined) return success(await rooms.health.checkOne(backend));
      return failure(
        problem('BACKEND_UNKNOWN', `${site} has no backend "${name}".`, {
          fix: 'Ask for its backends with "mogoly lb list".',
        }),
      );
    },
    checkSelf: () => checkSelf(listeners()),
    explain: (request) => explain(rooms.current(), request, { matchRoute, backendPath, explainPool, peekBackend }),
  };
}

function listenerStates(running: Running | undefined): ListenerState[] {
  return [
    ...(running?.listeners ?? []).map(({ kind, address, port }) => ({ kind, address, port })),
    ...(running?.missing ?? []),
  ];
}

function snapshotOf(
  options: EngineOptions,
  configFile: string,
  keeper: Keeper,
  rooms: Rooms,
  lifecycle: Lifecycle,
): Snapshot {
  const listeners = listenerStates(keeper.running);
  const startedAt = lifecycle.startedAt();
  return {
    seq: 0,
    version: options.version ?? '0.0.0',
    pid: process.pid,
    home: options.home,
    host: options.host ?? 'library',
    status: lifecycle.status(),
    ...(startedAt === undefined ? {} : { startedAt }),
    configFile,
    revision: rooms.current().revision,
    problems: [...keeper.problems, ...rooms.degraded()],
    listeners,
    sites: siteStates(rooms.current(), listeners),
    rehearsals: rooms.rehearsals.list(),
    traffic: rooms.sampleTraffic(),
  };
}
