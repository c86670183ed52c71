/** The health of one backend: what takes it out and what brings it back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialState, isAvailable, probeDelayMs, reduce } from '../../../electron/engine/health/state.ts';
import { healthPolicy } from '../../kit/health.ts';
import type { HealthPolicy } from '../../../electron/engine/generation.ts';
import type { HealthEvent, HealthState } from '../../../electron/engine/health/state.ts';

const EVENTS: Record<string, HealthEvent> = {
  P: { type: 'probePassed' },
  p: { type: 'probeFailed', reason: 'connection refused' },
  R: { type: 'requestSucceeded' },
  r: { type: 'requestFailed', reason: 'connection reset' },
  c: { type: 'cooldownEnded' },
};

/** Letters are events a second apart; gives the status after each. */
function statuses(letters: string, policy: HealthPolicy): string[] {
  let state = initialState(policy);
  return [...letters].map((letter, i) => {
    state = reduce(state, EVENTS[letter] as HealthEvent, policy, 1_000_000 + i * 1_000);
    return state.status;
  });
}

describe('probes', () => {
  it('take a backend out after unhealthyAfter failures in a row, and no sooner', () => {
    expect(statuses('Ppp', healthPolicy())).toEqual(['healthy', 'degraded', 'down']);
    expect(statuses('pPp', healthPolicy())).toEqual(['degraded', 'healthy', 'degraded']);
  });

  it('bring it back after healthyAfter passes in a row', () => {
    expect(statuses('ppPPpPPP', healthPolicy({ healthyAfter: 3 })).slice(1)).toEqual([
      'down',
      'down',
      'down',
      'down',
      'down',
      'down',
      'healthy',
    ]);
  });

  it('come sooner while something is wrong', () => {
    const policy = healthPolicy();
    const fresh = initialState(policy);
    expect(probeDelayMs(fresh, policy)).toBe(10_000);
    expect(probeDelayMs(reduce(fresh, { type: 'probeFailed', reason: '' }, policy, 0), policy)).toBe(1_000);
  });

  it('are not outvoted by requests that pass', () => {
    expect(statuses('pRp', healthPolicy())).toEqual(['degraded', 'degraded', 'down']);
  });
});

describe('requests', () => {
  it('take a backend out after maxFails failures within the window', () => {
    expect(statuses('RrRrr', healthPolicy())).toEqual(['healthy', 'degraded', 'degraded', 'degraded', 'down']);
    expect(statuses('rrRRr', healthPolicy({ windowMs: 2_000 }))).toEqual([
      'degraded',
      'degraded',
      'degraded',
      'healthy',
      'degraded',
    ]);
  });

  it('take nothing out where nobody else could serve, however many fail; probes still do', () => {
    const alone = healthPolicy({ maxFails: Infinity });
    expect(statuses('r'.repeat(50), alone).at(-1)).toBe('degraded');
    expect(statuses('rrrrrR', alone).slice(-2)).toEqual(['degraded', 'degraded']);
    expect(statuses('rrrpp', alone).at(-1)).toBe('down');
  });

  it('then both a cooldown and a passed probe are needed', () => {
    expect(statuses('rrrPcP', healthPolicy({ cooldownMs: 2_000 })).slice(2)).toEqual([
      'down',
      'down',
      'healthy',
      'healthy',
    ]);
    expect(statuses('rrrcP', healthPolicy()).slice(2)).toEqual(['down', 'down', 'healthy']);
    expect(statuses('rrrPP', healthPolicy({ cooldownMs: 1_500 })).slice(2)).toEqual(['down', 'down', 'healthy']);
  });

  it('without probes it comes back on trial: one failure takes it out, one success heals it', () => {
    const policy = healthPolicy({ enabled: false });
    expect(statuses('rrrcrcRr', policy).slice(2)).toEqual([
      'down',
      'unknown',
      'down',
      'unknown',
      'healthy',
      'degraded',
    ]);
  });

  it('that were under way when it went down change nothing', () => {
    expect(statuses('ppRr', healthPolicy()).slice(1)).toEqual(['down', 'down', 'down']);
  });
});

it('the config may assume a backend up or down before the first probe', () => {
  expect(isAvailable(initialState(healthPolicy()))).toBe(true);
  expect(initialState(healthPolicy({ initial: 'healthy' })).status).toBe('healthy');
  expect(statuses('P', healthPolicy({ initial: 'down' }))).toEqual(['healthy']);
  expect(statuses('c', healthPolicy({ initial: 'down', enabled: false }))).toEqual(['unknown']);
});

describe('whatever happens', () => {
  const policies = fc
    .record({
      healthyAfter: fc.integer({ min: 1, max: 4 }),
      unhealthyAfter: fc.integer({ min: 1, max: 4 }),
      maxFails: fc.integer({ min: 1, max: 4 }),
      windowMs: fc.integer({ min: 1, max: 5_000 }),
      cooldownMs: fc.integer({ min: 0, max: 5_000 }),
      enabled: fc.boolean(),
    })
    .map((policy) => healthPolicy(policy));
  const steps = fc.array(
    fc.record({ event: fc.constantFrom(...Object.values(EVENTS)), afterMs: fc.integer({ min: 0, max: 3_000 }) }),
    { maxLength: 60 },
  );

  it('it goes down only on enough evidence', () => {
    fc.assert(
      fc.property(policies, steps, (policy, history) => {
        let state = initialState(policy);
        let nowMs = 1_000_000;
        let probesFailed = 0;
        const requestsFailed: number[] = [];
        for (const { event, afterMs } of history) {
          nowMs += afterMs;
          if (event.type === 'probeFailed') probesFailed++;
          if (event.type === 'probePassed') probesFailed = 0;
          if (event.type === 'requestFailed') requestsFailed.push(nowMs);
          const next = reduce(state, event, policy, nowMs);
          if (isAvailable(state) && !isAvailable(next)) {
            const recent = requestsFailed.filter((at) => nowMs - at < policy.windowMs).length;
            const proven =
              (event.type === 'probeFailed' && probesFailed >= policy.unhealthyAfter) ||
              (event.type === 'requestFailed' && (recent >= policy.maxFails || state.onTrial));
            expect(proven).toBe(true);
          }
          state = next;
        }
      }),
    );
  });

  it('a healthy backend has no failure counted, and what is kept is bounded', () => {
    fc.assert(
      fc.property(policies, steps, (policy, history) => {
        for (const state of run(policy, history)) {
          if (state.status === 'healthy') expect([state.fails, state.failedAtMs.length]).toEqual([0, 0]);
          expect(state.failedAtMs.length).toBeLessThan(Math.max(policy.maxFails, 1));
        }
      }),
    );
  });

  it('enough passes after the cooldown always bring it back', () => {
    fc.assert(
      fc.property(policies, steps, (policy, history) => {
        let state = run(policy, history).at(-1) ?? initialState(policy);
        let nowMs = 1_000_000 + 60 * 3_000 + policy.cooldownMs;
        if (!policy.enabled) state = reduce(state, { type: 'cooldownEnded' }, policy, nowMs);
        for (let i = 0; i < policy.healthyAfter; i++)
          state = reduce(state, { type: 'probePassed' }, policy, (nowMs += 1));
        expect(isAvailable(state)).toBe(true);
      }),
    );
  });

  function run(policy: HealthPolicy, history: { event: HealthEvent; afterMs: number }[]): HealthState[] {
    let state = initialState(policy);
    let nowMs = 1_000_000;
    return history.map(({ event, afterMs }) => (state = reduce(state, event, policy, (nowMs += afterMs))));
  }
});
