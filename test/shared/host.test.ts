import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHostTable, explainHost, isHostPattern, normaliseHost, normalisePattern } from '../../shared/host.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));

describe('normaliseHost', () => {
  it.each([
    ['shop.local', 'shop.local'],
    ['Shop.LOCAL:8080', 'shop.local'],
    ['shop.local.', 'shop.local'],
    ['shop.local.:80', 'shop.local'],
    ['shop.local:', 'shop.local'],
    ['my_app.test', 'my_app.test'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:8443', '[::1]'],
    ['[FE80::A]', '[fe80::a]'],
    ['bücher.test', 'xn--bcher-kva.test'],
    ['BÜCHER.test:443', 'xn--bcher-kva.test'],
    ['bücher。test', 'xn--bcher-kva.test'],
  ])('%s becomes %s', (raw, normal) => expect(normaliseHost(raw)).toBe(normal));

  it.each([
    '',
    '.',
    ':80',
    ' a',
    'a b',
    'a\n',
    'a\0b',
    'a@b',
    'a/b',
    'a?b',
    'a#b',
    'a\\b',
    'a..b',
    '.a',
    '*',
    '*.a',
    'a:x',
    'a:123456',
    '::1',
    '[::1',
    '[]',
    '[x::1]',
    '[::1]x',
    '[::1]:x',
    'ü/a',
    'ü@b',
    'a%b',
    'a'.repeat(64),
    `${'a'.repeat(64)}.test`,
    'a.'.repeat(130) + 'a',
  ])('%j is refused', (raw) => expect(normaliseHost(raw)).toBeUndefined());

  it('keeps a name of 253 characters', () => {
    const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
    expect(normaliseHost(long)).toBe(long);
    expect(normaliseHost(`${long}.`)).toBe(long);
    expect(normaliseHost(`${long}d`)).toBeUndefined();
  });

  it('is idempotent, and its result holds nothing that could break a header or a URL', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), name), (raw) => {
        const normal = normaliseHost(raw);
        if (normal === undefined) return;
        expect(normaliseHost(normal)).toBe(normal);
        expect(normal).toMatch(/^([a-z0-9_.-]+|\[[0-9a-f:.]+\])$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not care for case, port and trailing dot', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 65_535 }), fc.boolean(), (host, port, dot) => {
        expect(normaliseHost(`${host.toUpperCase()}${dot ? '.' : ''}:${port}`)).toBe(normaliseHost(host));
      }),
    );
  });
});

describe('host patterns', () => {
  it.each(['*', '*.shop.local', 'shop.local', '*.Bücher.test', '[::1]', 'localhost'])('%s is one', (pattern) =>
    expect(isHostPattern(pattern)).toBe(true),
  );
  it.each([
    '',
    '*.',
    '**',
    'a.*',
    '*shop.local',
    '*.*.local',
    'shop.local:80',
    'http://shop.local',
    '[::1]:80',
    '*.[::1]',
  ])('%j is none', (pattern) => expect(isHostPattern(pattern)).toBe(false));

  it('have a normal form', () => expect(normalisePattern('*.SHOP.local.')).toBe('*.shop.local'));
});

describe('createHostTable', () => {
  const entries = [
    { pattern: '*', value: 'rest' },
    { pattern: '*.shop.local', value: 'wild' },
    { pattern: '*.b.shop.local', value: 'deep' },
    { pattern: 'shop.local', value: 'exact' },
    { pattern: 'x.shop.local', value: 'x' },
  ];
  const find = createHostTable(entries);

  it.each([
    ['shop.local', 'exact', 'exact'],
    ['x.shop.local', 'x', 'exact'],
    ['a.shop.local', 'wild', '*.shop.local'],
    ['a.x.shop.local', 'wild', '*.shop.local'],
    ['a.b.shop.local', 'deep', '*.b.shop.local'],
    ['b.shop.local', 'wild', '*.shop.local'],
    ['other.local', 'rest', '*'],
    ['ashop.local', 'rest', '*'],
  ])('%s is found as %s by %s', (host, value, match) => {
    expect(find(host)).toBe(value);
    expect(explainHost(entries, host)).toEqual({ value, match });
  });

  it('finds nothing where nothing matches', () => {
    const bare = createHostTable([{ pattern: '*.shop.local', value: 1 }]);
    expect(bare('shop.local')).toBeUndefined();
    expect(explainHost([{ pattern: '*.shop.local', value: 1 }], 'shop.local')).toBeUndefined();
  });

  it('agrees with the rule said slowly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), name), { maxLength: 20 }),
        fc.boolean(),
        name,
        (parts, star, host) => {
          const patterns = parts.map(([wild, text]) => (wild ? `*.${text}` : text));
          if (star) patterns.push('*');
          const table = createHostTable(patterns.map((pattern) => ({ pattern, value: pattern })));
          const wild = patterns.filter((pattern) => pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
          const longest = wild.sort((one, two) => two.length - one.length)[0];
          expect(table(host)).toBe(patterns.includes(host) ? host : (longest ?? (star ? '*' : undefined)));
        },
      ),
    );
  });
});
