/** A dev server that restarts is back with its first good probe. */
import { describe, expect, it } from 'vitest';
import { initialState, reduce } from '../../../electron/engine/health/state.ts';
import { healthPolicy } from '../../kit/health.ts';

const policy = healthPolicy();

const takenOut = [0, 1, 2].reduce(
  (state, at) => reduce(state, { type: 'requestFailed', reason: 'refused' }, policy, at),
  initialState(policy),
);

describe('after requests took a backend out', () => {
  it('a probe that fails and one that passes bring it back before the cooldown ends', () => {
    const proven = reduce(takenOut, { type: 'probeFailed', reason: 'refused' }, policy, 100);
    expect(proven.status).toBe('down');
    expect(reduce(proven, { type: 'probePassed' }, policy, 200).status).toBe('healthy');
  });

  it('probes that pass all along do not shorten the cooldown', () => {
    expect(reduce(takenOut, { type: 'probePassed' }, policy, 200).status).toBe('down');
  });
});
