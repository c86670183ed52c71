/** What the scripts need of the machine beside npm: Debian packages, a display, shared libraries. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run, say } from './root.mjs';

/** Shared libraries that Electron loads, with the Debian package of each. */
const LIBRARY_PACKAGES = new Map([
  ['libgtk-3.so.0', 'libgtk-3-0'],
  ['libgdk-3.so.0', 'libgtk-3-0'],
  ['libpango-1.0.so.0', 'libgtk-3-0'],
  ['libcairo.so.2', 'libgtk-3-0'],
  ['libnss3.so', 'libnss3'],
  ['libnssutil3.so', 'libnss3'],
  ['libsmime3.so', 'libnss3'],
  ['libnspr4.so', 'libnss3'],
  ['libasound.so.2', 'libasound2'],
  ['libgbm.so.1', 'libgbm1'],
  ['libdrm.so.2', 'libdrm2'],
  ['libatk-1.0.so.0', 'libgtk-3-0'],
  ['libatk-bridge-2.0.so.0', 'libgtk-3-0'],
  ['libatspi.so.0', 'libatspi2.0-0'],
  ['libcups.so.2', 'libcups2'],
  ['libdbus-1.so.3', 'libdbus-1-3'],
  ['libexpat.so.1', 'libexpat1'],
  ['libxkbcommon.so.0', 'libxkbcommon0'],
  ['libX11.so.6', 'libx11-6'],
  ['libxcb.so.1', 'libxcb1'],
  ['libXcomposite.so.1', 'libxcomposite1'],
  ['libXdamage.so.1', 'libxdamage1'],
  ['libXext.so.6', 'libxext6'],
  ['libXfixes.so.3', 'libxfixes3'],
  ['libXrandr.so.2', 'libxrandr2'],
]);

/** What Electron loads on a bare Debian, some of it only while it runs. */
export const ELECTRON_PACKAGES = [
  ...['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libdrm2', 'libcups2', 'libnotify4', 'libxss1', 'libxtst6'],
  ...['libatspi2.0-0', 'libsecret-1-0', 'libxkbcommon0'],
];
/** A display without a screen, a session bus, and a tray host to put the icon on. */
export const DISPLAY_PACKAGES = ['xvfb', 'xauth', 'dbus', 'dbus-x11', 'trayer', 'xdotool', 'imagemagick', 'x11-utils'];
/** Browsers and clients that the tests drive the proxy with. */
export const CLIENT_PACKAGES = ['chromium', 'curl', 'openssl', 'libnss3-tools', 'nghttp2-client'];

/** ACME, DNS, proxy and network peers of the tests. */
export const SERVER_PACKAGES = [
  'pebble',
  'dnsutils',
  'knot-dnsutils',
  'dnsmasq-base',
  'caddy',
  'nginx-light',
  'haproxy',
  'redis-server',
  'sslscan',
  'iproute2',
  'procps',
  'util-linux',
  'passwd',
  // A Docker of the tests' own, with images made of Debian's packages.
  'docker.io',
  'iptables',
  'mmdebstrap',
  'docker-registry',
];

/** What the Debian package is judged and tried with, and the dependencies it names beside those of Electron. */
export const PACKAGE_PACKAGES = [
  // Compiles what we add to the installer for Windows.
  'nsis',
  ...['lintian', 'sudo', 'desktop-file-utils', 'squashfs-tools', 'ca-certificates', 'xdg-utils', 'libuuid1'],
];

/** Why nothing can be installed in a copy of this machine, or undefined. */
export function noThrowAwayCopy() {
  if (!hasApt() || process.arch !== 'x64') return 'needs Debian on x64';
  if (!isRoot()) return 'needs root, for namespaces of its own';
  const missing = ['unshare', 'dpkg', 'lintian', 'sudo', 'runuser', 'ip', 'unsquashfs'].filter(
    (name) => !hasProgram(name),
  );
  return missing.length === 0 ? undefined : `needs ${missing.join(', ')}`;
}

export const isRoot = () => process.getuid?.() === 0;
export const hasApt = () => process.platform === 'linux' && existsSync('/usr/bin/apt-get');
export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Whether a program is on the PATH. @param {string} name */
export function hasProgram(name) {
  const folders = (process.env.PATH ?? '').split(':');
  return folders.some((folder) => folder !== '' && existsSync(`${folder}/${name}`));
}

/** Those of the packages that dpkg does not have installed. @param {string[]} packages */
export function missingPackages(packages) {
  if (!hasApt()) return [];
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  });
  const installed = new Set(stdout.split('\n').filter((line) => line.endsWith(' installed')));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

/** Installs Debian packages; true when all went in. @param {string[]} packages */
export async function installPackages(packages) {
  say(`installing with apt: ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // What apt prints goes to standard error, so that a script's own standard output stays what it is asked for.
  const options = { env, stdio: /** @type {const} */ (['ignore', 2, 2]) };
  await run('apt-get', ['update', '-qq'], options);
  const code = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  return code === 0;
}

/** Shared libraries that an executable wants and the machine has not. @param {string} executable */
export function missingLibraries(executable) {
  if (process.platform !== 'linux') return [];
  try {
    const text = execFileSync('ldd', [executable], { encoding: 'utf8' });
    return text
      .split('\n')
      .filter((line) => line.includes('not found'))
      .map((line) => line.trim().split(' ')[0] ?? '');
  } catch {
    // No ldd here: the program itself will name what it misses.
    return [];
  }
}

/** The Debian packages of these libraries, each once. @param {string[]} libraries */
export const packagesOf = (libraries) => [...new Set(libraries.map((name) => LIBRARY_PACKAGES.get(name) ?? name))];
