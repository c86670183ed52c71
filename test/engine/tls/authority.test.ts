/** The root: confined, private, never remade behind the back of a store, and clear about what is wrong with it. */
import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KeyWrapper } from '../../../electron/engine/tls/contexts.ts';
import { listen, localSite, openRoom, rootOf, shake, told, type TlsRoom } from '../../kit/tls-room.ts';
import { forgeLeaf, verifyByOpenssl } from '../../kit/tls-pair.ts';

const SHOP = localSite('shop.local');
const rootFile = ({ home }: TlsRoom): string => join(home, 'ca', 'root.pem');
const keyFile = ({ home }: TlsRoom): string => join(home, 'ca', 'root-key.pem');
const mode = (path: string): number => statSync(path).mode & 0o777;

describe('the root', () => {
  it('is a CA for server names in use and loopback addresses alone, and lasts ten years at most', async () => {
    const room = await openRoom([SHOP, localSite('api.test')]);
    await rootOf(room);
    const text = execFileSync('openssl', ['x509', '-in', rootFile(room), '-noout', '-text'], { encoding: 'utf8' });
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    expect(text).toMatch(/Signature Algorithm: ecdsa-with-SHA256/);
    expect(text).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:localhost\s+DNS:shop\.local\s+DNS:test\s+IP:/);
    expect(text).not.toMatch(/Excluded/);
    expect(text).toMatch(/CN = Mogoly local CA \(tester\)/);
    const { notBefore, notAfter } = room.certificates.root();
    expect(notAfter! - notBefore!).toBeLessThanOrEqual(3_650 * 86_400_000);
    expect([mode(join(room.home, 'ca')), mode(keyFile(room))]).toEqual([0o700, 0o600]);
  });

  it('is made once, at the first need', async () => {
    const room = await openRoom([SHOP]);
    expect(room.certificates.root()).toMatchObject({ exists: false, problems: [] });
    const roots = await Promise.all([rootOf(room), rootOf(room), rootOf(room)]);
    expect(new Set(roots).size).toBe(1);
    expect(room.events.map(({ name }) => name)).toEqual(['root.created']);
  });

  it('cannot vouch for a name outside, says openssl', async () => {
    const room = await openRoom([SHOP]);
    await room.certificates.contextFor('shop.local');
    await room.certificates.close();
    const leaf = join(room.home, 'certs', 'shop.local.pem');
    expect(verifyByOpenssl(rootFile(room), leaf, 'shop.local')).toBe(`${leaf}: OK`);
    const root = { cert: rootFile(room), key: keyFile(room) };
    const forged = forgeLeaf('bank.example.com', root).cert;
    expect(verifyByOpenssl(rootFile(room), forged, 'bank.example.com')).toMatch(/permitted subtree violation/);
    const own = forgeLeaf('any.test', root).cert;
    expect(verifyByOpenssl(rootFile(room), own, 'any.test')).toBe(`${own}: OK`);
  });

  it('a key that others could read is closed to them, and that is told', async () => {
    const first = await openRoom([SHOP]);
    await rootOf(first);
    chmodSync(keyFile(first), 0o644);
    chmodSync(join(first.home, 'ca'), 0o755);
    const room = await openRoom([SHOP], { home: first.home });
    await rootOf(room);
    expect((await told(room, 'root.warned')).data.problem.code).toBe('CERT_KEY_EXPOSED');
    expect([mode(join(room.home, 'ca')), mode(keyFile(room))]).toEqual([0o700, 0o600]);
  });
});

describe('a root that is broken', () => {
  const cases: [string, string, (room: TlsRoom) => void][] = [
    ['CERT_ROOT_CORRUPT', 'the root is garbage', (room) => writeFileSync(rootFile(room), 'garbage')],
    ['CERT_ROOT_CORRUPT', 'the root is gone and the key is there', (room) => rmSync(rootFile(room))],
    ['CERT_ROOT_KEY_MISSING', 'the key is gone', (room) => rmSync(keyFile(room))],
    ['CERT_ROOT_KEY_CORRUPT', 'the key is garbage', (room) => writeFileSync(keyFile(room), 'garbage')],
  ];
  it.each(cases)('is %s when %s, and nothing is overwritten', async (code, _when, breakIt) => {
    const first = await openRoom([SHOP]);
    await rootOf(first);
    breakIt(first);
    const files = () => readdirSync(join(first.home, 'ca')).map((file) => readFileSync(join(first.home, 'ca', file)));
    const before = files();
    const room = await openRoom([SHOP], { home: first.home });
    const answer = await room.certificates.rootPem();
    expect(answer).toMatchObject({ ok: false, problems: [{ code, fix: expect.stringMatching(/renew the root/i) }] });
    await expect(shake((await listen(room)).port, 'shop.local')).rejects.toThrow(/handshake failure/);
    expect(room.certificates.root().problems[0]?.code).toBe(code);
    expect(files()).toEqual(before);
    expect(await room.certificates.renewRoot(undefined, { consent: true })).toMatchObject({ ok: true });
    await shake((await listen(room)).port, 'shop.local', { ca: await rootOf(room) });
  });

  it('a key of another root is CERT_ROOT_KEY_MISMATCH', async () => {
    const [room, other] = [await openRoom([SHOP]), await openRoom([SHOP])];
    await rootOf(room);
    await rootOf(other);
    writeFileSync(keyFile(room), readFileSync(keyFile(other)));
    const again = await openRoom([SHOP], { home: room.home });
    expect(await again.certificates.rootPem()).toMatchObject({ problems: [{ code: 'CERT_ROOT_KEY_MISMATCH' }] });
  });

  it('a renewal that was cut between its two files is finished at the next start', async () => {
    const [room, next] = [await openRoom([SHOP]), await openRoom([SHOP])];
    await rootOf(room);
    const root = await rootOf(next);
    writeFileSync(keyFile(room), readFileSync(keyFile(next)));
    renameSync(rootFile(next), `${rootFile(room)}.next`);
    const again = await openRoom([SHOP], { home: room.home });
    expect(await again.certificates.rootPem()).toMatchObject({ ok: true, value: root });
  });
});

