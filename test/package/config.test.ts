/** The packages that cannot be made here: what electron-builder thinks of their configuration, and what it says. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Configuration } from 'electron-builder';
import { ROOT } from '../kit/source-tree.ts';

interface Builder {
  packConfig: (
    electron: { version: string; official: boolean },
    targets?: string[],
    env?: Record<string, string>,
  ) => Configuration;
  fuses: (electron: { version: string; official: boolean }) => NonNullable<Configuration['electronFuses']>;
}
interface Checker {
  validateConfiguration: (config: Configuration, log: unknown) => Promise<void>;
}

const { packConfig, fuses } = (await import(
  new URL('../../build/electron-builder.mjs', import.meta.url).href
)) as Builder;
const own = 'app-builder-lib/out/util/config/config.js';
const { validateConfiguration } = (await import(own)) as Checker;
const { DebugLogger } = (await import('builder-util' as string)) as { DebugLogger: new (isOn: boolean) => unknown };

const shipped = { version: '41.7.1', official: true };
const check = (config: Configuration): Promise<void> => validateConfiguration(config, new DebugLogger(false));

describe('the configuration of the packages', () => {
  it('is what electron-builder takes, for every platform, with and without a feed and a certificate of Apple', async () => {
    for (const env of [{}, { MOGOLY_UPDATE_URL: 'https://updates.test/', APPLE_API_KEY: 'key.p8' }])
      await expect(check(packConfig(shipped, undefined, env))).resolves.toBeUndefined();
    await expect(check({ ...packConfig(shipped), mac: { hardenedRuntime: 'yes' } } as never)).rejects.toThrow(
      /hardenedRuntime/,
    );
  });

  it('names every format, and only files that are there', () => {
    const { linux, mac, win, nsis, deb } = packConfig(shipped, undefined, {});
    expect([linux?.target, mac?.target, win?.target]).toEqual([
      ['AppImage', 'deb', 'tar.gz'],
      ['dmg', 'zip'],
      ['nsis', 'zip'],
    ]);
    const files = [mac?.icon, win?.icon, linux?.icon, mac?.entitlements, mac?.entitlementsInherit, nsis?.include];
    const scripts = [deb?.afterInstall, deb?.afterRemove, `${ROOT}/build/package/mogoly`];
    expect([...files, ...scripts].filter((file) => typeof file !== 'string' || !existsSync(file))).toEqual([]);
  });

  it('is hardened on macOS, with no more rights than V8 needs, and notarized only where Apple knows us', () => {
    const { mac } = packConfig(shipped, undefined, {});
    expect(mac).toMatchObject({ hardenedRuntime: true, notarize: false });
    expect(packConfig(shipped, undefined, { APPLE_API_KEY: 'key.p8' }).mac?.notarize).toBe(true);
    const rights = readFileSync(mac?.entitlements as string, 'utf8').match(/<key>.*<\/key>/g);
    expect(rights).toEqual(['<key>com.apple.security.cs.allow-jit</key>']);
  });

  it('looks for updates where the environment of the build says, and nowhere else', () => {
    expect(packConfig(shipped, undefined, {}).publish).toBeNull();
    expect(packConfig(shipped, undefined, { MOGOLY_UPDATE_URL: 'https://updates.test/' }).publish).toEqual([
      { provider: 'generic', url: 'https://updates.test/', channel: 'latest' },
    ]);
  });

  it('sets every fuse there is, the inspector’s for tests alone', async () => {
    const { FuseV1Options } = await import('@electron/fuses');
    const known = Object.keys(FuseV1Options).filter((name) => Number.isNaN(Number(name)));
    expect(
      Object.keys(fuses(shipped))
        .map((name) => name.toLowerCase())
        .sort(),
    ).toEqual(known.map((name) => name.toLowerCase()).sort());
    expect(fuses(shipped)).toMatchObject({ runAsNode: false, enableNodeCliInspectArguments: false });
    expect(fuses({ version: '25.1.1', official: false })).toMatchObject({ enableNodeCliInspectArguments: true });
    expect(fuses({ version: '25.1.1', official: false })).not.toHaveProperty('grantFileProtocolExtraPrivileges');
  });
});

/** As electron-builder's own script has it: our macros, called at their place. */
const INSTALLER = (include: string): string => `Unicode true
Name Mogoly
OutFile installer.exe
!include LogicLib.nsh
!define isUpdated '$1 == 1'
!include "${include}"
Section
  !insertmacro customInstall
  WriteUninstaller "$INSTDIR\\uninstall.exe"
SectionEnd
Section Uninstall
  !insertmacro customUnInstall
SectionEnd
`;
const hasCompiler = spawnSync('makensis', ['-VERSION']).error === undefined;

describe.skipIf(!hasCompiler)('what we add to the installer for Windows (package nsis)', () => {
  const compile = (text: string): { status: number | null; stdout: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'mogoly-nsis-'));
    writeFileSync(join(folder, 'installer.nsi'), INSTALLER(join(folder, 'ours.nsh')));
    writeFileSync(join(folder, 'ours.nsh'), text);
    const { status, stdout } = spawnSync('makensis', ['-WX', '-V2', 'installer.nsi'], {
      cwd: folder,
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    return { status, stdout };
  };

  it('compiles without a warning', () => {
    const text = readFileSync(packConfig(shipped).nsis?.include as string, 'utf8');
    expect(compile(text)).toEqual({ status: 0, stdout: '' });
    expect(compile(text.replace('${endIf}', '')).status).not.toBe(0);
  });
});
