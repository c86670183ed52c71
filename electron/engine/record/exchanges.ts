/** The ring of the newest exchanges: cheap to fill, read with credentials taken out. */
import type { Exchange, ExchangeDetail } from '../../../shared/state.ts';
import type { ExchangeTap } from '../exchange-tap.ts';
import { redactHeaders, redactUrl } from './redact.ts';

/** A busy page load many times over; older exchanges are dropped. */
export const EXCHANGE_RING = 2_000;

/** What the proxy hands over: headers as names and values in turn, nothing redacted yet. */
export interface RecordedExchange extends Exchange {
  rawRequestHeaders: string[];
  rawResponseHeaders: string[];
  capture?: ExchangeTap;
}

export interface ExchangeRing {
  /** Keeps the object itself and gives it its id; the caller must not change it afterwards. */
  record: (exchange: RecordedExchange) => void;
  /** What was recorded while it was open has changed. */
  update: (exchange: RecordedExchange) => void;
  /** Called once, when the next one is recorded. */
  onNext: (tell: () => void) => void;
  /** Called with the id of each one that changed after it was recorded; returns the call that ends it. */
  onUpdate: (listener: (id: number) => void) => () => void;
  /** As it came, nothing redacted: for sending it again. */
  raw: (id: number) => RecordedExchange | undefined;
  /** As in a list. */
  one: (id: number) => Exchange | undefined;
  /** Ids go on counting. */
  clear: () => void;
  /** Newest first. */
  list: (limit: number, site?: string) => Exchange[];
  /** Undefined for an id that was never given or has been dropped. */
  get: (id: number) => ExchangeDetail | undefined;
  /** Oldest first, those after `id` that are still kept, at most `limit` of the newest. */
  since: (id: number, limit: number) => Exchange[];
  /** 0 before the first one. */
  lastId: () => number;
}

/** Ids count up from 1. Redaction happens on reading: a request pays for one slot and nothing else. */
export function createExchangeRing(size: number = EXCHANGE_RING): ExchangeRing {
  const slots: (RecordedExchange | undefined)[] = new Array<RecordedExchange | undefined>(size).fill(undefined);
  let last = 0;
  const listeners = new Set<(id: number) => void>();
  let waiting: (() => void)[] = [];
  const at = (id: number): RecordedExchange | undefined =>
    id < 1 || id > last || id <= last - size ? undefined : slots[id % size];

  return {
    record(exchange) {
      last += 1;
      exchange.id = last;
      slots[last % size] = exchange;
      if (waiting.length === 0) return;
      const told = waiting;
      waiting = [];
      for (const tell of told) tell();
    },
    onNext: (tell) => void waiting.push(tell),
    update(exchange) {
      for (const listener of listeners) listener(exchange.id);
    },
    onUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    raw: at,
    one(id) {
      const kept = at(id);
      return kept && summary(kept);
    },
    clear: () => void slots.fill(undefined),
    list(limit, site) {
      const found: Exchange[] = [];
      for (let id = last; id > last - size && id > 0 && found.length < limit; id -= 1) {
        const kept = at(id);
        if (kept && (site === undefined || kept.site === site)) found.push(summary(kept));
      }
      return found;
    },
    get(id) {
      const kept = at(id);
      if (!kept) return undefined;
      return {
        ...summary(kept),
        requestHeaders: redactHeaders(kept.rawRequestHeaders),
        responseHeaders: redactHeaders(kept.rawResponseHeaders),
      };
    },
    since(id, limit) {
      const found: Exchange[] = [];
      for (let next = Math.max(id + 1, last - size + 1, last - limit + 1, 1); next <= last; next += 1) {
        const kept = at(next);
        if (kept) found.push(summary(kept));
      }
      return found;
    },
    lastId: () => last,
  };
}

function summary({
  rawRequestHeaders: _request,
  rawResponseHeaders: _response,
  capture: _capture,
  ...exchange
}: RecordedExchange): Exchange {
  const path = redactUrl(exchange.path);
  return exchange.backendPath === undefined
    ? { ...exchange, path }
    : { ...exchange, path, backendPath: redactUrl(exchange.backendPath) };
}
