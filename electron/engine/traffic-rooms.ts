/** What is kept of exchanges: the ring, the figures, what was captured, and sending one again. */
import { failure, problem, success, type Result } from '../../shared/problem.ts';
import type { CaptureSettings, CaptureState, ExchangeExplanation, ExchangeRecord } from '../../shared/capture.ts';
import type { ReplayEdits } from '../../shared/capture.ts';
import type { Exchange, ListenerState } from '../../shared/state.ts';
import type { ReplayMark } from './exchange-tap.ts';
import { explain } from './explain.ts';
import type { Generation } from './generation.ts';
import { explainPool, peekBackend } from './proxy/balancer.ts';
import type { CompletedExchange } from './proxy/deps.ts';
import { backendPath, matchRoute } from './proxy/router.ts';
import { readCaptured, requestBodyOf } from './record/captured.ts';
import { createCaptures } from './record/captures.ts';
import { createExchangeRing, type ExchangeRing } from './record/exchanges.ts';
import { createMetrics } from './record/metrics.ts';
import { REDACTED, redactHeader, redactUrl } from './record/redact.ts';
import { createTrafficMeter } from './record/traffic.ts';
import { replay, type ReplayDeps } from './replay.ts';

/** What is in force now. */
interface Now {
  current: Generation;
  listeners: readonly ListenerState[];
}

/** What the engine offers of recorded exchanges beside lists of them. */
export interface ExchangeDoor {
  /** Newest first. */
  list: (limit: number, site?: string) => Exchange[];
  get: ExchangeRing['get'];
  /** As in a list. */
  one: (id: number) => Exchange | undefined;
  /** Oldest first, those after `id` that are still kept, at most `limit` of the newest. */
  since: (id: number, limit: number) => Exchange[];
  lastId: () => number;
  /** Called once, when the next one is recorded: who waits in silence need not look. */
  onNext: (tell: () => void) => void;
  /** A WebSocket is recorded when it opens, and changes when it closes. */
  onUpdate: (listener: (id: number) => void) => () => void;
  /** With bodies and frames, where they were captured. Errors: EXCHANGE_UNKNOWN. */
  read: (id: number) => Promise<Result<ExchangeRecord>>;
  /** What became of it, beside what would become of it now. Errors: EXCHANGE_UNKNOWN. */
  explain: (id: number) => Result<ExchangeExplanation>;
  /** Sends it again through our own listener; its errors are those of replay.ts. */
  replay: (request: { id: number; edits?: ReplayEdits | undefined }) => Promise<Result<Exchange>>;
  /** Forgets every exchange and all that was captured. */
  clear: () => void;
}

export interface CaptureDoor {
  get: () => CaptureState;
  set: (settings: CaptureSettings) => CaptureState;
}

export function createTrafficRooms(now: () => Now) {
  const ring = createExchangeRing();
  const metrics = createMetrics();
  const meter = createTrafficMeter();
  const captures = createCaptures();
  const replays = new Map<number, ReplayMark>();
  const deps = replayDeps(ring, replays, now);
  const exchanges: ExchangeDoor = {
    list: ring.list,
    get: ring.get,
    one: ring.one,
    since: ring.since,
    lastId: ring.lastId,
    onNext: ring.onNext,
    onUpdate: ring.onUpdate,
    read: (id) => readRecord(ring, id),
    explain: (id) => explainRecorded(ring, id, now().current),
    replay: (request) => replay(deps, request),
    clear() {
      ring.clear();
      captures.clear();
    },
  };
  const capture: CaptureDoor = {
    get: captures.state,
    set(settings) {
      captures.set(settings);
      return captures.state();
    },
  };
  const record = (exchange: CompletedExchange): void => {
    if (exchange.id === 0) ring.record(exchange);
    else ring.update(exchange);
    if (exchange.open) return; // counted when it is over
    metrics.observe(exchange);
    meter.observe(exchange.durationMs, exchange.status, exchange.status >= 500);
  };
  return { exchanges, capture, captures, replays, metrics, meter, record };
}

async function readRecord(ring: ExchangeRing, id: number): Promise<Result<ExchangeRecord>> {
  const detail = ring.get(id);
  const raw = ring.raw(id);
  if (detail === undefined || raw === undefined) return unknown(id);
  const captured = await readCaptured(raw);
  return success(captured === undefined ? detail : { ...detail, captured });
}

function explainRecorded(ring: ExchangeRing, id: number, current: Generation): Result<ExchangeExplanation> {
  const raw = ring.raw(id);
  const exchange = ring.one(id);
  if (raw === undefined || exchange === undefined) return unknown(id);
  const url = `${raw.tls ? 'https' : 'http'}://${raw.host}${raw.path.startsWith('/') ? raw.path : '/'}`;
  const explained = explain(
    current,
    { url, client: raw.client },
    { matchRoute, backendPath, explainPool, peekBackend },
  );
  const { backendPath: path } = explained;
  const shown = { ...explained, url: redactUrl(url), ...(path === undefined ? {} : { backendPath: redactUrl(path) }) };
  return success({ exchange, now: shown });
}

function replayDeps(ring: ExchangeRing, marks: Map<number, ReplayMark>, now: () => Now): ReplayDeps {
  return {
    find(id) {
      const raw = ring.raw(id);
      if (raw === undefined) return undefined;
      const { method, host, path, rawRequestHeaders: headers, tls, protocol, bytesIn } = raw;
      const isWebSocket = protocol === 'websocket';
      return { id, method, host, path, headers, isTls: tls === true, isWebSocket, bytesIn };
    },
    bodyOf: (id) => requestBodyOf(ring.raw(id)?.capture),
    summaryOf: ring.one,
    listeners: () => now().listeners,
    marks,
    redactHeader,
    redactUrl,
    redacted: REDACTED,
  };
}

const unknown = (id: number): { ok: false; problems: ReturnType<typeof problem>[] } =>
  failure(
    problem('EXCHANGE_UNKNOWN', `Exchange ${id} is not kept any more.`, {
      fix: 'List the newest with `mogoly events`.',
    }),
  );
