import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, makeFolderSync, makeHome, makeHomeSync } from '../../electron/engine/make-folder.ts';
import { tempHome } from '../kit/temp-home.ts';

describe.each([
  ['makeFolder', makeFolder],
  ['makeFolderSync', (folder: string) => Promise.resolve().then(() => makeFolderSync(folder))],
])('%s', (_name, make) => {
  it('makes what is missing, for its owner alone, and takes what is there', async () => {
    const folder = join(tempHome(), 'a', 'b', 'c');
    await make(folder);
    await make(folder);
    expect([statSync(folder).mode & 0o777, statSync(join(folder, '..')).mode & 0o777]).toEqual([0o700, 0o700]);
  });

  it('goes through a link to a folder', async () => {
    const folder = tempHome();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    await make(join(folder, 'link'));
    await make(join(folder, 'link', 'new'));
    expect(existsSync(join(folder, 'real', 'new'))).toBe(true);
  });

  it('rejects where a file stands in the way', async () => {
    const file = join(tempHome(), 'file');
    writeFileSync(file, '');
    await expect(make(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make(join(file, 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(process.platform === 'linux')('rejects under /proc, where a recursive mkdir never ends', async () => {
    await expect(make('/proc/mogoly/a/b')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('many at once all find the folder', async () => {
  const folder = join(tempHome(), 'a', 'b', 'c', 'd');
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(folder)));
  expect(existsSync(folder)).toBe(true);
});

it.runIf(process.platform === 'linux')('a home that cannot be made is a problem with its reason', async () => {
  const wanted = {
    ok: false,
    problems: [{ code: 'HOME_UNUSABLE', message: expect.stringMatching(/made in \/proc\.$/) as string }],
  };
  expect(await makeHome('/proc/mogoly/home')).toMatchObject(wanted);
  expect(makeHomeSync('/proc/mogoly/home')).toMatchObject(wanted);
});
