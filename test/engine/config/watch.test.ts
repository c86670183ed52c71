import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { watchConfigFile } from '../../../electron/engine/config/watch.ts';
import { tempHome } from '../../kit/temp-home.ts';
import { until } from '../../kit/wait.ts';

const DEBOUNCE_MS = 30;

/** Counts the changes it is told of. */
function watched(path: string): { count: number } {
  const seen = { count: 0 };
  const watch = watchConfigFile(path, () => seen.count++, { debounceMs: DEBOUNCE_MS });
  onTestFinished(() => watch.close());
  return seen;
}

/** Until nothing more can come of what was done. */
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, DEBOUNCE_MS * 5));

it('a burst of writes is one change', async () => {
  const path = join(tempHome(), 'm.yaml');
  writeFileSync(path, 'a');
  const seen = watched(path);
  for (let index = 0; index < 10; index++) writeFileSync(path, `a${index}`);
  await until(() => seen.count > 0);
  await quiet();
  expect(seen.count).toBe(1);
});

it('editors that save by renaming are seen, each time', async () => {
  const home = tempHome();
  const path = join(home, 'm.yaml');
  writeFileSync(path, 'a');
  const seen = watched(path);
  for (let round = 1; round <= 3; round++) {
    renameSync(path, `${path}~`);
    writeFileSync(`${path}.new`, `b${round}`);
    renameSync(`${path}.new`, path);
    await until(() => seen.count === round);
  }
});

it('a deletion is seen, and the file when it is there again', async () => {
  const path = join(tempHome(), 'm.yaml');
  writeFileSync(path, 'a');
  const seen = watched(path);
  rmSync(path);
  await until(() => seen.count === 1);
  writeFileSync(path, 'b');
  await until(() => seen.count === 2);
});

it('the folder may go and come back', async () => {
  const folder = join(tempHome(), 'conf');
  const path = join(folder, 'm.yaml');
  mkdirSync(folder);
  writeFileSync(path, 'a');
  const seen = watched(path);
  rmSync(folder, { recursive: true });
  await until(() => seen.count === 1);
  mkdirSync(folder);
  writeFileSync(path, 'b');
  await until(() => seen.count === 2);
  writeFileSync(path, 'ccc');
  await until(() => seen.count === 3);
});

it('a write to the target of a symbolic link is seen', async () => {
  const home = tempHome();
  mkdirSync(join(home, 'dotfiles'));
  writeFileSync(join(home, 'dotfiles/real.yaml'), 'a');
  symlinkSync('dotfiles/real.yaml', join(home, 'm.yaml'));
  const seen = watched(join(home, 'm.yaml'));
  writeFileSync(join(home, 'dotfiles/real.yaml'), 'bb');
  await until(() => seen.count === 1);
});

it('other files in the folder, and a closed watch, are silent', async () => {
  const home = tempHome();
  const path = join(home, 'm.yaml');
  writeFileSync(path, 'a');
  const seen = { count: 0 };
  const watch = watchConfigFile(path, () => seen.count++, { debounceMs: DEBOUNCE_MS });
  writeFileSync(join(home, 'other.yaml'), 'x');
  await quiet();
  watch.close();
  writeFileSync(path, 'b');
  await quiet();
  expect(seen.count).toBe(0);
});
