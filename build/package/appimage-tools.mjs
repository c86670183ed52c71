/**
 * What electron-builder makes an AppImage with, for a network that does not reach its own tools: Debian's, and a runtime
 * that unpacks what the real one would mount. For tests only: a shipped AppImage has the real runtime.
 */
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasProgram } from '../system.mjs';

const PROGRAMS = ['mksquashfs', 'desktop-file-validate'];
const OFFSET_DIGITS = 8;

/** The filesystem begins where this script ends. */
const runtime = (/** @type {string} */ offset) => `#!/bin/sh
folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
unsquashfs -quiet -no-progress -offset ${offset} -dest "$folder/app" "$0" >/dev/null || exit
APPIMAGE=$(readlink -f "$0") APPDIR=$folder/app "$folder/app/AppRun" "$@"
exit
`;

/** @param {string} folder is filled @returns {Promise<string>} it */
export async function writeAppImageTools(folder) {
  const missing = PROGRAMS.filter((program) => !hasProgram(program));
  if (missing.length > 0)
    throw new Error(`AppImage needs ${missing.join(', ')}: apt-get install squashfs-tools desktop-file-utils`);
  await mkdir(path.join(folder, 'linux-x64'), { recursive: true });
  await mkdir(path.join(folder, 'lib', 'x64'), { recursive: true });
  for (const program of PROGRAMS) await symlink(`/usr/bin/${program}`, path.join(folder, 'linux-x64', program));
  const { length } = runtime('0'.repeat(OFFSET_DIGITS));
  const file = path.join(folder, 'runtime-x64');
  await writeFile(file, runtime(String(length).padStart(OFFSET_DIGITS)));
  await chmod(file, 0o755);
  return folder;
}
