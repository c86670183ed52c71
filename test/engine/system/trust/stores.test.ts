/** Trust stores of each system: by the exact steps they take, and NSS databases for real. */
import { X509Certificate } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, type RunCommand } from '../../../../electron/engine/system/command.ts';
import { runInOrder } from '../../../../electron/engine/system/elevate.ts';
import { linuxSystem } from '../../../../electron/engine/system/trust/linux-system.ts';
import { macosKeychain } from '../../../../electron/engine/system/trust/macos.ts';
import { nssStores } from '../../../../electron/engine/system/trust/nss.ts';
import { readyLines } from '../../../../electron/engine/system/trust/ready-lines.ts';
import { shortPrint, type StoreDeps, type TrustedRoot } from '../../../../electron/engine/system/trust/store.ts';
import { createTrust } from '../../../../electron/engine/system/trust/trust.ts';
import { windowsRoots } from '../../../../electron/engine/system/trust/windows.ts';
import { success } from '../../../../shared/problem.ts';
import { selfSigned } from '../../../kit/self-signed.ts';
import { tempHome } from '../../../kit/temp-home.ts';

const pem = `${selfSigned.cert}\n`;
const print = shortPrint(pem);
const root: TrustedRoot = { pem, file: '/home/ann/.config/mogoly/ca/root.pem', former: [] };
const deps = (more: Partial<StoreDeps> = {}): StoreDeps => ({
  platform: 'linux',
  fsRoot: tempHome(),
  userHome: tempHome(),
  env: {},
  run: runCommand,
  ...more,
});
/** Answers as a program of another system would. */
const says =
  (answers: Record<string, string>): RunCommand =>
  (file, args) => {
    const line = [file, ...args].join(' ');
    const found = Object.keys(answers).find((start) => line.startsWith(start));
    return Promise.resolve({ code: found === undefined ? 1 : 0, stdout: answers[found ?? ''] ?? '', stderr: '' });
  };

describe('the system store of Linux', () => {
  it.each([
    ['Debian', 'usr/local/share/ca-certificates', 'usr/sbin/update-ca-certificates', 'update-ca-certificates'],
    ['openSUSE', 'etc/pki/trust/anchors', 'usr/sbin/update-ca-certificates', 'update-ca-certificates'],
    ['Arch', 'etc/ca-certificates/trust-source/anchors', 'usr/bin/trust', 'trust extract-compat'],
    ['Fedora', 'etc/pki/ca-trust/source/anchors', 'usr/bin/update-ca-trust', 'update-ca-trust extract'],
  ])('of %s takes the root as a file, and drops former ones', async (family, folder, program, update) => {
    const place = deps();
    const anchors = join(place.fsRoot, folder);
    await mkdir(anchors, { recursive: true });
    await mkdir(join(place.fsRoot, program, '..'), { recursive: true });
    await writeFile(join(place.fsRoot, program), '');
    const store = linuxSystem(place);
    expect(store.name).toBe(`${family} system store`);
    expect((await store.state(root)).state).toBe('notTrusted');
    await writeFile(join(anchors, 'mogoly-00000000.crt'), 'former');
    expect((await store.state(root)).state).toBe('otherRoot');
    const [step] = await store.installSteps(root);
    const file = join(anchors, `mogoly-${print}.crt`);
    expect(step).toMatchObject({
      privileged: true,
      commands: [
        { file: 'rm', args: ['-f', join(anchors, 'mogoly-00000000.crt')] },
        { file: 'tee', args: [file], input: pem },
        // Debian's is told by a list what is gone.
        family === 'Debian'
          ? { file: 'sh', args: expect.arrayContaining(['mogoly-00000000.crt']) as string[] }
          : { file: update.split(' ')[0], args: update.split(' ').slice(1) },
      ],
    });
    expect(step!.undo[0]).toEqual({ file: 'rm', args: ['-f', file] });
    await writeFile(file, pem);
    expect((await store.state(root)).state).toBe('trusted');
    expect((await store.removeSteps(root))[0]!.commands).toHaveLength(3);
  });

  it('that is not known is unavailable, with what to install', async () => {
    expect(await linuxSystem(deps()).state(root)).toMatchObject({ state: 'unavailable', fix: /ca-certificates/ });
  });
});

