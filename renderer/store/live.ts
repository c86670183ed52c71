/** Keeps the mirror of the engine: one snapshot, then numbered pushes, one render a frame. */
import { createStore } from 'zustand/vanilla';
import { problem } from '../../shared/problem.ts';
import { EMPTY_LIVE, LOG_KEEP, appendLog, applyPushes } from './live-state.ts';
import type { Push } from '../../shared/protocol.ts';
import type { Bridge } from '../bridge.ts';
import type { LiveState } from './live-state.ts';

/** A window hidden for long gets no frames; past this many waiting pushes a new snapshot is cheaper. */
const QUEUE_MAX = 2_000;
/** Before a snapshot that could not be had is asked for again. */
const RETRY_MS = 2_000;

export const liveStore = createStore<LiveState>(() => EMPTY_LIVE);

/** Calls back when the next render may happen; the default is the next frame. */
export type Schedule = (flush: () => void) => void;

export interface LiveSync {
  /** Asks for a new snapshot now. */
  refresh: () => Promise<void>;
  /** Ends the subscription. */
  close: () => void;
}

interface Options {
  store?: typeof liveStore;
  schedule?: Schedule;
  retryMs?: number;
}

const nextFrame: Schedule = (flush) => {
  if (document.hidden) setTimeout(flush, 250);
  else requestAnimationFrame(flush);
};

/** Subscribes first and asks for the snapshot second, so that no push falls between the two. */
export function startLive(bridge: Pick<Bridge, 'call' | 'onPush'>, options: Options = {}): LiveSync {
  const { store = liveStore, schedule = nextFrame, retryMs = RETRY_MS } = options;
  let queue: Push[] = [];
  let scheduled = false;
  let closed = false;
  let loading: Promise<void> | undefined;

  const flush = (): void => {
    scheduled = false;
    if (closed || loading) return;
    const pushes = queue;
    queue = [];
    const { state, gap } = applyPushes(store.getState(), pushes);
    store.setState(state, true);
    if (gap) void refresh();
  };
  const enqueue = (push: Push): void => {
    queue.push(push);
    if (queue.length > QUEUE_MAX) {
      queue = [];
      void refresh();
    }
    if (scheduled || loading) return;
    scheduled = true;
    schedule(flush);
  };
  const refresh = (): Promise<void> => {
    loading ??= load(bridge, store).then((answered) => {
      loading = undefined;
      if (closed) return;
      if (answered) flush();
      else
        setTimeout(() => {
          if (!closed) void refresh();
        }, retryMs);
    });
    return loading;
  };

  const unsubscribe = bridge.onPush(enqueue);
  void refresh();
  return {
    refresh,
    close() {
      closed = true;
      unsubscribe();
    },
  };
}

/** False when the engine did not answer; the store then says why, and keeps what it showed. */
async function load(bridge: Pick<Bridge, 'call'>, store: typeof liveStore): Promise<boolean> {
  const [status, log] = await Promise.all([
    bridge.call('status.get', {}),
    bridge.call('log.list', { limit: LOG_KEEP }),
  ]);
  if (!status.ok) {
    const reason =
      status.problems[0] ??
      problem('ENGINE_SILENT', 'The engine did not answer.', { fix: 'Try again, or restart Mogoly.' });
    store.setState({ phase: 'failed', problem: reason });
    return false;
  }
  const { log: known } = store.getState();
  const entries = log.ok ? appendLog(known, log.value) : known;
  store.setState({ phase: 'ready', problem: undefined, snapshot: status.value, log: entries }, true);
  return true;
}

/** The newest revision known here; the base of the next change. */
export function noteRevision(revision: number): void {
  const { snapshot } = liveStore.getState();
  if (snapshot && revision > snapshot.revision) liveStore.setState({ snapshot: { ...snapshot, revision } });
}
