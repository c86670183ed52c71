/** The rehearsals that are on: each makes one backend fail for a while, and ends by itself. */
import type { Rehearsal, RehearsalEnd, RehearsalRequest } from '../../../shared/rehearsal.ts';
import type { Backend, RehearsedFault } from '../generation.ts';

/** More at once are no rehearsal any more; the oldest ends. */
const RUNNING_MAX = 64;

export interface RehearsalsOptions {
  onStart: (rehearsal: Rehearsal, backend: Backend) => void;
  onEnd: (rehearsal: Rehearsal, reason: RehearsalEnd) => void;
}

interface Running {
  rehearsal: Rehearsal;
  fault: RehearsedFault;
  /** Requests and probes that wait. */
  waiting: Set<() => void>;
  timer: NodeJS.Timeout;
}

export class Rehearsals {
  readonly #running = new Map<string, Running>();
  readonly #options: RehearsalsOptions;
  #lastId = 0;

  constructor(options: RehearsalsOptions) {
    this.#options = options;
  }

  /** What befalls an attempt on the backend, or a probe of it; asked for each of them, so free while nothing is rehearsed. */
  readonly faultOf = (backend: Backend): RehearsedFault | undefined =>
    this.#running.size === 0 ? undefined : this.#running.get(backend.id)?.fault;

  /** Takes the place of another rehearsal of the same backend. */
  readonly start = (backend: Backend, request: Omit<RehearsalRequest, 'site' | 'backend'>): Rehearsal => {
    this.#end(backend.id, 'replaced');
    for (const oldest of this.#running.keys()) {
      if (this.#running.size < RUNNING_MAX) break;
      this.#end(oldest, 'replaced');
    }
    const rehearsal = this.#describe(backend, request);
    const waiting = new Set<() => void>();
    const timer = setTimeout(() => this.#end(backend.id, 'time'), request.durationMs).unref();
    this.#running.set(backend.id, { rehearsal, fault: faultFrom(request, waiting), waiting, timer });
    this.#options.onStart(rehearsal, backend);
    return rehearsal;
  };

  /** Ends the one with this id, or all; gives those it ended. */
  readonly stop = (id?: number, reason: RehearsalEnd = 'stopped'): Rehearsal[] => {
    const chosen = this.list().filter((rehearsal) => id === undefined || rehearsal.id === id);
    for (const { backend } of chosen) this.#end(backend, reason);
    return chosen;
  };

  /** The oldest first. */
  readonly list = (): Rehearsal[] => [...this.#running.values()].map(({ rehearsal }) => rehearsal);

  /** After a swap: ends those whose backend is gone. */
  readonly retain = (backends: readonly Backend[]): void => {
    if (this.#running.size === 0) return;
    const kept = new Set(backends.map(({ id }) => id));
    for (const id of this.#running.keys()) if (!kept.has(id)) this.#end(id, 'removed');
  };

  #describe(backend: Backend, { kind, delayMs, status, durationMs }: Omit<RehearsalRequest, 'site' | 'backend'>) {
    const startedAt = Date.now();
    const rehearsal: Rehearsal = {
      id: (this.#lastId += 1),
      site: backend.site,
      backend: backend.id,
      name: backend.name,
      kind,
      startedAt,
      endsAt: startedAt + durationMs,
    };
    if (kind === 'slow') rehearsal.delayMs = delayMs;
    if (kind === 'fail') rehearsal.status = status;
    return rehearsal;
  }

  #end(backend: string, reason: RehearsalEnd): void {
    const running = this.#running.get(backend);
    if (running === undefined) return;
    this.#running.delete(backend);
    clearTimeout(running.timer);
    for (const goOn of running.waiting) goOn();
    this.#options.onEnd(running.rehearsal, reason);
  }
}

const faultFrom = (
  { kind, delayMs, status }: Pick<RehearsalRequest, 'kind' | 'delayMs' | 'status'>,
  waiting: Set<() => void>,
): RehearsedFault => ({ kind, delayMs, status, wait: (ms, act) => wait(waiting, ms, act) });

/** Calls back after `ms`, or as soon as the rehearsal is over. */
function wait(waiting: Set<() => void>, ms: number, act: () => void): () => void {
  const forget = (): void => {
    clearTimeout(timer);
    waiting.delete(goOn);
  };
  const goOn = (): void => {
    forget();
    act();
  };
  const timer = setTimeout(goOn, ms);
  waiting.add(goOn);
  return forget;
}
