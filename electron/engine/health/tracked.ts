/** What the registry keeps of one backend, and how its state is shown. */
import { initialState, isAvailable } from './state.ts';
import type { Backend, BackendLive, HealthPolicy } from '../generation.ts';
import type { HealthStatus } from '../../../shared/state.ts';
import type { ProbeResult } from './active.ts';
import type { Scheduled } from './schedule.ts';
import type { HealthState } from './state.ts';

export interface Tracked extends Scheduled {
  originKey: string;
  live: BackendLive;
  /** Of the current generation. */
  backend: Backend;
  state: HealthState;
  nextProbeMs: number;
  /** When the last probe began. */
  lastProbeMs: number;
  downAtMs: number;
  probing: { result: Promise<ProbeResult>; stop: AbortController } | undefined;
  /** Number of the adoption that saw it last. */
  adoption: number;
}

/** From now on, to be probed at once; not yet in any adoption. */
export function trackedFrom(backend: Backend, originKey: string, nowMs: number): Tracked {
  return {
    originKey,
    live: backend.live,
    backend,
    state: initialState(backend.health),
    nextProbeMs: nowMs,
    lastProbeMs: 0,
    downAtMs: nowMs,
    probing: undefined,
    adoption: 0,
    dueMs: 0,
    slot: -1,
  };
}

/** Whether probes run by themselves. */
export const isProbed = ({ backend }: Tracked): boolean => backend.health.enabled && !backend.off;

/** As the window shows it: a backend that is off is not looked at, a draining one says so while it is up. */
export function shownHealth({ backend, state }: Tracked): HealthStatus {
  if (backend.off) return 'unknown';
  return backend.drain && isAvailable(state) ? 'draining' : state.status;
}

/** When its time out is over, Infinity when only probes bring it back. */
export function cooldownEndsMs({ backend: { health }, state, downAtMs }: Tracked): number {
  if (state.status !== 'down') return Infinity;
  if (state.cooldownUntilMs > 0) return state.cooldownUntilMs;
  return health.enabled ? Infinity : downAtMs + health.cooldownMs;
}

/** Over; or further away than it can be, because the clock was set back. */
export function isCooldownOver(tracked: Tracked, nowMs: number): boolean {
  const endsMs = cooldownEndsMs(tracked);
  return endsMs !== Infinity && (endsMs <= nowMs || endsMs - nowMs > tracked.backend.health.cooldownMs);
}

export function isSamePolicy(one: HealthPolicy, other: HealthPolicy): boolean {
  if (one === other) return true;
  const { expect, ...rest } = one;
  const { expect: otherExpect, ...otherRest } = other;
  if (expect.join(';') !== otherExpect.join(';')) return false;
  return (Object.keys(rest) as (keyof typeof rest)[]).every((key) => rest[key] === otherRest[key]);
}
