/** Watches every backend of the running generation: probes them, hears how requests went, and says when a state changes. */
import { probe as probeBackend } from './active.ts';
import { checkBackends } from './check.ts';
import { HandedOut } from './handed-out.ts';
import { Pacer } from './pacer.ts';
import { inSlices } from '../turns.ts';
import { initialState, isAvailable, probeDelayMs, reduce } from './state.ts';
import { cooldownEndsMs, isCooldownOver, isProbed, isSamePolicy, shownHealth, trackedFrom } from './tracked.ts';
import type { HealthReport, HealthStatus } from '../../../shared/state.ts';
import type { Backend, BackendLive, HealthPolicy } from '../generation.ts';
import type { Probe, ProbeResult } from './active.ts';
import type { Clock } from './pacer.ts';
import type { HealthEvent } from './state.ts';
import type { Tracked } from './tracked.ts';

export interface HealthRegistryOptions extends Partial<Clock> {
  /** Once for each change of what `backend.live.health` shows, after it is set. */
  onChange: (backend: Backend, from: HealthStatus, to: HealthStatus, reason?: string) => void;
  /** From 0 up to 1, for the jitter. */
  random?: () => number;
  /** Another way to probe. */
  probe?: Probe;
}

export interface HealthRegistry {
  /** The live part of a backend: that of the running generation while id and origin stay, else a fresh one. */
  live: (id: string, originKey: string, policy: HealthPolicy) => BackendLive;
  /**
   * Watches these backends from now on, after a swap. New ones are probed at once, known ones keep their state, the
   * others are forgotten. Very many are taken in over several turns of the event loop; a newer call takes its place.
   */
  adopt: (backends: readonly Backend[]) => void;
  /** A request got its answer. Free while the backend is healthy. */
  reportSuccess: (backend: Backend) => void;
  /** A request failed by the backend's fault; `reason` is one plain sentence. Also asks for a probe. */
  reportFailure: (backend: Backend, reason: string) => void;
  /** Probes now, 64 at a time, those that are not off; what it finds counts as any other probe. checkOne asks one that is off too. */
  checkAll: (backends: readonly Backend[]) => Promise<HealthReport>;
  checkOne: (backend: Backend) => Promise<HealthReport>;
  /** Stops probing, as while the engine is stopped; states are kept. */
  pause: () => void;
  /** Probes everything at once and goes on. */
  resume: () => void;
  close: () => Promise<void>;
}

/** Probes under way at once. */
const PROBES_AT_ONCE = 64;
/** Failing requests ask for a probe of their backend at most this often. */
const EXTRA_PROBE_MS = 250;

/** Probing begins with the first adopt(). Its timers keep no process alive. */
export function createHealthRegistry(options: HealthRegistryOptions): HealthRegistry {
  return new Registry(options);
}

class Registry implements HealthRegistry {
  private readonly tracked = new Map<string, Tracked>();
  private readonly handedOut = new HandedOut();
  private readonly running = new Set<Promise<ProbeResult>>();
  private readonly pacer: Pacer<Tracked>;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly probe: Probe;
  private adoption = 0;
  private closed = false;

  constructor(private readonly options: HealthRegistryOptions) {
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.probe = options.probe ?? probeBackend;
    this.pacer = new Pacer<Tracked>({
      clock: {
        now: this.now,
        setTimer: options.setTimer ?? ((act, delayMs) => setTimeout(act, delayMs).unref()),
        clearTimer: options.clearTimer ?? ((timer) => clearTimeout(timer as NodeJS.Timeout)),
      },
      onDue: (tracked, nowMs) => this.wake(tracked, nowMs),
      onJump: (nowMs) => this.probeEverything(nowMs),
      isBusy: () => this.running.size >= PROBES_AT_ONCE,
    });
  }

  readonly live = (id: string, originKey: string, policy: HealthPolicy): BackendLive => {
    const known = this.tracked.get(id);
    return known?.originKey === originKey ? known.live : this.handedOut.live(id, originKey, policy);
  };

  readonly adopt = (backends: readonly Backend[]): void => {
    if (this.closed) return;
    const adoption = ++this.adoption;
    this.handedOut.beginAdoption();
    const isLatest = (): boolean => adoption === this.adoption;
    const sweep = (): void => {
      this.handedOut.endAdoption();
      inSlices(
        this.tracked,
        ([id, tracked]) => void (tracked.adoption !== adoption && this.forget(id, tracked)),
        isLatest,
      );
    };
    inSlices(backends, (backend) => this.adoptOne(backend, adoption), isLatest, sweep);
  };

  readonly reportSuccess = (backend: Backend): void => {
    if (backend.live.health === 'healthy') return;
    const tracked = this.find(backend);
    if (tracked !== undefined) this.apply(tracked, { type: 'requestSucceeded' });
  };

  readonly reportFailure = (backend: Backend, reason: string): void => {
    backend.live.lastFailure = reason;
    const tracked = this.find(backend);
    if (tracked === undefined) return;
    this.apply(tracked, { type: 'requestFailed', reason });
    const soonMs = tracked.lastProbeMs + EXTRA_PROBE_MS;
    if (!isProbed(tracked) || tracked.probing !== undefined || tracked.nextProbeMs <= soonMs) return;
    tracked.nextProbeMs = soonMs;
    this.plan(tracked);
  };

  readonly checkAll = (backends: readonly Backend[]): Promise<HealthReport> =>
    this.check(backends.filter((backend) => !backend.off));

  readonly checkOne = (backend: Backend): Promise<HealthReport> => this.check([backend]);

