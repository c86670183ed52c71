/** Numbered pushes of what changes in the engine; it works only while somebody listens, and rests while nothing happens. */
import type { Engine } from '../engine/engine.ts';
import type { Push, PushName, Pushes } from '../../shared/protocol.ts';
import type { BackendState, LogEntry, Snapshot } from '../../shared/state.ts';
import { collectBackends } from './backends.ts';
import { createTrafficReader } from './traffic-reader.ts';

/** From the first thing that happens until it is told, with all that happened meanwhile. */
const BATCH_MS = 100;
const TRAFFIC_MS = 1_000;
/** Of one batch: 10,000 a second, three times what a busy window is made for. Ids tell a receiver what was left out. */
const EXCHANGES_PER_BATCH = 1_000;
/** Waiting for the next batch; the oldest go first. */
const LOG_PER_BATCH = 500;

export interface Publisher {
  /** The engine's, with the number of the last push that it includes. */
  snapshot: () => Snapshot;
  /** Returns the call that ends the subscription. */
  subscribe: (listener: (push: Push) => void) => () => void;
  close: () => void;
}

export function createPublisher(engine: Engine): Publisher {
  const listeners = new Set<(push: Push) => void>();
  let seq = 0;
  let stopWatching: (() => void) | undefined;

  const push = <K extends PushName>(name: K, data: Pushes[K]): void => {
    seq += 1;
    const numbered = { seq, name, data } as Push;
    for (const listener of listeners) listener(numbered);
  };
  const close = (): void => {
    listeners.clear();
    stopWatching?.();
    stopWatching = undefined;
  };

  return {
    snapshot: () => ({ ...engine.snapshot(), seq }),
    subscribe(listener) {
      const entry = (item: Push): void => listener(item);
      listeners.add(entry);
      stopWatching ??= watch(engine, push);
      return () => {
        listeners.delete(entry);
        if (listeners.size === 0) close();
      };
    },
    close,
  };
}

type PushCall = <K extends PushName>(name: K, data: Pushes[K]) => void;

/** Follows the engine until the returned call: what comes is noted, and leaves with the next batch. */
function watch(engine: Engine, push: PushCall): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const flush = (): void => {
    timer = undefined;
    for (const watcher of watchers) watcher.flush();
  };
  const note = (): void => {
    if (!isStopped) timer ??= setTimeout(flush, BATCH_MS);
  };
  const noted: Noted = { engine, push, note };
  const watchers = [
    watchState(noted),
    watchHealth(noted),
    watchRehearsals(noted),
    watchLog(noted),
    watchExchanges(noted),
    watchServices(noted),
  ];
  const endTraffic = sampleTraffic(noted);
  return () => {
    isStopped = true;
    clearTimeout(timer);
    endTraffic();
    for (const watcher of watchers) watcher.stop();
  };
}

interface Noted {
  engine: Engine;
  push: PushCall;
  /** There is something for the next batch. */
  note: () => void;
}

interface Watcher {
  flush: () => void;
  stop: () => void;
}

/** A start applies and starts in one go: the whole state leaves once for both. */
function watchState({ engine, push, note }: Noted): Watcher {
  let status = engine.status();
  let isReplaced = false;
  const sayStatus = (): void => {
    if (engine.status() === status) return;
    status = engine.status();
    push('engine.statusChanged', { status });
  };
  const replaced = (): void => {
    isReplaced = true;
    sayStatus();
    note();
  };
  const offs = [
    engine.on('engine.starting', sayStatus),
    engine.on('engine.stopping', sayStatus),
    engine.on('config.applied', replaced),
    engine.on('engine.started', replaced),
    engine.on('engine.stopped', replaced),
    engine.on('engine.startFailed', replaced),
    engine.on('middleware.degraded', replaced),
    engine.on('config.refused', ({ problems }) =>
      push('config.refused', { problems: [...problems, ...engine.degraded()] }),
    ),
  ];
  return {
    flush() {
      if (!isReplaced) return;
      isReplaced = false;
      const { revision, sites, listeners, problems } = engine.snapshot();
      push('state.replaced', { revision, sites, listeners, problems });
    },
    stop: () => offs.forEach((off) => off()),
  };
}

function watchHealth({ engine, push, note }: Noted): Watcher {
  const changed = new Map<string, string>();
  const stop = engine.on('backend.healthChanged', ({ id, site }) => {
    changed.set(id, site);
    note();
  });
  return {
    flush() {
      if (changed.size === 0) return;
      const states: { backend: BackendState; site: string }[] = [];
      for (const site of new Set(changed.values())) {
        const state = engine.getSite(site);
        for (const backend of state ? collectBackends(state) : [])
          if (changed.has(backend.id)) states.push({ backend, site });
      }
      changed.clear();
      if (states.length > 0) push('health.changed', states);
    },
    stop,
  };
}

function watchRehearsals({ engine, push }: Noted): Watcher {
  const tell = (): void => push('rehearsals.changed', engine.rehearsals.list());
  const offs = [engine.on('rehearsal.started', tell), engine.on('rehearsal.ended', tell)];
  return { flush: () => undefined, stop: () => offs.forEach((off) => off()) };
}

function watchLog({ engine, push, note }: Noted): Watcher {
  let waiting: LogEntry[] = [];
  const stop = engine.log.onEntry((entry) => {
    waiting.push(entry);
    if (waiting.length > LOG_PER_BATCH * 2) waiting = waiting.slice(-LOG_PER_BATCH);
    note();
  });
  return {
    flush() {
      if (waiting.length === 0) return;
      const batch = waiting.slice(-LOG_PER_BATCH);
      waiting = [];
      push('log.written', batch);
    },
    stop,
  };
}

function watchExchanges({ engine, push, note }: Noted): Watcher {
  let told = engine.exchanges.lastId();
  const changed = new Set<number>();
  const stop = engine.exchanges.onUpdate((id) => {
    if (id <= told && changed.size < EXCHANGES_PER_BATCH) changed.add(id);
    note();
  });
  let isWaiting = false;
  const next = (): void => {
    isWaiting = false;
    note();
  };
  const wait = (): void => {
    if (!isWaiting) engine.exchanges.onNext(next);
    isWaiting = true;
  };
  wait();
  return {
    flush() {
      const last = engine.exchanges.lastId();
      wait();
      if (last === told && changed.size === 0) return;
      const updated = [...changed].flatMap((id) => engine.exchanges.one(id) ?? []);
      const batch = engine.exchanges.since(told, EXCHANGES_PER_BATCH);
      told = last;
      changed.clear();
      push('exchanges.recorded', [...updated, ...batch]);
    },
    stop,
  };
}

/** Progress of a pull changes many times a second; the newest state is what counts. */
function watchServices({ engine: { services }, push, note }: Noted): Watcher {
  let isChanged = false;
  const stop = services.onChange(() => {
    isChanged = true;
    note();
  });
  return {
    flush() {
      if (!isChanged) return;
      isChanged = false;
      push('services.changed', services.changed());
    },
    stop,
  };
}

/** Silence is not news: after the last traffic one empty sample leaves, then none. */
function sampleTraffic({ engine, push }: Noted): () => void {
  const reader = createTrafficReader(engine);
  let wasFlowing = false;
  const timer = setInterval(() => {
    const sample = engine.traffic.sample();
    const isFlowing = sample.requestsPerSecond > 0 || sample.active > 0;
    if (isFlowing || wasFlowing) push('traffic.sampled', { ...sample, ...reader.changes() });
    wasFlowing = isFlowing;
  }, TRAFFIC_MS);
  return () => clearInterval(timer);
}
