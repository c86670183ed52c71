/** The log of one service, followed while it is looked at: a bounded list that grows at its end. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ServiceLogLine } from '../../shared/service.ts';

/** More than anyone scrolls through; the oldest go. */
export const LOG_LINES_KEPT = 5_000;
/** Asked for at first. */
const FIRST_LINES = 1_000;
/** One question waits so long for a new line. */
const WAIT_MS = 10_000;
/** Between two questions: lines that come in bursts come together, and a log that has ended is not asked without end. */
const PAUSE_MS = 250;
const IDLE_MS = 1_000;

export interface LogLine extends ServiceLogLine {
  /** Counts from 1. */
  id: number;
}

export interface ServiceLog {
  name: string | undefined;
  phase: 'loading' | 'ready' | 'failed';
  /** Why it could not be read; what was read before stays. */
  problems: readonly Problem[];
  /** Oldest first. */
  lines: readonly LogLine[];
}

const FIRST: ServiceLog = { name: undefined, phase: 'loading', problems: [], lines: [] };

export const serviceLog = createStore<ServiceLog>(() => FIRST);

/** Adds what is newer than the last one, and keeps the newest. */
export function addLines(known: readonly LogLine[], fresh: readonly ServiceLogLine[]): readonly LogLine[] {
  const last = known.at(-1);
  const newer = last === undefined ? fresh : fresh.filter(({ at }) => at > last.at);
  if (newer.length === 0) return known;
  const from = (last?.id ?? 0) + 1;
  return [...known, ...newer.map((line, index) => ({ ...line, id: from + index }))].slice(-LOG_LINES_KEPT);
}

/** Follows until it is ended. */
export function followLog(name: string): () => void {
  let isOn = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cursor: string | undefined;
  serviceLog.setState({ ...FIRST, name });
  const ask = async (): Promise<void> => {
    const request = cursor === undefined ? { name, tail: FIRST_LINES } : { name, cursor, wait: WAIT_MS };
    const answer = await bridge.call('services.logs', request);
    if (!isOn) return;
    const { lines: before } = serviceLog.getState();
    if (answer.ok) {
      cursor = answer.value.cursor;
      serviceLog.setState({ phase: 'ready', problems: [], lines: addLines(before, answer.value.lines) });
    } else serviceLog.setState({ phase: 'failed', problems: answer.problems });
    const hasMore = answer.ok && serviceLog.getState().lines !== before;
    timer = setTimeout(() => void ask(), hasMore ? PAUSE_MS : IDLE_MS);
  };
  void ask();
  return () => {
    isOn = false;
    clearTimeout(timer);
  };
}

/** `09:12:44.031 text`, for the clipboard and for files. */
export const logText = (lines: readonly ServiceLogLine[]): string =>
  lines.map(({ at, stream, text }) => `${at} ${stream} ${text}\n`).join('');