describe('NSS databases', () => {
  it('are found, made, told of the root and told to forget it, for real', async () => {
    const place = deps();
    const profile = join(place.userHome, '.mozilla/firefox/abc.default');
    await mkdir(profile, { recursive: true });
    await mkdir(join(place.userHome, '.pki/nssdb'), { recursive: true });
    for (const folder of [profile, join(place.userHome, '.pki/nssdb')])
      expect(await runCommand('certutil', ['-d', `sql:${folder}`, '-N', '--empty-password'])).toMatchObject({
        code: 0,
      });
    const file = join(place.userHome, 'root.pem');
    await writeFile(file, pem);
    const here = { ...root, file };
    const stores = await nssStores(place);
    expect(stores.map(({ name }) => name)).toEqual([
      'Chromium (NSS, old place)',
      'Chromium (NSS)',
      'Firefox (abc.default)',
    ]);
    for (const store of stores) {
      expect((await store.state(here)).state).toBe('notTrusted');
      const steps = await store.installSteps(here);
      expect(steps[0]!.privileged).toBe(false);
      expect(await runInOrder(runCommand, steps[0]!.commands)).toMatchObject({ ok: true });
      expect((await store.state(here)).state).toBe('trusted');
      expect(await store.installSteps(here)).toEqual([]);
      expect(await runInOrder(runCommand, (await store.removeSteps(here))[0]!.commands)).toMatchObject({ ok: true });
      expect((await store.state(here)).state).toBe('notTrusted');
    }
  });

  it('without certutil are unavailable, and say which package brings it', async () => {
    const run: RunCommand = () => Promise.resolve({ code: 127, stdout: '', stderr: '' });
    const [store] = await nssStores(deps({ run }));
    expect(await store!.state(root)).toMatchObject({ state: 'unavailable', fix: /libnss3-tools/ });
  });
});

describe('macOS and Windows', () => {
  it('the login keychain takes it as a trusted root', async () => {
    const hash = new X509Certificate(pem).fingerprint256.replaceAll(':', '');
    const place = { platform: 'darwin', userHome: '/home/ann' } as const;
    const fresh = macosKeychain(deps({ ...place, run: says({ 'security find-certificate': '' }) }));
    const keychain = '/home/ann/Library/Keychains/login.keychain-db';
    expect((await fresh.installSteps(root))[0]!.commands).toEqual([
      { file: 'security', args: ['add-trusted-cert', '-r', 'trustRoot', '-k', keychain, root.file] },
    ]);
    const there = macosKeychain(
      deps({ ...place, run: says({ 'security find-certificate': `SHA-256 hash: ${hash}\n` }) }),
    );
    expect((await there.state(root)).state).toBe('trusted');
    expect((await there.removeSteps(root))[0]!.commands).toEqual([
      { file: 'security', args: ['delete-certificate', '-Z', hash, '-t', keychain] },
    ]);
  });

  it('the root store of the user takes it by certutil', async () => {
    const hash = new X509Certificate(pem).fingerprint.replaceAll(':', '').toLowerCase();
    const fresh = windowsRoots(deps({ platform: 'win32', run: says({}) }));
    expect((await fresh.state(root)).state).toBe('notTrusted');
    expect((await fresh.installSteps(root))[0]!.commands).toEqual([
      { file: 'certutil.exe', args: ['-user', '-addstore', 'Root', root.file] },
    ]);
    const there = windowsRoots(
      deps({ platform: 'win32', run: says({ [`certutil.exe -user -store Root ${hash}`]: '' }) }),
    );
    expect((await there.removeSteps(root))[0]!.commands).toEqual([
      { file: 'certutil.exe', args: ['-user', '-delstore', 'Root', hash] },
    ]);
  });
});

describe('a store that fails', () => {
  it('does not keep the others from it', async () => {
    const place = deps();
    const file = join(place.userHome, 'root.pem');
    await writeFile(file, pem);
    const locked = join(place.userHome, '.mozilla/firefox/locked');
    await mkdir(locked, { recursive: true });
    await runCommand('certutil', ['-d', `sql:${locked}`, '-N', '--empty-password']);
    await writeFile(join(locked, 'cert9.db'), 'no database');
    const reported: string[] = [];
    const trust = createTrust({
      ...place,
      root: () => Promise.resolve(success({ ...root, file })),
      makeChanges: (steps) =>
        runInOrder(
          runCommand,
          steps.flatMap(({ commands }) => commands),
        ),
      report: (name) => void reported.push(name),
      probe: () => undefined,
    });
    const results = await trust.apply('install');
    expect(results.ok && results.value.map(({ name, ok }) => [name, ok])).toEqual([
      ['Chromium (NSS)', true],
      ['Firefox (locked)', false],
    ]);
    expect(reported).toEqual(['trust.failed', 'trust.installed']);
    expect(await trust.isTrusted()).toBe(true);
    expect(await trust.plan('install', ['nowhere'])).toMatchObject({
      ok: false,
      problems: [{ code: 'TRUST_STORE_UNKNOWN' }],
    });
  });
});

describe('ready lines', () => {
  it('quote the place of the root', () => {
    const [node] = readyLines("/home/ann's/root.pem", 'linux');
    expect(node!.line).toBe("export NODE_EXTRA_CA_CERTS='/home/ann'\\''s/root.pem'");
    expect(readyLines('C:\\ca\\root.pem', 'win32')[0]!.line).toBe('setx NODE_EXTRA_CA_CERTS "C:\\ca\\root.pem"');
  });
});