describe('names outside the root', () => {
  it('of a trusted root stay outside until it is renewed with consent', async () => {
    const room = await openRoom([SHOP]);
    const { port } = await listen(room);
    await shake(port, 'shop.local');
    const before = await rootOf(room);
    await room.serve([SHOP, localSite('new.local')]);
    await expect(shake(port, 'new.local')).rejects.toThrow(/handshake failure/);
    expect((await told(room, 'certificate.failed')).data).toMatchObject({
      name: 'new.local',
      problem: { code: 'CERT_OUTSIDE_ROOT', fix: expect.stringMatching(/renew the root/i) },
    });
    expect(room.certificates.root()).toMatchObject({ outside: ['new.local'] });
    expect(room.certificates.coverage({ zones: ['dev'], hosts: ['a.shop.local', '*.x.org'] })).toEqual([
      'dev',
      '*.x.org',
    ]);
    expect(await room.certificates.renewRoot(undefined, { consent: false })).toMatchObject({
      problems: [{ code: 'CERT_CONSENT_NEEDED' }],
    });
    expect(await rootOf(room)).toBe(before);

    const renewed = await room.certificates.renewRoot(undefined, { consent: true });
    expect(renewed).toMatchObject({
      ok: true,
      value: { isTrustNeeded: true, permitted: ['localhost', 'new.local', 'shop.local', 'test'] },
    });
    const [former] = room.certificates.root().former;
    expect(readFileSync(former!, 'utf8')).toBe(before);
    expect(new X509Certificate(readFileSync(former!)).fingerprint256).not.toBe(room.certificates.root().fingerprint256);
    await shake(port, 'new.local', { ca: await rootOf(room) });
    await shake(port, 'shop.local', { ca: await rootOf(room) });
    expect(room.certificates.problems()).toEqual([]);
  });

  it('of a root that no store trusts are taken in at once', async () => {
    const room = await openRoom([SHOP], { isTrusted: () => false });
    const { port } = await listen(room);
    const { session } = await shake(port, 'shop.local');
    const before = await rootOf(room);
    await room.serve([SHOP, localSite('new.local')]);
    expect(await rootOf(room)).not.toBe(before);
    await shake(port, 'new.local', { ca: await rootOf(room) });
    expect(await shake(port, 'shop.local', { ca: await rootOf(room), session })).toMatchObject({ isReused: false });
    expect(room.certificates.root()).toMatchObject({ outside: [], former: [] });
    expect(readdirSync(join(room.home, 'ca')).sort()).toEqual(['root-key.pem', 'root.pem']);
  });

  it('a root put in its place by hand makes all certificates anew', async () => {
    const [room, other] = [await openRoom([SHOP]), await openRoom([SHOP])];
    const { port } = await listen(room);
    await shake(port, 'shop.local');
    await rootOf(other);
    for (const file of ['root.pem', 'root-key.pem'])
      writeFileSync(join(room.home, 'ca', file), readFileSync(join(other.home, 'ca', file)));
    await room.certificates.refresh();
    await shake(port, 'shop.local', { ca: await rootOf(other) });
  });
});

describe('a wrapped key', () => {
  const wrapper = (label: string, mask: number): KeyWrapper => ({
    label,
    wrap: (bytes) => Buffer.from([mask, ...bytes.map((byte) => byte ^ mask)]),
    unwrap: (bytes) => {
      if (bytes[0] !== mask) throw new Error('the item is not mine');
      return Buffer.from(bytes.subarray(1).map((byte) => byte ^ mask));
    },
  });

  it('is never on disk in the clear, and signs after a restart', async () => {
    const first = await openRoom([SHOP], { keyWrapper: wrapper('Test Keychain', 0x5a) });
    await rootOf(first);
    expect(readFileSync(keyFile(first), 'utf8')).toMatch(/^-----BEGIN MOGOLY WRAPPED KEY-----\n/);
    expect(first.certificates.root().keeper).toBe('Test Keychain');
    const again = await openRoom([SHOP], { home: first.home, keyWrapper: wrapper('Test Keychain', 0x5a) });
    await shake((await listen(again)).port, 'shop.local', { ca: await rootOf(first) });
  });

  it('that cannot be opened is CERT_ROOT_KEY_LOCKED; what is on disk is served all the same', async () => {
    const first = await openRoom([SHOP], { keyWrapper: wrapper('Test Keychain', 0x5a) });
    await shake((await listen(first)).port, 'shop.local');
    await first.certificates.close();
    for (const keyWrapper of [undefined, wrapper('Other Keychain', 0x33)]) {
      const room = await openRoom([SHOP, localSite('b.test')], {
        home: first.home,
        ...(keyWrapper === undefined ? {} : { keyWrapper }),
      });
      const { port } = await listen(room);
      await shake(port, 'shop.local', { ca: readFileSync(rootFile(first)) });
      await expect(shake(port, 'b.test')).rejects.toThrow(/handshake failure/);
      expect((await told(room, 'root.warned')).data.problem).toMatchObject({
        code: 'CERT_ROOT_KEY_LOCKED',
        fix: expect.stringMatching(/unlock the keychain/),
      });
    }
    expect(existsSync(keyFile(first))).toBe(true);
  });
});
