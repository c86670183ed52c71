/** DER: written as X.690 says, read back, and name constraints through both. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derBitString, derElement, derLength, derSequence, readDer } from '../../../electron/engine/tls/der.ts';
import {
  createPermit,
  encodeNameConstraints,
  permittedNames,
  readNameConstraints,
} from '../../../electron/engine/tls/name-constraints.ts';

const bytes = (max = 400) => fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array));
const lowTag = fc.integer({ min: 0, max: 255 }).filter((tag) => (tag & 0x1f) !== 0x1f);
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/).filter((text) => !/^\d+$/.test(text));
const hostName = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));

describe('DER', () => {
  it('lengths have their shortest form', () => {
    const forms = [0, 127, 128, 255, 256, 65_535, 65_536].map((length) => derLength(length).toString('hex'));
    expect(forms).toEqual(['00', '7f', '8180', '81ff', '820100', '82ffff', '83010000']);
  });

  it('what is written is read back, one element after another', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(lowTag, bytes())), (items) => {
        const read = readDer(Buffer.concat(items.map(([tag, content]) => derElement(tag, content))));
        expect(read.map(({ tag, content }) => [tag, content.toString('hex')])).toEqual(
          items.map(([tag, content]) => [tag, content.toString('hex')]),
        );
      }),
    );
  });

  it('any bytes are read or refused with a RangeError, and what is read is canonical', () => {
    fc.assert(
      fc.property(bytes(60), (input) => {
        try {
          const again = Buffer.concat(readDer(input).map(({ tag, content }) => derElement(tag, content)));
          expect(again.equals(input)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('a bit string has no unused bits, a sequence holds its parts', () => {
    expect(derBitString(Buffer.from([1])).toString('hex')).toBe('03020001');
    expect(derSequence(Buffer.from([5, 0])).toString('hex')).toBe('30020500');
  });
});

describe('name constraints', () => {
  it('names come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(hostName, { minLength: 1 }), (names) => {
        expect(readNameConstraints(encodeNameConstraints(names))).toEqual(names);
      }),
    );
  });

  it('every name in use is permitted, and what is below it, and nothing beside', () => {
    fc.assert(
      fc.property(fc.array(hostName), fc.array(hostName), hostName, (zones, hosts, other) => {
        const permits = createPermit(permittedNames({ zones, hosts }));
        for (const name of [...zones, ...hosts]) {
          expect(permits(name) && permits(`a.${name}`) && permits(`*.${name}`)).toBe(true);
        }
        const isBelow = ['localhost', ...zones, ...hosts].some((name) => other === name || other.endsWith(`.${name}`));
        expect(permits(other)).toBe(isBelow);
      }),
    );
  });

  it('the list is the narrowest: no name below another, no pattern for all, no address', () => {
    const names = permittedNames({
      zones: ['test'],
      hosts: ['a.test', '*.b.local', 'b.local', '*', '10.0.0.1', '[::1]'],
    });
    expect(names).toEqual(['b.local', 'localhost', 'test']);
  });
});
