import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemory } from '../../electron/main/memory.ts';

describe('what the window remembers', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'mogoly-memory-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('theme and place come back after a restart, in a file only the user reads', () => {
    const bounds = { x: 5, y: 6, width: 1_000, height: 700 };
    openMemory(home).set({ theme: 'dark', bounds });
    expect(openMemory(home).get()).toEqual({ theme: 'dark', bounds, maximized: false, notifications: true });
    if (process.platform !== 'win32') expect(statSync(path.join(home, 'window.json')).mode & 0o777).toBe(0o600);
  });

  it('a damaged file is the same as none', () => {
    writeFileSync(path.join(home, 'window.json'), '{"theme":');
    expect(openMemory(home).get()).toEqual({ theme: 'system', maximized: false, notifications: true });
  });

  it('one bad value does not cost the others', () => {
    writeFileSync(path.join(home, 'window.json'), '{"theme":"pink","bounds":{"x":1e99},"maximized":true}');
    expect(openMemory(home).get()).toEqual({ theme: 'system', maximized: true, notifications: true });
  });

  it('setting what is already so writes nothing', () => {
    const memory = openMemory(home);
    memory.set({ theme: 'light' });
    const file = path.join(home, 'window.json');
    writeFileSync(file, 'changed by hand');
    memory.set({ theme: 'light' });
    expect(readFileSync(file, 'utf8')).toBe('changed by hand');
  });
});
