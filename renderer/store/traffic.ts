/** Recorded exchanges as the window keeps them: a bounded list that follows, waits while paused, or shows an archive. */
import { persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';
import type { ExchangeRecord } from '../../shared/capture.ts';
import type { Push } from '../../shared/protocol.ts';
import type { Exchange, TrafficSample } from '../../shared/state.ts';
import type { Bridge } from '../bridge.ts';

/** More than anyone scrolls through; the oldest go first. */
export const EXCHANGES_KEPT = 5_000;
/** While one is read nothing goes from under the reader: the list grows up to here, then waits. */
const READING_KEPT = 2 * EXCHANGES_KEPT;
/** Of the chart: three minutes, one a second. */
const SAMPLES_KEPT = 180;
/** Samples come once a second while something passes; a longer gap was silence. */
const SAMPLE_MS = 1_000;
const SILENCE_MS = 2_500;
/** Asked for when the window opens: all that the engine keeps. */
const FIRST_LIST = 2_000;

export interface TrafficState {
  /** Oldest first. */
  exchanges: readonly Exchange[];
  isPaused: boolean;
  /** What came while paused, bounded like the list. */
  waiting: readonly Exchange[];
  /** Of those, how many there were. */
  missed: number;
  /** So many passed too fast to be sent to the window; their ids are missing. */
  skipped: number;
  samples: readonly TrafficSample[];
  /** An archive that is shown in place of the live list. */
  imported: { name: string; records: readonly ExchangeRecord[] } | undefined;
  selected: number | undefined;
}

export const TABS = ['overview', 'request', 'response', 'frames', 'explain'] as const;
export type Tab = (typeof TABS)[number];

const EMPTY: TrafficState = {
  exchanges: [],
  isPaused: false,
  waiting: [],
  missed: 0,
  skipped: 0,
  samples: [],
  imported: undefined,
  selected: undefined,
};

export const trafficStore = createStore<TrafficState>(() => EMPTY);

/** Kept for the next run. */
export const trafficView = createStore<{ filter: string; tab: Tab }>()(
  persist((): { filter: string; tab: Tab } => ({ filter: '', tab: 'overview' }), { name: 'traffic' }),
);

/** Adds what is new at the end, and puts what is known in its place; both oldest first. */
export function merge(
  known: readonly Exchange[],
  fresh: readonly Exchange[],
  kept: number = EXCHANGES_KEPT,
): readonly Exchange[] {
  const last = lastId(known);
  const added = fresh.filter(({ id }) => id > last);
  const current = changeKnown(known, fresh);
  return added.length === 0 ? current : [...current, ...added].slice(-kept);
}

function changeKnown(known: readonly Exchange[], fresh: readonly Exchange[]): readonly Exchange[] {
  const last = lastId(known);
  const changed = new Map(fresh.filter(({ id }) => id <= last).map((exchange) => [exchange.id, exchange]));
  return changed.size === 0 ? known : known.map((exchange) => changed.get(exchange.id) ?? exchange);
}

const lastId = (exchanges: readonly Exchange[]): number => exchanges.at(-1)?.id ?? 0;

/** Shown at once, or kept waiting while paused; one that is shown already changes either way. */
export function addExchanges(state: TrafficState, fresh: readonly Exchange[]): Partial<TrafficState> {
  const last = Math.max(lastId(state.exchanges), lastId(state.waiting));
  const added = fresh.filter(({ id }) => id > last);
  const skipped = state.skipped + (last === 0 || added.length === 0 ? 0 : lastId(added) - last - added.length);
  const isReading = state.exchanges.some(({ id }) => id === state.selected);
  const isPaused = state.isPaused || (isReading && state.exchanges.length + added.length > READING_KEPT);
  if (!isPaused)
    return { exchanges: merge(state.exchanges, fresh, isReading ? READING_KEPT : EXCHANGES_KEPT), skipped };
  const waiting = [...changeKnown(state.waiting, fresh), ...added].slice(-EXCHANGES_KEPT);
  const missed = state.missed + added.length;
  return { exchanges: changeKnown(state.exchanges, fresh), waiting, missed, skipped, isPaused };
}

/** Silence is not told, and is drawn as what it was: nothing, until a second before the next sample. */
export function addSample(samples: readonly TrafficSample[], next: TrafficSample): readonly TrafficSample[] {
  const last = samples.at(-1);
  const silent = last !== undefined && next.at - last.at > SILENCE_MS;
  const quiet = { ...next, at: next.at - SAMPLE_MS, requestsPerSecond: 0, errorsPerSecond: 0, active: 0 };
  return [...samples, ...(silent ? [quiet] : []), next].slice(-SAMPLES_KEPT);
}

/** Follows the engine from the start of the window, so that the chart has its minutes when it is opened. */
export function startTraffic(bridge: Pick<Bridge, 'call' | 'onPush'>): () => void {
  const off = bridge.onPush((push: Push) => {
    if (push.name === 'exchanges.recorded') trafficStore.setState((state) => addExchanges(state, push.data));
    if (push.name === 'traffic.sampled')
      trafficStore.setState(({ samples }) => ({ samples: addSample(samples, push.data) }));
  });
  void bridge.call('exchanges.list', { limit: FIRST_LIST }).then((answer) => {
    if (!answer.ok || !Array.isArray(answer.value)) return;
    const first = [...answer.value].reverse();
    trafficStore.setState(({ exchanges }) => ({ exchanges: merge(first, exchanges) }));
  });
  return off;
}

export function pause(): void {
  trafficStore.setState({ isPaused: true });
}

export function resume(): void {
  trafficStore.setState(({ exchanges, waiting }) => ({
    exchanges: merge(exchanges, waiting),
    waiting: [],
    missed: 0,
    isPaused: false,
  }));
}

export const select = (selected: number | undefined): void => trafficStore.setState({ selected });

export const showImported = (imported: TrafficState['imported']): void =>
  trafficStore.setState({ imported, selected: undefined });

export const forget = (): void =>
  trafficStore.setState({ exchanges: [], waiting: [], missed: 0, skipped: 0, selected: undefined });
