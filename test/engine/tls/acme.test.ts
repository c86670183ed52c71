/** The door of ACME without any authority: what is refused, said once, and what costs nothing. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { startAcme } from '../../kit/acme.ts';
import { tempHome } from '../../kit/temp-home.ts';

const LOCAL = [{ site: 'shop', hosts: ['shop.local', '*.shop.test'] }];

it('names that cannot be public are refused once, with what to do, and nothing is ordered', async () => {
  const acme = startAcme({}, LOCAL);
  await acme.adopt();
  await acme.adopt();
  const [state] = acme.list();
  expect(state).toMatchObject({ site: 'shop', status: 'refused', problem: { code: 'ACME_NAME_NOT_PUBLIC' } });
  expect(state!.problem!.fix).toContain('tls: local');
  expect(acme.events.map(({ name }) => name)).toEqual(['acme.refused']);
  expect(await acme.renew('shop.local')).toMatchObject({ ok: false, problems: [{ code: 'ACME_NAME_UNKNOWN' }] });
});

it('without a site that wants it nothing is read, written or told', async () => {
  const acme = startAcme({ directory: 'https://nobody.invalid/' }, []);
  await acme.adopt();
  acme.refresh();
  expect([acme.list(), acme.events, existsSync(acme.folder)]).toEqual([[], [], false]);
  expect([acme.httpChallenge('x'), acme.alpnContextFor('x'), acme.certificateFor('x')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('a ca_file that is not there fails the order with its path', async () => {
  const acme = startAcme({ ca_file: 'missing.pem' }, [{ site: 'shop', hosts: ['shop.example.com'] }]);
  await acme.adopt();
  const { problem } = await acme.settled('shop');
  expect(problem).toMatchObject({ code: 'ACME_CA_FILE_UNREADABLE' });
  expect(problem!.message).toContain(join(dirname(acme.folder), 'missing.pem'));
});

it('a folder that cannot be written is told, and the failure still waits', async () => {
  const home = tempHome();
  const folder = join(home, 'acme');
  mkdirSync(folder);
  writeFileSync(join(folder, 'acme-v02.api.letsencrypt.org'), 'a file where the folder should be');
  const acme = startAcme({ ca_file: 'missing.pem' }, [{ site: 'shop', hosts: ['shop.example.com'] }], folder);
  await acme.adopt();
  expect(await acme.settled('shop')).toMatchObject({ status: 'failed', failures: 1 });
  await acme.close();
  expect(acme.seen('acme.warned')).toMatchObject([{ problem: { code: 'ACME_SAVE_FAILED' } }]);
  expect(statSync(folder).isDirectory()).toBe(true);
});
