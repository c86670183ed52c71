/** The filter language: what it reads, what it refuses and where, and that it means what it says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter, FILTER_KEYS, formatFilter, parseFilter } from '../../shared/exchange-filter.ts';
import type { FilterKey, FilterTerm } from '../../shared/exchange-filter.ts';
import type { Exchange } from '../../shared/state.ts';

const exchange = (rest: Partial<Exchange> = {}): Exchange => ({
  id: 1,
  startedAt: 0,
  durationMs: 120,
  site: 'shop',
  route: '/',
  method: 'GET',
  host: 'api.shop.local',
  path: '/api/users?page=2',
  status: 200,
  backend: 'web-1',
  attempts: [{ backend: 'web-0', error: 'refused' }, { backend: 'web-1' }],
  client: '127.0.0.1',
  protocol: '1.1',
  bytesIn: 0,
  bytesOut: 12,
  ...rest,
});

const passes = (text: string, rest: Partial<Exchange> = {}): boolean => {
  const filter = parseFilter(text);
  expect(filter.problems).toEqual([]);
  return compileFilter(filter)?.(exchange(rest)) ?? true;
};

describe('a filter', () => {
  it.each([
    ['', true],
    ['host:shop.local', true],
    ['host:*.shop.local', true],
    ['host:*.local.*', false],
    ['HOST:API.SHOP.LOCAL', true],
    ['site:shop', true],
    ['status:200', true],
    ['status:2xx', true],
    ['status:5xx,200-204', true],
    ['status:5XX', false],
    ['method:post', false],
    ['method:post,get', true],
    ['path:/api', true],
    ['path:/users', false],
    ['path:users', true],
    ['path:/api/*?page=2', true],
    ['backend:web-0', true],
    ['client:127.*', true],
    ['protocol:2', false],
    ['protocol:1.1', true],
    ['error:*', false],
    ['-error:*', true],
    ['>100ms', true],
    ['>=120', true],
    ['<0.1s', false],
    ['<=2m', true],
    ['-<1s', false],
    ['users', true],
    ['"GET api.shop.local/api"', true],
    ['-users', false],
    ['http://nowhere', false],
    ['host:shop status:2xx -method:POST >100ms users', true],
    ['host:shop status:2xx -method:GET', false],
  ])('%j is %j', (text, expected) => expect(passes(text)).toBe(expected));

  it('reads the short names of protocols', () => {
    expect(passes('protocol:ws', { protocol: 'websocket' })).toBe(true);
    expect(passes('protocol:h2', { protocol: '2' })).toBe(true);
  });

  it.each([
    ['hots:shop', 0, 9, 'Did you mean host?'],
    ['users localhost:3000', 6, 20, 'Quote it to look for the text.'],
    ['status:abc', 0, 10, '404'],
    ['a >fast', 2, 7, '>200ms'],
    ['host:', 0, 5, 'host:*.shop.local'],
    ['a "open', 2, 7, 'Add a "'],
    ['""', 0, 2, 'Write what to look for'],
  ])('%j is refused at %i to %i, with what mends it', (text, start, end, fix) => {
    const { problems } = parseFilter(text);
    expect(problems).toMatchObject([{ start, end }]);
    expect(problems[0]?.fix).toContain(fix);
  });

  it('of unread terms keeps those that were read', () => {
    const filter = parseFilter('status:abc method:GET');
    expect(filter.terms).toHaveLength(1);
    expect(filter.problems).toHaveLength(1);
  });
});

const value = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const term: fc.Arbitrary<FilterTerm> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), isNot: fc.boolean(), text: value }),
  fc.record({
    kind: fc.constant('key' as const),
    isNot: fc.boolean(),
    key: fc.constantFrom(...(Object.keys(FILTER_KEYS) as FilterKey[]).filter((key) => key !== 'status')),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('key' as const),
    isNot: fc.boolean(),
    key: fc.constant('status' as const),
    values: fc.array(fc.constantFrom('404', '5xx', '200-299'), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('duration' as const),
    isNot: fc.boolean(),
    comparison: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const),
    ms: fc.nat(100_000),
  }),
);
const anyExchange = fc
  .record({
    host: value,
    path: value,
    method: fc.constantFrom('GET', 'POST'),
    status: fc.integer({ min: 0, max: 599 }),
    durationMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
    client: value,
  })
  .map(exchange);

describe('any filter', () => {
  it('never throws, and points into the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: 'binary' }), (text) => {
        const filter = parseFilter(text);
        for (const { start, end } of filter.problems) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(text.length);
        }
        compileFilter(filter)?.(exchange());
      }),
    );
  });

  it('written out reads as the same terms', () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 4 }), (terms) => {
        expect(parseFilter(formatFilter(terms))).toEqual({ terms, problems: [] });
      }),
    );
  });

  it('turned round passes just what it kept out, and terms together pass what each passes', () => {
    fc.assert(
      fc.property(term, term, anyExchange, (one, other, seen) => {
        const test = (...terms: FilterTerm[]): boolean => compileFilter({ terms })!(seen);
        expect(test({ ...one, isNot: !one.isNot })).toBe(!test(one));
        expect(test(one, other)).toBe(test(one) && test(other));
      }),
    );
  });
});
