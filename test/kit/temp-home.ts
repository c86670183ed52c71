/** A temporary folder that goes when the test is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Absolute path of a new, empty folder with mode 0700; call it inside a test. */
export function tempHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mogoly-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
