import { describe, expect, it } from 'vitest';
import { nearest } from '../../shared/nearest.ts';

const KEYS = ['weight', 'max_connections', 'url', 'health_check'];

describe('the nearest word', () => {
  it.each([
    ['wieght', 'weight', 'swapped neighbours'],
    ['weigth', 'weight', 'swapped neighbours at the end'],
    ['wight', 'weight', 'a letter left out'],
    ['weigght', 'weight', 'a letter too many'],
    ['uri', 'url', 'one wrong letter in a short word'],
    ['max_conections', 'max_connections', 'a letter left out of a long word'],
  ])('of %s is %s: %s', (word, meant) => {
    expect(nearest(word, KEYS)).toBe(meant);
  });

  it.each(['maxConnections', 'max-connections', 'MAX_CONNECTIONS', 'max connections'])(
    'of %s is max_connections: case and separators do not count',
    (word) => {
      expect(nearest(word, KEYS)).toBe('max_connections');
    },
  );

  it('is the first of those that are equally near', () => {
    expect(nearest('bat', ['cat', 'hat'])).toBe('cat');
  });

  it('is none when more than a third of the letters would change', () => {
    expect(nearest('weeeee', KEYS)).toBeUndefined();
    expect(nearest('abc', KEYS)).toBeUndefined();
  });

  it('is none where nothing is known, and for words too long to be a slip', () => {
    expect(nearest('weight', [])).toBeUndefined();
    expect(nearest('a'.repeat(65), ['a'.repeat(65)])).toBeUndefined();
  });
});
