import { describe, expect, it } from 'vitest';
import { createHeaderList } from '../../../electron/engine/proxy/header-list.ts';

describe('the header list', () => {
  it('finds names without case and keeps order and spelling', () => {
    const list = createHeaderList(['Host', 'a', 'X-One', '1', 'x-one', '2']);
    expect(list.get('HOST')).toBe('a');
    expect(list.getAll('x-ONE')).toEqual(['1', '2']);
    expect(list.has('x-on')).toBe(false);
    expect(list.get('absent')).toBeUndefined();
    expect(list.entries()).toEqual([
      ['Host', 'a'],
      ['X-One', '1'],
      ['x-one', '2'],
    ]);
  });

  it('sets in place of the first, appends beside, deletes all', () => {
    const raw = ['A', '1', 'B', '2', 'a', '3', 'a', '4'];
    const list = createHeaderList(raw);
    list.set('a', 'new');
    expect(list.raw).toBe(raw);
    expect(raw).toEqual(['a', 'new', 'B', '2']);
    list.append('B', '3');
    list.delete('b');
    list.set('C', '');
    expect(raw).toEqual(['a', 'new', 'C', '']);
  });

  it('does not take values for names', () => {
    const list = createHeaderList(['A', 'host', 'B', 'x']);
    expect(list.has('host')).toBe(false);
    list.delete('host');
    expect(list.raw).toHaveLength(4);
  });

  it('refuses what would break the head', () => {
    const list = createHeaderList([]);
    for (const value of ['a\r\nX: y', 'a\nb', 'a\rb', 'a\0b', 'ü\u{1f600}'])
      expect(() => list.set('X', value)).toThrow(TypeError);
    for (const name of ['', 'a b', 'a:', 'a\r\n', ':path', 'ü'])
      expect(() => list.append(name, 'x')).toThrow(TypeError);
    expect(list.raw).toEqual([]);
    list.set('X', 'tab\tand é');
    expect(list.get('x')).toBe('tab\tand é');
  });
});
