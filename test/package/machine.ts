/** The machine that the package is installed on: an ordinary user who may use sudo, commands, and what lies where. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright';
import type { ElectronApplication } from 'playwright';

export const USER = 'dev';
export const USER_HOME = `/home/${USER}`;
export const HOME = `${USER_HOME}/.config/mogoly`;
export const APP = '/opt/Mogoly/mogoly-app';
const RELEASE = fileURLToPath(new URL('../../release', import.meta.url));

/** dpkg unpacks 250 MB, and lintian reads them. */
const TIMEOUT_MS = 240_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;
/** A shell without a Node; the folder is filled by makeUser(). */
const PATH_WITHOUT_NODE = '/srv/no-node';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export const run = (file: string, args: string[], env = process.env): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(file, args, { timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
    );
  });

/** As root; rejects unless it ends with 0. */
export async function asRoot(script: string): Promise<string> {
  const { code, stdout, stderr } = await run('sh', ['-ec', script]);
  if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

interface Shell {
  /** Whether there is a Node on the PATH. */
  node?: boolean;
  display?: boolean;
}

/** As the ordinary user, from their home folder, with a plain environment. */
export function asUser(script: string, { node = true, display = true }: Shell = {}): Promise<Ran> {
  const PATH = node ? `${path.dirname(process.execPath)}:/usr/bin:/bin` : PATH_WITHOUT_NODE;
  const env = { HOME: USER_HOME, PATH, ...(display ? { DISPLAY: process.env['DISPLAY'] } : {}) };
  return run('/usr/sbin/runuser', ['-u', USER, '--', '/bin/sh', '-c', `cd; ${script}`], env);
}

export async function makeUser(): Promise<void> {
  await asRoot(`id ${USER} >/dev/null 2>&1 || useradd -m ${USER}`);
  await asRoot(`echo '${USER} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/${USER}`);
  await asRoot(
    `mkdir -p ${PATH_WITHOUT_NODE} && cd ${PATH_WITHOUT_NODE} && ln -sf /usr/bin/mogoly . && ln -s /usr/bin/* /usr/sbin/* . 2>/dev/null || true`,
  );
  await asRoot(`rm -f ${PATH_WITHOUT_NODE}/node ${PATH_WITHOUT_NODE}/nodejs`);
}

export const debFile = (): Promise<string> => packageFile('deb', /^mogoly_.*_amd64\.deb$/);
export const appImageFile = (): Promise<string> => packageFile('AppImage', /\.AppImage$/);

/** The one that `npm run pack -- <format>` made. */
async function packageFile(format: string, pattern: RegExp): Promise<string> {
  const found = (await readdir(RELEASE)).filter((name) => pattern.test(name));
  if (found.length !== 1)
    throw new Error(`release/ has ${found.length} of ${format}; make one with npm run pack -- ${format}`);
  return path.join(RELEASE, found[0]!);
}

/** Of every file outside the users' own: kind, mode, owner, size, and where a link leads. */
export async function systemFiles(): Promise<string[]> {
  // What dpkg and ldconfig write about themselves at every installation of anything.
  const own =
    /^\/var\/(lib\/dpkg|cache\/(ldconfig|debconf|man)|log)\/|^\/usr\/share\/(applications\/mimeinfo\.cache|icons\/hicolor\/icon-theme\.cache) /;
  const text = await asRoot(`find /etc /usr /opt /var -xdev ! -type d -printf '%p %y %m %u %s %l\\n'`);
  return text
    .split('\n')
    .filter((line) => line !== '' && !own.test(line))
    .sort();
}

export const difference = (before: readonly string[], after: readonly string[]): { gone: string[]; come: string[] } => {
  const [old, now] = [new Set(before), new Set(after)];
  return { gone: before.filter((line) => !now.has(line)), come: after.filter((line) => !old.has(line)) };
};

/** Starts the app as the ordinary user, with Chromium's real sandbox, in the user's own home. */
export function launchInstalled(env: Record<string, string> = {}, file = APP): Promise<ElectronApplication> {
  const starter = '/srv/start-app';
  const settings = Object.entries({ HOME: USER_HOME, DISPLAY: process.env['DISPLAY'] ?? '', ...env });
  const given = settings.map(([name, value]) => `${name}='${value}'`).join(' ');
  const line = `runuser -u ${USER} -- env -i PATH=/usr/bin:/bin ${given} dbus-run-session -- ${file} "$@"`;
  writeFileSync(starter, `#!/bin/sh\ncd ${USER_HOME}\nexec ${line}\n`, { mode: 0o755 });
  return _electron.launch({ executablePath: starter, chromiumSandbox: true, timeout: TIMEOUT_MS });
}
