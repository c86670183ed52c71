/** The programs the benchmark needs from the system: installed where that can be done, named where it cannot. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's package for each command. */
const PACKAGES = new Map([
  ['caddy', 'caddy'],
  ['nginx', 'nginx-light'],
  ['haproxy', 'haproxy'],
  ['wrk', 'wrk'],
  ['h2load', 'nghttp2-client'],
  ['curl', 'curl'],
  ['openssl', 'openssl'],
  ['dnsperf', 'dnsperf'],
  ['dnsmasq', 'dnsmasq-base'],
  ['taskset', 'util-linux'],
  ['Xvfb', 'xvfb'],
]);

/** nginx and dnsmasq live in sbin, which is not on everyone's PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** @param {string} command @returns {string | undefined} its full path */
export function findCommand(command) {
  return FOLDERS.map((folder) => join(folder, command)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false; // Not in this folder; the next one may have it.
    }
  });
}

/**
 * Installs what is missing, as root on Debian, and says by name what could not be had.
 * @param {string[]} commands
 * @returns {string[]} the commands that are still missing
 */
export function ensureCommands(commands) {
  const missing = commands.filter((command) => !findCommand(command));
  if (missing.length === 0) return [];
  const packages = missing.map((command) => PACKAGES.get(command) ?? command);
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log(`installing ${packages.join(', ')}`);
    try {
      apt(['install', '-y', '--no-install-recommends', ...packages]);
    } catch {
      console.log('package lists may be old: apt-get update, then once more');
      tryQuietly(() => apt(['update']));
      tryQuietly(() => apt(['install', '-y', '--no-install-recommends', ...packages]));
    }
  }
  const left = missing.filter((command) => !findCommand(command));
  for (const command of left) {
    console.error(
      `missing: ${command} (Debian: apt-get install ${PACKAGES.get(command) ?? command}); what needs it is left out`,
    );
  }
  return left;
}

/** Services of installed packages must not start: `policy-rc.d` is asked through this variable's runlevel. @param {string[]} args */
function apt(args) {
  execFileSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
}

/** @param {() => void} action */
function tryQuietly(action) {
  try {
    action();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}`);
  }
}
