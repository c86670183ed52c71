import { describe, expect, it } from 'vitest';
import { valueAt } from '../../shared/value-at.ts';

const config = { server: [{ name: 'a.test', weight: 0 }] };

describe('the value at a path', () => {
  it('is found through objects and lists, also when it is falsy', () => {
    expect(valueAt(config, ['server', 0, 'weight'])).toBe(0);
    expect(valueAt(config, [])).toBe(config);
  });

  it('is undefined where the path leads nowhere', () => {
    expect(valueAt(config, ['server', 1, 'name'])).toBeUndefined();
    expect(valueAt(config, ['server', 0, 'name', 'first'])).toBeUndefined();
    expect(valueAt(null, ['server'])).toBeUndefined();
  });

  it('is never an inherited one', () => {
    expect(valueAt(config, ['constructor'])).toBeUndefined();
    expect(valueAt(config, ['server', '__proto__'])).toBeUndefined();
  });
});
