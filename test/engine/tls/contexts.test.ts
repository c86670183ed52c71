/** The certificate of each handshake: made once, kept, renewed in time, refused where no site serves the name. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CertificateSite } from '../../../electron/engine/tls/contexts.ts';
import { listen, localSite, openRoom, rootOf, shake, told } from '../../kit/tls-room.ts';
import { until } from '../../kit/wait.ts';

const DAY_MS = 86_400_000;
const SHOP = localSite('shop.local', 'shop.local', '*.shop.test');

describe('a handshake with a local site', () => {
  it('gets a certificate for the hosts of the site that the root vouches for', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    const { certificate } = await shake(port, 'shop.local', { ca: await rootOf(room) });
    expect(certificate.subjectaltname).toBe('DNS:shop.local, DNS:*.shop.test');
    expect(certificate.issuer.CN).toBe('Mogoly local CA (tester)');
    expect(certificate.asn1Curve).toBe('prime256v1');
    expect(certificate.ext_key_usage).toEqual(['1.3.6.1.5.5.7.3.1']);
    const lifeMs = Date.parse(certificate.valid_to) - Date.parse(certificate.valid_from);
    expect(lifeMs).toBe(90 * DAY_MS + 3_600_000);
    expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    await shake(port, 'any.shop.test', { ca: await rootOf(room) });
    const deep = await shake(port, 'two.deep.shop.test', { ca: await rootOf(room) });
    expect(deep.certificate.subjectaltname).toBe('DNS:two.deep.shop.test');
  });

  it('fifty at once have one certificate made', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    const shakes = await Promise.all(Array.from({ length: 50 }, () => shake(port, 'shop.local')));
    expect(new Set(shakes.map(({ certificate }) => certificate.fingerprint256)).size).toBe(1);
    const issued = room.events.filter(({ name, data }) => name === 'certificate.issued' && data.name === 'shop.local');
    expect(issued).toHaveLength(1);
  });

  it('is answered at once when the certificate is in memory', async () => {
    const { certificates } = await openRoom([SHOP]);
    const first = await certificates.contextFor('shop.local');
    expect(certificates.contextFor('SHOP.local.')).toBe(first);
  });

  it('lists its certificate with where it is kept', async () => {
    const room = await openRoom([SHOP]);
    await room.certificates.contextFor('shop.local');
    const file = join(room.home, 'certs', 'shop.local.pem');
    expect(room.certificates.list()).toMatchObject([
      { name: 'shop.local', kind: 'local', hosts: SHOP.hosts, issuer: 'Mogoly local CA (tester)', file },
    ]);
  });
});

describe('a name that is not served', () => {
  it('is refused in TLS, though there is a default certificate', async () => {
    const room = await openRoom([SHOP, { ...localSite('plain.test'), tls: { kind: 'off' } }]);
    const { port } = await listen(room);
    await until(async () => (await shake(port)).certificate.subjectaltname);
    for (const name of ['bank.example.com', 'other.test', 'plain.test', 'localhost'])
      await expect(shake(port, name)).rejects.toThrow(/handshake failure/);
    const refused = room.events.flatMap((event) => (event.name === 'certificate.refused' ? [event.data.host] : []));
    expect(refused).toEqual(['bank.example.com', 'other.test', 'plain.test', 'localhost']);
    // It is written behind the handshake.
    await until(() => readdirSync(join(room.home, 'certs')).includes('127.0.0.1.pem'));
    expect(readdirSync(join(room.home, 'certs')).sort()).toEqual(['127.0.0.1.pem']);
  });

  it('leaves no certificate behind when its site goes', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    await shake(port, 'shop.local');
    await room.serve([]);
    await expect(shake(port, 'shop.local')).rejects.toThrow(/handshake failure/);
  });
});

describe('a client that names no host', () => {
  it('gets the certificate of the loopback addresses', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    const { certificate } = await until(() => shake(port));
    expect(certificate.subjectaltname).toMatch(/^DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1$/);
    await shake(port, undefined, { ca: await rootOf(room) });
  });

  it('is refused where no site has a local certificate', async () => {
    const room = await openRoom([]);
    const { port } = await listen(room);
    await expect(shake(port)).rejects.toThrow(/handshake failure/);
    expect(room.certificates.root().exists).toBe(false);
  });
});

describe('time', () => {
  it('after a clock jump the expired certificate is replaced before it is served', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    const before = await shake(port, 'shop.local');
    room.clock.nowMs += 91 * DAY_MS;
    const after = await shake(port, 'shop.local');
    expect(Date.parse(after.certificate.valid_to)).toBeGreaterThan(room.clock.nowMs + 89 * DAY_MS);
    expect(after.certificate.fingerprint256).not.toBe(before.certificate.fingerprint256);
    room.clock.nowMs -= 181 * DAY_MS;
    expect((await room.certificates.root()).exists).toBe(true);
    await expect(shake(port, 'shop.local')).rejects.toThrow(/handshake failure/);
    expect(room.certificates.problems()).toMatchObject([{ code: 'CERT_ROOT_EXPIRED' }]);
  });

  it('in the last third of its life it serves on until the next is made', async () => {
    const room = await openRoom([SHOP]);
    const { certificates } = room;
    const first = await certificates.contextFor('shop.local');
    room.clock.nowMs += 61 * DAY_MS;
    expect(certificates.contextFor('shop.local')).toBe(first);
    await certificates.refresh();
    expect((await told(room, 'certificate.renewed')).data.name).toBe('shop.local');
    expect(certificates.contextFor('shop.local')).not.toBe(first);
  });

  it('refresh() replaces what is due, the default certificate too, without a handshake', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    await shake(port, 'shop.local');
    const before = await until(() => shake(port));
    room.clock.nowMs += 100 * DAY_MS;
    await room.certificates.refresh();
    const names = room.events.flatMap((event) => (event.name === 'certificate.renewed' ? [event.data.name] : []));
    expect(names.sort()).toEqual(['127.0.0.1', 'shop.local']);
    expect((await shake(port)).certificate.fingerprint256).not.toBe(before.certificate.fingerprint256);
  });

  it('a session ends when the certificate is replaced', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    const { session } = await shake(port, 'shop.local');
    expect((await shake(port, 'shop.local', { session })).isReused).toBe(true);
    room.clock.nowMs += 100 * DAY_MS;
    await room.certificates.refresh();
    expect((await shake(port, 'shop.local', { session })).isReused).toBe(false);
  });

  it('a session ends when its site is served no more', async () => {
    const room = await openRoom([SHOP, localSite('gone.test')]);
    const { port } = await listen(room);
    const { session } = await shake(port, 'gone.test');
    await room.serve([SHOP]);
    await expect(shake(port, 'gone.test', { session })).rejects.toThrow(/handshake failure/);
  });
});

describe('the disk', () => {
  it('keeps certificates over a restart, in files for the owner alone', async () => {
    const first = await openRoom([SHOP]);
    const { certificate } = await shake((await listen(first)).port, 'shop.local');
    await first.certificates.close();
    const file = join(first.home, 'certs', 'shop.local.pem');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(first.home, 'certs')).mode & 0o777).toBe(0o700);
    const second = await openRoom([SHOP], { home: first.home });
    expect(second.certificates.list().map(({ name }) => name)).toContain('shop.local');
    const again = await shake((await listen(second)).port, 'shop.local');
    expect(again.certificate.fingerprint256).toBe(certificate.fingerprint256);
    expect(second.events).toEqual([]);
  });

  it('a file that is cut, changed or of another root is made anew', async () => {
    const first = await openRoom([SHOP]);
    await first.certificates.contextFor('shop.local');
    await first.certificates.close();
    const file = join(first.home, 'certs', 'shop.local.pem');
    const text = readFileSync(file, 'utf8');
    const stranger = await openRoom([SHOP]);
    await stranger.certificates.contextFor('shop.local');
    await stranger.certificates.close();
    const foreign = readFileSync(join(stranger.home, 'certs', 'shop.local.pem'), 'utf8');
    const forged = foreign.replace(/^.*\n/, text.slice(0, text.indexOf('\n') + 1));
    for (const broken of ['', text.slice(0, text.length / 2), foreign, forged]) {
      writeFileSync(file, broken);
      const room = await openRoom([SHOP], { home: first.home });
      await shake((await listen(room)).port, 'shop.local', { ca: await rootOf(room) });
      await room.certificates.close();
    }
  });

  it('a certificate whose site has other hosts now is made anew', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    await shake(port, 'shop.local');
    await room.serve([localSite('shop.local', 'shop.local', 'www.shop.local')]);
    expect((await shake(port, 'shop.local')).certificate.subjectaltname).toBe('DNS:shop.local, DNS:www.shop.local');
  });

  it('a folder that cannot be written is told, and the certificate serves', async () => {
    const room = await openRoom([SHOP]);
    await rootOf(room);
    writeFileSync(join(room.home, 'certs'), 'a file in the place of the folder');
    await shake((await listen(room)).port, 'shop.local', { ca: await rootOf(room) });
    expect((await told(room, 'certificate.failed')).data.problem.code).toBe('CERT_SAVE_FAILED');
  });
});

describe('a certificate of a public CA', () => {
  const made = async (): Promise<{ root: string; pem: string }> => {
    const maker = await openRoom([localSite('pub.test')]);
    await maker.certificates.contextFor('pub.test');
    await maker.certificates.close();
    return { root: await rootOf(maker), pem: readFileSync(join(maker.home, 'certs', 'pub.test.pem'), 'utf8') };
  };

  it('is served while it is good, and replaced when there is another, which ends its sessions', async () => {
    const sources = new Map<string, { cert: string; key: string }>();
    const site: CertificateSite = { ...localSite('pub.test'), tls: { kind: 'acme' } };
    const room = await openRoom([site], { acme: (host) => sources.get(host) });
    const { port } = await listen(room);
    await expect(shake(port, 'pub.test')).rejects.toThrow(/handshake failure/);
    const [first, second] = [await made(), await made()];
    sources.set('pub.test', { cert: first.pem, key: first.pem });
    const { session } = await shake(port, 'pub.test', { ca: first.root });
    sources.set('pub.test', { cert: second.pem, key: second.pem });
    await shake(port, 'pub.test', { ca: second.root });
    expect((await shake(port, 'pub.test', { session })).isReused).toBe(false);
    room.clock.nowMs += 91 * DAY_MS;
    await expect(shake(port, 'pub.test')).rejects.toThrow(/handshake failure/);
  });
});
