/** What is known of one backend, as a pure function of its probes and requests: when it is taken out, and brought back. */
import type { HealthPolicy } from '../generation.ts';

/** Draining is not among them: it is a wish of the config, put on by the registry. */
export type KnownHealth = 'unknown' | 'healthy' | 'degraded' | 'down';

export interface HealthState {
  readonly status: KnownHealth;
  /** Probes passed in a row, since the last failure or since it went down. */
  readonly passes: number;
  /** Probes failed in a row. */
  readonly fails: number;
  /** When requests failed within the window, oldest first; at most maxFails of them, the last alone where that is without bound. Empty while healthy or down. */
  readonly failedAtMs: readonly number[];
  /** What took it out; `config` when it was assumed down from the start. Undefined while it is available. */
  readonly downBy: 'probes' | 'requests' | 'config' | undefined;
  /** Until then it stays out whatever the probes say; 0 when nothing holds it. */
  readonly cooldownUntilMs: number;
  /** Back on trial after a cooldown without probes: one failed request takes it out again. */
  readonly onTrial: boolean;
}

export type HealthEvent =
  | { type: 'probePassed' }
  | { type: 'probeFailed'; reason: string }
  | { type: 'requestSucceeded' }
  | { type: 'requestFailed'; reason: string }
  | { type: 'cooldownEnded' };

const FRESH: HealthState = {
  status: 'unknown',
  passes: 0,
  fails: 0,
  failedAtMs: [],
  downBy: undefined,
  cooldownUntilMs: 0,
  onTrial: false,
};
const HEALTHY: HealthState = { ...FRESH, status: 'healthy' };

/** Before the first probe: what the config assumes (`is_healthy`), else unknown, which is available. */
export function initialState(policy: HealthPolicy): HealthState {
  return policy.initial === 'down'
    ? { ...FRESH, status: 'down', downBy: 'config' }
    : { ...FRESH, status: policy.initial };
}

export const isAvailable = (state: HealthState): boolean => state.status !== 'down';

/** The state after an event. Gives the same object back when nothing is new. `nowMs` may be any clock, as long as it is one. */
export function reduce(state: HealthState, event: HealthEvent, policy: HealthPolicy, nowMs: number): HealthState {
  switch (event.type) {
    case 'probePassed':
      return probePassed(state, policy, nowMs);
    case 'probeFailed':
      return probeFailed(state, policy);
    case 'requestSucceeded':
      return requestSucceeded(state, policy, nowMs);
    case 'requestFailed':
      return requestFailed(state, policy, nowMs);
    case 'cooldownEnded':
      return cooldownEnded(state, policy);
  }
}

/** How long until the next probe: soon while something is wrong, so that a dead backend is found and a mended one is back quickly. */
export function probeDelayMs(state: HealthState, policy: HealthPolicy): number {
  return state.status === 'down' || state.status === 'degraded' ? policy.intervalWhenDownMs : policy.intervalMs;
}

function probePassed(state: HealthState, policy: HealthPolicy, nowMs: number): HealthState {
  const passes = state.passes + 1;
  if (state.status === 'down') {
    return passes >= policy.healthyAfter && nowMs >= state.cooldownUntilMs
      ? { ...HEALTHY, passes }
      : { ...state, passes, fails: 0 };
  }
  return settle({ ...state, passes, fails: 0 }, policy, nowMs);
}

function probeFailed(state: HealthState, policy: HealthPolicy): HealthState {
  const fails = state.fails + 1;
  // A failed probe proves that it really is down, so the next pass proves that it is back: no cooldown, as after a restart.
  if (state.status === 'down') return { ...state, passes: 0, fails, cooldownUntilMs: 0 };
  if (fails >= policy.unhealthyAfter) return { ...FRESH, status: 'down', downBy: 'probes', fails };
  return { ...state, status: 'degraded', passes: 0, fails };
}

/** A success proves little of one that is out: the request was under way before. It ends a trial, not a row of failed probes. */
function requestSucceeded(state: HealthState, policy: HealthPolicy, nowMs: number): HealthState {
  if (state.status === 'healthy' || state.status === 'down') return state;
  return settle(state.onTrial ? { ...state, onTrial: false } : state, policy, nowMs);
}

function requestFailed(state: HealthState, policy: HealthPolicy, nowMs: number): HealthState {
  if (state.status === 'down') return state;
  if (policy.maxFails === Infinity) return { ...state, status: 'degraded', failedAtMs: [nowMs] };
  const failedAtMs = [...stillCounted(state.failedAtMs, policy, nowMs), nowMs];
  if (failedAtMs.length < policy.maxFails && !state.onTrial) return { ...state, status: 'degraded', failedAtMs };
  return {
    ...FRESH,
    status: 'down',
    downBy: 'requests',
    fails: state.fails,
    cooldownUntilMs: nowMs + policy.cooldownMs,
  };
}

/** With probes, it waits for them to pass (they may have, in the meantime); without, it comes back on trial. */
function cooldownEnded(state: HealthState, policy: HealthPolicy): HealthState {
  if (state.status !== 'down') return state;
  if (!policy.enabled) return { ...FRESH, onTrial: true };
  if (state.cooldownUntilMs === 0) return state;
  return state.passes >= policy.healthyAfter ? { ...HEALTHY, passes: state.passes } : { ...state, cooldownUntilMs: 0 };
}

/** Healthy after a success, unless probes or requests that failed still count. */
function settle(state: HealthState, policy: HealthPolicy, nowMs: number): HealthState {
  const failedAtMs = stillCounted(state.failedAtMs, policy, nowMs);
  const clean = failedAtMs.length === 0 && state.fails === 0;
  const status = clean ? 'healthy' : 'degraded';
  return status === state.status && failedAtMs === state.failedAtMs && !clean
    ? state
    : { ...state, status, failedAtMs, onTrial: false };
}

/** A clock set back makes no failure count for longer: those from the future are dropped too. */
function stillCounted(failedAtMs: readonly number[], policy: HealthPolicy, nowMs: number): readonly number[] {
  const counts = (at: number): boolean => at <= nowMs && nowMs - at < policy.windowMs;
  return failedAtMs.every(counts) ? failedAtMs : failedAtMs.filter(counts);
}