  readonly pause = (): void => {
    this.pacer.pause();
    for (const tracked of this.tracked.values()) tracked.probing?.stop.abort();
  };

  readonly resume = (): void => {
    if (this.closed) return;
    this.probeEverything(this.now());
    this.pacer.resume();
  };

  readonly close = async (): Promise<void> => {
    this.closed = true;
    this.adoption++;
    this.pause();
    await Promise.all(this.running);
    this.tracked.clear();
  };

  private adoptOne(backend: Backend, adoption: number): void {
    const known = this.find(backend);
    const nowMs = this.now();
    const tracked = known ?? this.track(backend, nowMs);
    tracked.adoption = adoption;
    if (known?.backend === backend) return; // of a site that did not change
    if (known !== undefined) {
      const before = known.backend;
      known.backend = backend;
      if (before.off !== backend.off) known.state = initialState(backend.health);
      if (before.off !== backend.off || !isSamePolicy(before.health, backend.health)) {
        known.probing?.stop.abort();
        known.nextProbeMs = nowMs;
      }
    }
    this.publish(tracked, undefined);
    this.plan(tracked);
  }

  private track(backend: Backend, nowMs: number): Tracked {
    const { id, live } = backend;
    const replaced = this.tracked.get(id);
    if (replaced !== undefined) this.forget(id, replaced);
    const originKey = this.handedOut.originKeyOf(id, live) ?? `${backend.origin.protocol} ${backend.origin.origin}`;
    const tracked = trackedFrom(backend, originKey, nowMs);
    live.health = shownHealth(tracked);
    this.tracked.set(id, tracked);
    return tracked;
  }

  private forget(id: string, tracked: Tracked): void {
    this.pacer.remove(tracked);
    tracked.probing?.stop.abort();
    this.tracked.delete(id);
  }

  /** Undefined for a backend of a generation that is gone. */
  private find(backend: Backend): Tracked | undefined {
    const tracked = this.tracked.get(backend.id);
    return tracked?.live === backend.live ? tracked : undefined;
  }

  private apply(tracked: Tracked, event: HealthEvent): void {
    const before = tracked.state;
    const nowMs = this.now();
    const next = reduce(before, event, tracked.backend.health, nowMs);
    if (next === before) return;
    tracked.state = next;
    if (next.status === 'down' && before.status !== 'down') tracked.downAtMs = nowMs;
    this.publish(tracked, 'reason' in event ? event.reason : undefined);
    this.plan(tracked);
  }

  private publish(tracked: Tracked, reason: string | undefined): void {
    const { backend, live } = tracked;
    const from = live.health;
    const to = shownHealth(tracked);
    live.available = isAvailable(tracked.state);
    if (from === to) return;
    live.health = to;
    if (backend.off) return; // nothing was found out: somebody turned it off
    if (reason === undefined) this.options.onChange(backend, from, to);
    else this.options.onChange(backend, from, to, reason);
  }

  /** Puts it where its next probe or the end of its cooldown is; a probe under way plans the next one at its end. */
  private plan(tracked: Tracked): void {
    const probeMs = isProbed(tracked) && tracked.probing === undefined ? tracked.nextProbeMs : Infinity;
    const dueMs = Math.min(probeMs, cooldownEndsMs(tracked));
    if (dueMs === Infinity) this.pacer.remove(tracked);
    else this.pacer.put(tracked, dueMs);
  }

  private wake(tracked: Tracked, nowMs: number): void {
    if (isCooldownOver(tracked, nowMs)) this.apply(tracked, { type: 'cooldownEnded' });
    if (isProbed(tracked) && tracked.probing === undefined && tracked.nextProbeMs <= nowMs) void this.begin(tracked);
    this.plan(tracked);
  }

  private probeEverything(nowMs: number): void {
    const hurry = (tracked: Tracked): void => {
      if (isCooldownOver(tracked, nowMs)) this.apply(tracked, { type: 'cooldownEnded' });
      tracked.nextProbeMs = nowMs;
      this.plan(tracked);
    };
    inSlices(this.tracked.values(), hurry, () => !this.closed);
  }

  private check(backends: readonly Backend[]): Promise<HealthReport> {
    return checkBackends(backends, (backend) => this.probeNow(backend), { atOnce: PROBES_AT_ONCE, now: this.now });
  }

  private probeNow(backend: Backend): Promise<ProbeResult> {
    const tracked = this.find(backend);
    if (tracked === undefined) return this.probe(backend, backend.health, new AbortController().signal);
    return tracked.probing?.result ?? this.begin(tracked);
  }

  private begin(tracked: Tracked): Promise<ProbeResult> {
    const { backend } = tracked;
    const stop = new AbortController();
    tracked.lastProbeMs = this.now();
    const result = this.probe(backend, backend.health, stop.signal).then((found) => {
      this.running.delete(result);
      if (!stop.signal.aborted) this.judge(tracked, found);
      tracked.probing = undefined;
      if (this.tracked.get(backend.id) === tracked) this.plan(tracked);
      this.pacer.pump();
      return found;
    });
    this.running.add(result);
    tracked.probing = { result, stop };
    return result;
  }

  private judge(tracked: Tracked, found: ProbeResult): void {
    const nowMs = this.now();
    tracked.live.checkedAt = nowMs;
    if (!found.ok) tracked.live.lastFailure = found.reason;
    if (isProbed(tracked))
      this.apply(tracked, found.ok ? { type: 'probePassed' } : { type: 'probeFailed', reason: found.reason });
    tracked.nextProbeMs = nowMs + probeDelayMs(tracked.state, tracked.backend.health) * (0.9 + 0.2 * this.random());
  }
}
