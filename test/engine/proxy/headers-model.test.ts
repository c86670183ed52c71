/** What becomes of the fields of a request, whatever they are: end-to-end ones pass as they came, all others do not. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addForwarding } from '../../../electron/engine/proxy/connection.ts';
import { passedTrailers, readRequestHead } from '../../../electron/engine/proxy/headers.ts';

const HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'transfer-encoding',
  'http2-settings',
  'expect',
];
const OURS = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'forwarded',
  'via',
  'host',
];

const inAnyCase = (name: string): fc.Arbitrary<string> => fc.mixedCase(fc.constant(name));
const plain = fc.constantFrom(
  'x-a',
  'x-b',
  'accept',
  'authorization',
  'user-agent',
  'constructor',
  '__proto__',
  'x_under',
);
const fieldName = fc.oneof(plain, fc.constantFrom(...HOP, ...OURS)).chain(inAnyCase);
const value = fc.oneof(
  fc.constantFrom('close', 'keep-alive, X-A', 'x-b,x-a', 'chunked', '203.0.113.9', 'for=203.0.113.9', 'trailers', ''),
  fc.string({ unit: fc.constantFrom('a', 'b', ',', ';', '=', ' ', '"', '\xe9'), maxLength: 12 }),
);
const fields = fc.array(fc.tuple(fieldName, value), { maxLength: 14 });

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!] as [string, string]] : []));

function forwarded(list: readonly (readonly [string, string])[], trusted: boolean): [string, string][] {
  const head = readRequestHead(list.flat());
  const connection = { peer: '127.0.0.1', peerPort: 9, port: 80, scheme: 'http' as const };
  addForwarding(head, connection, () => trusted, '1.1', 'mogoly-test');
  return pairs(head.headers).slice(1); // the place of Host
}

/** Written apart from the product: names that a Connection field makes hop-by-hop. */
const namedBy = (list: readonly (readonly [string, string])[]): string[] =>
  list
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, text]) =>
      text
        .toLowerCase()
        .split(',')
        .map((part) => part.trim()),
    );

it('end-to-end fields pass in their order, spelling and number; hop-by-hop ones never', () => {
  fc.assert(
    fc.property(fields, fc.boolean(), (list, trusted) => {
      const out = forwarded(list, trusted);
      const dropped = [...HOP, ...OURS, ...namedBy(list).filter((name) => name !== '')];
      const expected = list.filter(([name]) => !dropped.includes(name.toLowerCase()));
      const passed = out.filter(([name]) => !OURS.includes(name.toLowerCase()));
      expect(passed).toEqual(expected.map(([name, text]) => [name, text]));
    }),
    { numRuns: 3_000 },
  );
});

it('what is said of the client is said once, and a stranger has no word in it', () => {
  fc.assert(
    fc.property(fields, (list) => {
      const out = forwarded(list, false);
      const of = (wanted: string): string[] =>
        out.filter(([name]) => name.toLowerCase() === wanted).map(([, text]) => text);
      expect(of('x-forwarded-for')).toEqual(['127.0.0.1']);
      expect(of('x-forwarded-proto')).toEqual(['http']);
      expect(of('x-forwarded-port')).toEqual(['80']);
      expect(of('forwarded').join()).toMatch(/^for=127\.0\.0\.1;host=/);
      expect(of('via').join()).toMatch(/1\.1 mogoly-test$/);
      expect(of('via')).toHaveLength(1);
    }),
    { numRuns: 1_000 },
  );
});

it('trailers carry nothing that frames, routes or vouches', () => {
  fc.assert(
    fc.property(fields, (list) => {
      const names = pairs(passedTrailers(list.flat())).map(([name]) => name.toLowerCase());
      for (const name of [...HOP.filter((hop) => hop !== 'http2-settings'), ...OURS, 'authorization'])
        expect(names).not.toContain(name);
    }),
  );
});
