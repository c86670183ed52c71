/** Certificates on disk: found by host, kept over a restart, and never trusted when they are broken. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepCertificate } from '../../../electron/engine/tls/acme-certificate.ts';
import { openStore } from '../../../electron/engine/tls/acme-store.ts';
import { createPrivateKey } from '../../../electron/engine/tls/acme-answers.ts';
import { selfSigned } from '../../kit/self-signed.ts';
import { tempHome } from '../../kit/temp-home.ts';

const directory = 'https://ca.example.com/dir';
const kept = (hosts: string[], notAfter: number, notBefore = 0) => ({
  ...keepCertificate({ directory, hosts, challenge: 'http-01' }, selfSigned.cert, selfSigned.key),
  notAfter,
  notBefore,
});

it('the newest certificate for a host is found, an expired one is not', async () => {
  const { store } = await openStore(join(tempHome(), 'certs'), directory);
  await store.put(kept(['*.example.com', 'example.com'], 4_000, 1));
  await store.put(kept(['a.example.com'], 3_000, 2));
  expect(store.find('a.example.com', 0)?.notAfter).toBe(3_000);
  expect(store.find('a.example.com', 3_500)?.notAfter).toBe(4_000);
  expect(store.find('b.example.com', 3_999)?.notAfter).toBe(4_000);
  expect(store.find('b.example.com', 4_000)).toBeUndefined();
  expect(store.forAll(['example.com', 'x.example.com'])?.notAfter).toBe(4_000);
  expect(store.forAll(['example.com', 'example.org'])).toBeUndefined();
  await store.prune(4_500);
  expect(store.forAll(['example.com'])).toBeUndefined();
});

it('what is put is there after a restart, for the same directory only', async () => {
  const folder = join(tempHome(), 'certs');
  const certificate = keepCertificate(
    { directory, hosts: ['a.example.com'], challenge: 'dns-01' },
    selfSigned.cert,
    selfSigned.key,
  );
  await (await openStore(folder, directory)).store.put({ ...certificate, renewAt: 5, renewBy: 'authority', askAt: 6 });
  const { store, problems } = await openStore(folder, directory);
  expect(store.find('a.example.com', Date.now())).toEqual({
    ...certificate,
    renewAt: 5,
    renewBy: 'authority',
    askAt: 6,
  });
  expect(problems).toEqual([]);
  expect((await openStore(folder, 'https://other.example.com/dir')).store.forAll(['a.example.com'])).toBeUndefined();
});

it('a file that is cut, or whose key is another, is told and left alone', async () => {
  const folder = join(tempHome(), 'certs');
  const { store } = await openStore(folder, directory);
  await store.put(kept(['a.example.com'], 1));
  await store.put(kept(['b.example.com'], 1));
  const [first, second] = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  writeFileSync(first!, readFileSync(first!, 'utf8').slice(0, 100));
  const file = JSON.parse(readFileSync(second!, 'utf8')) as { key: string };
  writeFileSync(second!, JSON.stringify({ ...file, key: await createPrivateKey() }));
  const { store: again, problems } = await openStore(folder, directory);
  expect(problems.map(({ code }) => code)).toEqual(['ACME_CERTIFICATE_UNREADABLE', 'ACME_CERTIFICATE_UNREADABLE']);
  expect(again.forAll(['a.example.com']) ?? again.forAll(['b.example.com'])).toBeUndefined();
  expect(readdirSync(folder)).toHaveLength(2);
});
