/** A check that knows the sites of the one before says the same as one that knows nothing. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkConfig } from '../../../electron/engine/config/check.ts';
import { createKnownSites } from '../../../electron/engine/config/known-sites.ts';
import type { SiteConfig } from '../../../shared/config.ts';

const options = { env: { PORT: '3000' }, checkMiddleware: () => [] };

const backend = fc.record(
  {
    name: fc.constantFrom('one', 'two'),
    url: fc.constantFrom('http://localhost:1', 'http://localhost:2', 'http://localhost:${env:PORT}', 'nowhere:', 7),
    weight: fc.constantFrom(0, 1, 2, -1),
  },
  { requiredKeys: ['url'] },
);
const site = fc.record(
  {
    name: fc.constantFrom('a.test', 'b.test', 'c.test', 'not a host'),
    hosts: fc.constantFrom(['a.test'], ['b.test', '*.b.test'], []),
    balance: fc.array(backend, { maxLength: 3 }),
    tls: fc.constantFrom('local', 'off', { cert: '/nowhere.pem', key: '/nowhere.pem' }),
    middlewares: fc.constantFrom([], [{ name: 'cors' }]),
    strategi: fc.constant('random'),
    strategy: fc.constantFrom('RoundRobin', 'random'),
    forceTLS: fc.boolean(),
    host_header: fc.constantFrom('${HEADER}', '$${HEADER}', '${', 'x.test'),
  },
  { requiredKeys: ['name', 'balance'] },
);

const variables = fc.constantFrom({}, { HEADER: 'a.test' }, { HEADER: '$${HEADER}', BALANCER_STRATEGY: 'LeastConn' });
const config = fc.record({ variables, server: fc.array(site, { maxLength: 4 }) }, { requiredKeys: ['server'] });

it('whatever was checked before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(config, { minLength: 2, maxLength: 4 }), async (configs) => {
      const known = createKnownSites();
      for (const next of configs) {
        const text = JSON.stringify(next);
        expect(await checkConfig(text, 'json', { ...options, known })).toEqual(
          await checkConfig(text, 'json', options),
        );
      }
    }),
    { numRuns: 300 },
  );
});

it('an unchanged site is the very same object; a changed one, one with a variable that changed, or one that asks files is not', async () => {
  const known = createKnownSites();
  const env: Record<string, string> = { PORT: '3000' };
  const sites = async (...server: object[]): Promise<SiteConfig[]> => {
    const checked = await checkConfig(JSON.stringify({ server }), 'json', { ...options, env, known });
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    return checked.value.config.server;
  };
  const same = { name: 'same.test', url: 'http://localhost:1' };
  const filled = { name: 'filled.test', url: 'http://localhost:${env:PORT}' };
  const asking = { name: 'asking.test', url: 'http://localhost:1', middlewares: [{ name: 'cors' }] };
  const first = await sites(same, filled, asking, { name: 'changed.test', url: 'http://localhost:1' });
  env['PORT'] = '4000';
  const then = await sites({ name: 'changed.test', url: 'http://localhost:2' }, same, filled, asking);
  expect(then[1]).toBe(first[0]);
  expect(then[0]).not.toBe(first[3]);
  expect(then[2]!.url).toBe('http://localhost:4000');
  expect(then[3]).not.toBe(first[2]);
  expect(then[3]).toEqual(first[2]);
});
