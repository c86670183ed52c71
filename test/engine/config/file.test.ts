import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFile, saveAtomic } from '../../../electron/engine/config/file.ts';
import { tempHome } from '../../kit/temp-home.ts';

describe('readConfigFile', () => {
  it('reads UTF-8 text and tells the format', async () => {
    const path = join(tempHome(), 'm.yml');
    writeFileSync(path, 'name: bücher\n');
    expect(await readConfigFile(path)).toEqual({
      ok: true,
      value: { text: 'name: bücher\n', format: 'yaml' },
      warnings: [],
    });
  });

  it.each([
    ['UTF-16 with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a: 1\n', 'utf16le')]), 1],
    ['Latin-1', Buffer.from('a: 1\nb: \xfc\n', 'latin1'), 2],
  ])('refuses %s, with the line', async (_name, bytes, line) => {
    const path = join(tempHome(), 'm.yaml');
    writeFileSync(path, bytes);
    expect(await readConfigFile(path)).toMatchObject({
      ok: false,
      problems: [{ code: 'CONFIG_ENCODING', at: { line }, fix: 'Save it as UTF-8 text.' }],
    });
  });

  it('refuses what is not there, no file, too large or of another format', async () => {
    const home = tempHome();
    mkdirSync(join(home, 'd.yaml'));
    writeFileSync(join(home, 'big.yaml'), '');
    truncateSync(join(home, 'big.yaml'), 70_000_000);
    execFileSync('mkfifo', [join(home, 'pipe.yaml')]);
    const codeOf = async (name: string): Promise<string> => {
      const result = await readConfigFile(join(home, name));
      return result.ok ? 'read' : result.problems[0]!.code;
    };
    expect(await Promise.all(['no.yaml', 'd.yaml', 'pipe.yaml', 'big.yaml', 'm.toml'].map(codeOf))).toEqual([
      'CONFIG_MISSING',
      'CONFIG_UNREADABLE',
      'CONFIG_UNREADABLE',
      'CONFIG_TOO_LARGE',
      'CONFIG_FORMAT_UNKNOWN',
    ]);
  });
});

describe('saveAtomic', () => {
  it('makes a new file for its owner alone, and leaves nothing beside it', async () => {
    const home = tempHome();
    expect((await saveAtomic(join(home, 'm.yaml'), 'a: 1\n')).ok).toBe(true);
    expect(readFileSync(join(home, 'm.yaml'), 'utf8')).toBe('a: 1\n');
    expect(statSync(join(home, 'm.yaml')).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual(['m.yaml']);
  });

  it('keeps the mode of the file that is there', async () => {
    const path = join(tempHome(), 'm.yaml');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    await saveAtomic(path, 'new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('writes through a symbolic link', async () => {
    const home = tempHome();
    mkdirSync(join(home, 'dotfiles'));
    writeFileSync(join(home, 'dotfiles/m.yaml'), 'old');
    symlinkSync('dotfiles/m.yaml', join(home, 'm.yaml'));
    await saveAtomic(join(home, 'm.yaml'), 'new');
    expect(lstatSync(join(home, 'm.yaml')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(home, 'dotfiles/m.yaml'), 'utf8')).toBe('new');
  });

  it('fails with a problem, the old file untouched and no temporary file left', async () => {
    const home = tempHome();
    mkdirSync(join(home, 'm.yaml'));
    expect(await saveAtomic(join(home, 'm.yaml'), 'x')).toMatchObject({
      ok: false,
      problems: [{ code: 'CONFIG_SAVE_FAILED' }],
    });
    expect(await saveAtomic(join(home, 'no/m.yaml'), 'x')).toMatchObject({
      ok: false,
      problems: [{ code: 'CONFIG_SAVE_FAILED', fix: 'Create the folder first.' }],
    });
    expect(readdirSync(home)).toEqual(['m.yaml']);
  });
});
