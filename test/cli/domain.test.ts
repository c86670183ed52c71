import { expect, it } from 'vitest';
import { cli, hostEngine } from '../kit/cli.ts';
import { site } from '../kit/engine.ts';

it('domain adds and removes hosts and zones, and leaves what stands in the file as it is written', async () => {
  const { home, engine } = await hostEngine({
    server: [site('Bücher.local', [{ name: 'web', url: 'http://127.0.0.1:9' }])],
  });
  const domain = (...args: string[]) => cli(home, ['domain', ...args]);
  expect((await domain('add', 'api.local', '--site', 'bücher.local')).code).toBe(0);
  expect((await domain('add', 'API.local.', '--site', 'Bücher.local')).code).toBe(0);
  expect((await engine.document()).value).toMatchObject({ server: [{ hosts: ['Bücher.local', 'api.local'] }] });
  expect((await domain('remove', 'xn--bcher-kva.local', '--site', 'Bücher.local')).code).toBe(0);
  expect((await domain('remove', 'api.local', '--site', 'Bücher.local')).err).toContain('mogoly lb stop');
  expect((await domain('remove', 'api.local')).err).toContain('domain remove api.local --site Bücher.local');
  expect((await domain('add', 'dev')).code).toBe(0);
  expect((await domain('add', '.DEV')).code).toBe(0);
  expect((await engine.document()).value).toMatchObject({ zones: ['test', 'dev'] });
  expect((await domain('add', 'bad zone')).err).toContain('"bad zone" is not a suffix');
  expect((await domain('remove', 'Dev')).code).toBe(0);
  expect((await domain('remove', 'Dev')).err).toContain('DOMAIN_UNKNOWN');
});
