/** A site's own certificate: served from its files, reloaded when they change, the last good one kept. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CertificateSite } from '../../../electron/engine/tls/contexts.ts';
import { listen, localSite, openRoom, shake, told, type TlsRoom } from '../../kit/tls-room.ts';
import { readPem, selfSignedPair, type PemPair } from '../../kit/tls-pair.ts';
import { tempHome } from '../../kit/temp-home.ts';
import { until } from '../../kit/wait.ts';

const site = (pair: PemPair, ...hosts: string[]): CertificateSite => ({
  ...localSite('own.test', ...hosts),
  tls: { kind: 'files', ...pair },
  path: ['server', 0, 'tls'],
});

/** Copies of the pair that a test may change. */
function placed(pair: PemPair): PemPair {
  const folder = tempHome();
  const copy = { cert: join(folder, 'a.pem'), key: join(folder, 'b.pem') };
  replace(copy, pair);
  return copy;
}

function replace(place: PemPair, pair: PemPair): void {
  copyFileSync(pair.cert, place.cert);
  copyFileSync(pair.key, place.key);
}

const code = ({ certificates }: TlsRoom): string | undefined => certificates.problems()[0]?.code;

describe('own files', () => {
  it.each([true, false])('are served as they are (RSA: %s), beside local sites', async (rsa) => {
    const pair = selfSignedPair('own.test', { rsa });
    const room = await openRoom([site(pair), localSite('shop.test')]);
    const { port } = await listen(room);
    await shake(port, 'shop.test');
    await shake(port, 'own.test', { ca: readPem(pair).cert });
    expect(room.certificates.list()).toContainEqual(
      expect.objectContaining({
        name: 'own.test',
        kind: 'files',
        hosts: ['own.test'],
        issuer: 'own.test',
        file: pair.cert,
      }),
    );
    expect(room.certificates.problems()).toEqual([]);
  });

  it('that change are served anew, and their sessions end', async () => {
    const place = placed(selfSignedPair('own.test'));
    const room = await openRoom([site(place)]);
    const { port } = await listen(room);
    const { session } = await shake(port, 'own.test');
    const next = selfSignedPair('own.test');
    replace(place, next);
    await until(() => shake(port, 'own.test', { ca: readPem(next).cert }));
    expect((await shake(port, 'own.test', { session })).isReused).toBe(false);
  });

  it('that are mixed up keep the last good ones serving, until they are mended', async () => {
    const first = selfSignedPair('own.test');
    const place = placed(first);
    const room = await openRoom([site(place)]);
    const { port } = await listen(room);
    await shake(port, 'own.test');
    const next = selfSignedPair('own.test');
    copyFileSync(next.key, place.key);
    await until(() => code(room) === 'CERT_FILE_KEY_MISMATCH');
    expect((await told(room, 'certificate.failed')).data.problem).toMatchObject({
      path: ['server', 0, 'tls', 'key'],
      at: { file: place.key },
    });
    await shake(port, 'own.test', { ca: readPem(first).cert });
    rmSync(place.key);
    await until(() => code(room) === 'CERT_FILE_MISSING');
    await shake(port, 'own.test', { ca: readPem(first).cert });
    replace(place, next);
    await until(() => room.certificates.problems().length === 0);
    await shake(port, 'own.test', { ca: readPem(next).cert });
  });

  it('one that has ended does not replace one that is good', async () => {
    const first = selfSignedPair('own.test');
    const place = placed(first);
    const room = await openRoom([site(place)]);
    const { port } = await listen(room);
    await shake(port, 'own.test');
    room.clock.nowMs += 10 * 86_400_000;
    replace(place, selfSignedPair('own.test', { days: 5 }));
    await until(() => code(room) === 'CERT_FILE_EXPIRED');
    await shake(port, 'own.test', { ca: readPem(first).cert });
  });

  it('that end are told, and their sessions end', async () => {
    const room = await openRoom([site(selfSignedPair('own.test'))]);
    const { port } = await listen(room);
    const { session } = await shake(port, 'own.test');
    room.clock.nowMs += 31 * 86_400_000;
    await room.certificates.refresh();
    expect(code(room)).toBe('CERT_FILE_EXPIRED');
    expect((await shake(port, 'own.test', { session })).isReused).toBe(false);
  });

  it('for another host are served with a warning', async () => {
    const room = await openRoom([site(selfSignedPair('other.test'), 'own.test', '*.own.test')]);
    await shake((await listen(room)).port, 'own.test');
    expect(room.certificates.problems()).toMatchObject([
      { code: 'CERT_FILE_WRONG_HOST', severity: 'warning', message: expect.stringContaining('own.test, *.own.test') },
    ]);
  });

  it('that are missing refuse the handshake, and are taken once they are there', async () => {
    const pair = selfSignedPair('own.test');
    const folder = join(tempHome(), 'later');
    const room = await openRoom([site({ cert: join(folder, 'a.pem'), key: join(folder, 'b.pem') })]);
    const { port } = await listen(room);
    await expect(shake(port, 'own.test')).rejects.toThrow(/handshake failure/);
    expect(room.certificates.problems()).toMatchObject([
      { code: 'CERT_FILE_MISSING', path: ['server', 0, 'tls', 'cert'], fix: expect.stringMatching(/./) },
    ]);
    await room.serve([site(pair)]);
    await shake(port, 'own.test', { ca: readPem(pair).cert });
  });

  it('that are no PEM or locked say so', async () => {
    const broken = placed(selfSignedPair('own.test'));
    writeFileSync(broken.cert, 'not a certificate');
    const locked = selfSignedPair('own.test', { passphrase: 'secret' });
    for (const [pair, expected] of [
      [broken, 'CERT_FILE_CORRUPT'],
      [locked, 'CERT_FILE_KEY_ENCRYPTED'],
    ] as const) {
      const room = await openRoom([site(pair)]);
      await until(() => code(room) === expected);
    }
  });
});
