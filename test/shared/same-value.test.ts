/** Two values of JSON are the same when all their parts are, in whatever order their keys stand. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSameValue } from '../../shared/same-value.ts';

it('says what a deep comparison says', () => {
  const value = fc.jsonValue({ maxDepth: 3, noUnicodeString: true });
  fc.assert(
    fc.property(value, value, (one, other) => {
      const copy: unknown = JSON.parse(JSON.stringify(one));
      expect(isSameValue(JSON.parse(JSON.stringify(one)), copy)).toBe(true);
      const another: unknown = JSON.parse(JSON.stringify(other));
      expect(isSameValue(copy, another)).toBe(isDeepStrictEqual(copy, another));
    }),
  );
});

it.each([
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [null, {}, false],
  [{ a: null }, { a: 0 }, false],
])('%j and %j: %s', (one, other, isSame) => expect(isSameValue(one, other)).toBe(isSame));
