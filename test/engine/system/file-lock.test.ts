/** The lock beside a file: one process at a time, and none that died keeps the others out. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { locked } from '../../../electron/engine/system/file-lock.ts';
import { openLedger } from '../../../electron/engine/system/ledger.ts';
import { tempHome } from '../../kit/temp-home.ts';

async function deadPid(): Promise<number> {
  const child = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid!;
}

describe('a lock', () => {
  it('is held by one at a time, and gone afterwards', async () => {
    const file = join(tempHome(), 'x.json');
    let inside = 0;
    let most = 0;
    const act = (): Promise<void> =>
      locked(file, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      });
    await Promise.all([act(), act(), act(), act(), act()]);
    expect(most).toBe(1);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('of a process that died is taken over at once, by one of all that wait', async () => {
    const file = join(tempHome(), 'x.json');
    writeFileSync(`${file}.lock`, `${await deadPid()} abc`);
    let inside = 0;
    let most = 0;
    const act = (): Promise<string> =>
      locked(file, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        return readFileSync(`${file}.lock`, 'utf8');
      });
    for (const held of await Promise.all(Array.from({ length: 8 }, act)))
      expect(held).toMatch(new RegExp(`^${process.pid} `));
    expect(most).toBe(1);
    expect([existsSync(`${file}.lock`), existsSync(`${file}.lock.over`)]).toEqual([false, false]);
  });

  it('that another has by now is left to it', async () => {
    const file = join(tempHome(), 'x.json');
    await locked(file, () => {
      writeFileSync(`${file}.lock`, '1 other');
      return Promise.resolve();
    });
    expect(readFileSync(`${file}.lock`, 'utf8')).toBe('1 other');
  });

  it('is released when what it guards fails', async () => {
    const file = join(tempHome(), 'x.json');
    await expect(locked(file, () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    expect(existsSync(`${file}.lock`)).toBe(false);
  });
});

it('a ledger that four processes write at once lacks none of their changes', async () => {
  const home = tempHome();
  const guest = join(home, 'guest.mjs');
  const bundle = await rolldown({
    input: fileURLToPath(new URL('./file-lock-guest.ts', import.meta.url)),
    platform: 'node',
    logLevel: 'silent',
  });
  await bundle.write({ file: guest, format: 'esm' });
  await bundle.close();
  const file = join(home, 'changes.json');
  const areas = ['one', 'two', 'three', 'four'];
  await Promise.all(areas.map((area) => promisify(execFile)(process.execPath, [guest, file, '10', area])));
  const changes = await openLedger(file).list();
  expect(changes.map(({ state }) => state)).toEqual(Array.from({ length: 40 }, () => 'done'));
  expect(changes.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  for (const area of areas) expect(changes.filter((change) => change.area === area)).toHaveLength(10);
});
