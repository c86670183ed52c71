/** The Debian package by Debian's own rules. */
import { expect, test } from 'playwright/test';
import { debFile, run } from './machine.ts';

/** Both read 200 MB of Chromium for what nobody here can change. */
const NOT_CHECKED = 'libraries/embedded,binaries/spelling';
/** An app of a vendor lies in /opt, and brings its own Chromium as it was built; its changelog is that of the app. */
const IGNORED = ['dir-or-file-in-opt', 'unstripped-binary-or-object', 'no-changelog'];

test('lintian has no complaint but that it is an app of a vendor with its own Chromium', async () => {
  const { stdout, stderr } = await run('lintian', [
    '--no-tag-display-limit',
    '-X',
    NOT_CHECKED,
    '--fail-on',
    'none',
    await debFile(),
  ]);
  const errors = stdout.split('\n').filter((line) => line.startsWith('E:'));
  expect(stderr).not.toContain('cannot');
  expect(errors.filter((line) => !IGNORED.some((tag) => line.includes(tag)))).toEqual([]);
});
