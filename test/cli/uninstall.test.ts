/** `mogoly uninstall`: shows what it would undo, undoes it, and deletes no config unless told. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemChanges } from '../../electron/engine/system-rooms.ts';
import { cli } from '../kit/cli.ts';
import { tempHome } from '../kit/temp-home.ts';

/** A home with one change outside it, a file that its undoing deletes, and start at login. */
async function changedHome() {
  const home = tempHome();
  const outside = tempHome();
  const [file, config] = [join(outside, 'ours'), join(outside, 'config')];
  writeFileSync(join(home, 'mogoly.yaml'), 'server: []\n');
  const autostart = join(config, 'autostart', 'mogoly.desktop');
  mkdirSync(dirname(autostart), { recursive: true });
  writeFileSync(autostart, '[Desktop Entry]\n');
  const made = await systemChanges(home, 'none').make('trust', [
    {
      title: 'Make a file',
      privileged: false,
      commands: [{ file: 'touch', args: [file] }],
      writes: [file],
      undo: [{ file: 'rm', args: [file] }],
    },
  ]);
  expect(made.ok).toBe(true);
  return { home, file, autostart, env: { XDG_CONFIG_HOME: config } };
}

describe('uninstall', () => {
  it('with --dry-run says what it would do, and does none of it', async () => {
    const { home, file, autostart, env } = await changedHome();
    const { code, out } = await cli(home, ['uninstall', '--dry-run', '--delete-home'], { env });
    expect(code).toBe(0);
    for (const text of ['Undo: Make a file', `rm ${file}`, `Delete ${autostart}`, `Delete ${home}`])
      expect(out).toContain(text);
    expect([file, autostart, home].every((path) => existsSync(path))).toBe(true);
    expect(out).toMatch(/\nNothing was done\.\n$/);
    await cli(home, ['uninstall'], { env });
    expect((await cli(home, ['uninstall', '--dry-run'], { env })).out).toBe('Nothing is to be undone.\n');
  });

  it('undoes the ledger and start at login; the home folder stays', async () => {
    const { home, file, autostart, env } = await changedHome();
    const { code, out } = await cli(home, ['uninstall'], { env });
    expect({ code, file: existsSync(file), autostart: existsSync(autostart) }).toEqual({
      code: 0,
      file: false,
      autostart: false,
    });
    expect(out).toContain(`are still in ${home}`);
    expect(readFileSync(join(home, 'changes.json'), 'utf8')).toContain('"undone"');
    expect((await cli(home, ['uninstall', '--delete-home'], { env })).code).toBe(0);
    expect(existsSync(home)).toBe(false);
  });

  it('keeps the home folder where something could not be undone, and says so', async () => {
    const { home, file, env } = await changedHome();
    const { unlinkSync } = await import('node:fs');
    unlinkSync(file);
    const { code, err } = await cli(home, ['uninstall', '--delete-home'], { env });
    expect(code).toBe(1);
    expect(err).toContain('rm ended with 1');
    expect(existsSync(home)).toBe(true);
  });
});
