/** Numbered pushes of what changes in the engine; it works only while somebody listens. */
import type { Engine } from '../engine/engine.ts';
import type { Push, PushName, Pushes } from '../../shared/protocol.ts';
import type { BackendState, LogEntry, Snapshot } from '../../shared/state.ts';
import { collectBackends } from './backends.ts';
import { createTrafficReader } from './traffic-reader.ts';

/** Batches leave ten times a second at most. */
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

/** Follows the engine until the returned call: events are noted as they come, and leave with the next batch. */
function watch(engine: Engine, push: PushCall): () => void {
  const watchers = [
    watchState(engine, push),
    watchHealth(engine, push),
    watchRehearsals(engine, push),
    watchLog(engine, push),
    watchExchanges(engine, push),
    watchTraffic(engine, push),
    watchServices(engine, push),
  ];
  const timer = setInterval(() => watchers.forEach((watcher) => watcher.flush()), BATCH_MS);
  return () => {
    clearInterval(timer);
    for (const watcher of watchers) watcher.stop();
  };
}

interface Watcher {
  flush: () => void;
  stop: () => void;
}

/** A start applies and starts in one go: the whole state leaves once for both. */
function watchState(engine: Engine, push: PushCall): Watcher {
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
  };
  const offs = [
    engine.on('config.applied', replaced),
    engine.on('engine.started', replaced),
    engine.on('engine.stopped', replaced),
    engine.on('engine.startFailed', replaced),
    engine.on('config.refused', ({ problems }) => push('config.refused', { problems })),
  ];
  return {
    flush() {
      sayStatus();
      if (!isReplaced) return;
      isReplaced = false;
      const { revision, sites, listeners, problems } = engine.snapshot();
      push('state.replaced', { revision, sites, listeners, problems });
    },
    stop: () => offs.forEach((off) => off()),
  };
}

function watchHealth(engine: Engine, push: PushCall): Watcher {
  const changed = new Map<string, string>();
  const stop = engine.on('backend.healthChanged', ({ id, site }) => void changed.set(id, site));
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

function watchRehearsals(engine: Engine, push: PushCall): Watcher {
  const tell = (): void => push('rehearsals.changed', engine.rehearsals.list());
  const offs = [engine.on('rehearsal.started', tell), engine.on('rehearsal.ended', tell)];
  return { flush: () => undefined, stop: () => offs.forEach((off) => off()) };
}

function watchLog(engine: Engine, push: PushCall): Watcher {
  let waiting: LogEntry[] = [];
  const stop = engine.log.onEntry((entry) => {
    waiting.push(entry);
    if (waiting.length > LOG_PER_BATCH * 2) waiting = waiting.slice(-LOG_PER_BATCH);
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

function watchExchanges(engine: Engine, push: PushCall): Watcher {
  let told = engine.exchanges.lastId();
  const changed = new Set<number>();
  const stop = engine.exchanges.onUpdate((id) => {
    if (id <= told && changed.size < EXCHANGES_PER_BATCH) changed.add(id);
  });
  return {
    flush() {
      const last = engine.exchanges.lastId();
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
function watchServices({ services }: Engine, push: PushCall): Watcher {
  let isChanged = false;
  const stop = services.onChange(() => (isChanged = true));
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
function watchTraffic(engine: Engine, push: PushCall): Watcher {
  const reader = createTrafficReader(engine);
  let dueAt = performance.now() + TRAFFIC_MS;
  let wasFlowing = false;
  return {
    flush() {
      if (performance.now() < dueAt) return;
      dueAt = performance.now() + TRAFFIC_MS;
      const sample = engine.traffic.sample();
      const isFlowing = sample.requestsPerSecond > 0 || sample.active > 0;
      if (isFlowing || wasFlowing) push('traffic.sampled', { ...sample, ...reader.changes() });
      wasFlowing = isFlowing;
    },
    stop: () => undefined,
  };
}
