import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acquireHome, homeFolder, socketPath } from '../../electron/control/home.ts';
import { startOf } from '../../electron/control/owner.ts';
import { lockPath } from '../../electron/control/paths.ts';
import { tempHome } from '../kit/temp-home.ts';

const writeLock = (home: string, owner: Record<string, unknown>): Promise<void> =>
  writeFile(
    lockPath(home),
    JSON.stringify({
      pid: process.pid,
      host: 'cli',
      socket: join(home, 'control.sock'),
      token: 'theirs',
      started: '',
      ...owner,
    }),
  );

/** Of a process that has ended. */
function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  return new Promise((resolve) => child.once('exit', () => resolve(child.pid!)));
}

describe('a home', () => {
  it('has one owner; the second is told who it is', async () => {
    const home = join(tempHome(), 'home');
    const first = await acquireHome(home, 'app');
    expect(first.ok).toBe(true);
    expect(await acquireHome(home, 'cli')).toMatchObject({
      ok: false,
      problems: [{ code: 'HOME_TAKEN', message: `Mogoly app (pid ${process.pid}) owns ${home}.` }],
    });
    if (first.ok) await first.value.release();
    expect(await acquireHome(home, 'cli')).toMatchObject({ ok: true });
  });

  it('is made private, and so is its lock', async () => {
    const home = join(tempHome(), 'a', 'home');
    await acquireHome(home, 'cli');
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect((await stat(lockPath(home))).mode & 0o777).toBe(0o600);
  });

  it('of a dead owner is taken over', async () => {
    const home = tempHome();
    await writeLock(home, { pid: await deadPid() });
    expect(await acquireHome(home, 'cli')).toMatchObject({ ok: true });
    expect(await readdir(home)).toEqual(['mogoly.lock']);
  });

  it('of a dead owner is taken over when another process has its pid', async () => {
    const home = tempHome();
    await writeLock(home, { started: '1' });
    const taken = await acquireHome(home, 'cli');
    expect(taken.ok || (await startOf(process.pid)) === '').toBe(true);
  });

  it('whose lock is broken is taken over', async () => {
    const home = tempHome();
    await writeFile(lockPath(home), '{"pid":');
    expect(await acquireHome(home, 'cli')).toMatchObject({ ok: true });
  });

  it('whose socket answers is not taken, whatever the pid says', async () => {
    const home = tempHome();
    const server = createServer().listen(join(home, 'control.sock'));
    onTestFinished(() => void server.close());
    const pid = await deadPid();
    await writeLock(home, { pid });
    expect(await acquireHome(home, 'cli')).toMatchObject({
      ok: false,
      problems: [{ code: 'HOME_TAKEN', message: expect.stringContaining(`pid ${pid}`) as string }],
    });
  });

  it('that many want at once after a crash gets exactly one owner, time and again', async () => {
    const pid = await deadPid();
    for (let crash = 0; crash < 40; crash += 1) {
      const home = tempHome();
      await writeLock(home, { pid });
      const results = await Promise.all(Array.from({ length: 20 }, () => acquireHome(home, 'cli')));
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect(results.flatMap((result) => (result.ok ? [] : result.problems.map(({ code }) => code)))).toEqual(
        Array(19).fill('HOME_TAKEN'),
      );
    }
  });

  it('whose takeover crashed half-way is taken over', async () => {
    const home = tempHome();
    await writeLock(home, { pid: await deadPid() });
    await writeFile(`${lockPath(home)}.takeover`, '');
    await utimes(`${lockPath(home)}.takeover`, 0, 0);
    expect(await acquireHome(home, 'cli')).toMatchObject({ ok: true });
  });

  it('that is a file is a clear problem', async () => {
    const home = join(tempHome(), 'file');
    await writeFile(home, '');
    expect(await acquireHome(home, 'cli')).toMatchObject({ ok: false, problems: [{ code: 'HOME_UNUSABLE' }] });
  });

  it('is let go only by its owner', async () => {
    const home = tempHome();
    const mine = await acquireHome(home, 'cli');
    await writeLock(home, { token: 'of-the-next-owner' });
    if (mine.ok) await mine.value.release();
    expect(await readFile(lockPath(home), 'utf8')).toContain('of-the-next-owner');
  });
});

describe('the place of a home', () => {
  it.each([
    [{ MOGOLY_HOME: '/x/y', HOME: '/h' }, 'linux', '/x/y'],
    [{ HOME: '/h' }, 'linux', '/h/.config/mogoly'],
    [{ HOME: '/h', XDG_CONFIG_HOME: '/c' }, 'linux', '/c/mogoly'],
    [{ HOME: '/h' }, 'darwin', '/h/Library/Application Support/Mogoly'],
  ] as const)('%j on %s is %s', (env, platform, wanted) => expect(homeFolder(env, platform)).toBe(wanted));

  it('that is too long for a socket gets a short one, the same for everybody', async () => {
    const home = join(tempHome(), 'x'.repeat(120));
    await mkdir(home);
    const path = socketPath(home);
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
    expect(socketPath(home)).toBe(path);
    expect(socketPath(`${home}y`)).not.toBe(path);
    expect(socketPath('/home/me/.config/mogoly')).toBe('/home/me/.config/mogoly/control.sock');
  });
});
