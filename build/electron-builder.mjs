/**
 * How the app is packaged: the official Electron and every format of the platform; on a network that cannot reach it,
 * what can be made of the stand-in runtime (build/electron.mjs), for tests only.
 *
 * From the environment: MOGOLY_UPDATE_URL, the folder on a web server that the app looks for updates in (without it, it
 * looks nowhere); CSC_LINK and CSC_KEY_PASSWORD, the certificate to sign with; APPLE_API_KEY, APPLE_API_KEY_ID and
 * APPLE_API_ISSUER, by which Apple notarizes.
 */
import { chmod, readdir } from 'node:fs/promises';
import { PLAIN_CLI } from './package/stage.mjs';
import { ROOT } from './root.mjs';

/** The first that has the fuse for file: addresses. */
const FIRST_WITH_FILE_FUSE = 29;

/** Of Debian and Ubuntu; what comes after `|` is its name where it was renamed for 64-bit time. */
const DEB_DEPENDS = [
  'libc6',
  'libgtk-3-0 | libgtk-3-0t64',
  'libnotify4',
  'libnss3',
  'libxss1',
  'libxtst6',
  'xdg-utils',
  'libatspi2.0-0 | libatspi2.0-0t64',
  'libuuid1',
  'libsecret-1-0',
  'libgbm1',
  'libdrm2',
  'libasound2 | libasound2t64',
  'libcups2 | libcups2t64',
];

/** @param {Electron} electron @returns {NonNullable<import('electron-builder').Configuration['electronFuses']>} */
export const fuses = ({ version, official }) => ({
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  // Off, Playwright could not attach to the packaged app; the shipped build turns it off.
  enableNodeCliInspectArguments: !official,
  onlyLoadAppFromAsar: true,
  // Electron looks at it on macOS and Windows.
  enableEmbeddedAsarIntegrityValidation: true,
  enableCookieEncryption: true,
  // One snapshot for all processes.
  loadBrowserProcessSpecificV8Snapshot: false,
  // The window comes from app://, and no page is opened from file:.
  ...(Number.parseInt(version, 10) >= FIRST_WITH_FILE_FUSE ? { grantFileProtocolExtraPrivileges: false } : {}),
});

/** Outside the archive for whoever reads it without Electron: the CLI for a plain Node, and what puts it on the PATH. @param {string} launcher */
const resources = (launcher) => [
  { from: `${ROOT}/build/package/${launcher}`, to: `bin/${launcher.split('/').at(-1)}` },
  { from: PLAIN_CLI, to: 'cli' },
];

/** Libraries are no programs, and the CLI is one only by its launcher. @param {import('electron-builder').AfterPackContext} context */
async function tidy({ appOutDir, electronPlatformName }) {
  if (electronPlatformName !== 'linux') return;
  const libraries = (await readdir(appOutDir)).filter((name) => /\.so(\.\d+)*$/.test(name));
  for (const name of [...libraries, 'resources/cli/dist/cli.js']) await chmod(`${appOutDir}/${name}`, 0o644);
}

/** @typedef {{ version: string, official: boolean, distribution?: string, link?: string }} Electron `link`: of /usr/bin, where a .deb is made */

/** @param {Electron} electron @param {string[]} [linuxTargets] @param {NodeJS.ProcessEnv} [env] @returns {import('electron-builder').Configuration} */
export function packConfig(electron, linuxTargets, env = process.env) {
  const feed = env.MOGOLY_UPDATE_URL;
  return {
    appId: 'dev.mogoly.app',
    productName: 'Mogoly',
    copyright: 'The Mogoly authors',
    directories: { output: `${ROOT}/release`, buildResources: `${ROOT}/build/icons` },
    // dist/ carries its dependencies bundled, so no node_modules is shipped.
    files: [
      'dist/{main,preload}.cjs',
      'dist/{renderer,icons}/**',
      'dist/packaged/**/*.cjs',
      '!dist/**/*.map',
      'package.json',
      'LICENSE',
      '!node_modules/**',
    ],
    asar: true,
    // A .deb must name a home page; a reserved name until the project has one.
    extraMetadata: { homepage: 'https://mogoly.test', main: 'dist/packaged/entry.cjs', desktopName: 'mogoly.desktop' },
    npmRebuild: false,
    electronVersion: electron.version,
    ...(electron.official ? {} : { electronDist: electron.distribution }),
    electronFuses: fuses(electron),
    afterPack: tidy,
    publish: feed ? [{ provider: 'generic', url: feed, channel: 'latest' }] : null,
    linux: {
      target: linuxTargets ?? ['AppImage', 'deb', 'tar.gz'],
      // `mogoly` is the command.
      executableName: 'mogoly-app',
      syncDesktopName: true,
      category: 'Development',
      icon: `${ROOT}/build/icons`,
      maintainer: 'The Mogoly authors <mogoly@mogoly.test>',
      synopsis: 'Local development routing',
      extraResources: resources('mogoly'),
    },
    deb: debian(electron.link),
    mac: {
      category: 'public.app-category.developer-tools',
      target: ['dmg', 'zip'],
      icon: `${ROOT}/build/icons/1024x1024.png`,
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: `${ROOT}/build/package/mac/entitlements.plist`,
      entitlementsInherit: `${ROOT}/build/package/mac/entitlements.inherit.plist`,
      notarize: Boolean(env.APPLE_API_KEY || env.APPLE_ID || env.APPLE_KEYCHAIN_PROFILE),
      extraResources: resources('mogoly'),
    },
    win: {
      target: ['nsis', 'zip'],
      icon: `${ROOT}/build/icons/256x256.png`,
      verifyUpdateCodeSignature: true,
      extraResources: resources('win/mogoly.cmd'),
    },
    nsis: { include: `${ROOT}/build/package/win/installer.nsh`, oneClick: true, perMachine: false },
  };
}

/** @param {string | undefined} link @returns {import('electron-builder').DebOptions} */
function debian(link) {
  const folder = `${ROOT}/build/package/linux`;
  return {
    depends: DEB_DEPENDS,
    // The tray of desktops without one of their own; certutil for browsers' stores.
    recommends: ['libayatana-appindicator3-1 | libappindicator3-1', 'libnss3-tools', 'ca-certificates'],
    packageCategory: 'devel',
    afterInstall: `${folder}/after-install.sh`,
    afterRemove: `${folder}/after-remove.sh`,
    fpm: [
      `--before-remove=${folder}/before-remove.sh`,
      `${folder}/copyright=/usr/share/doc/mogoly/copyright`,
      `${folder}/lintian-overrides=/usr/share/lintian/overrides/mogoly`,
      ...(link ? [`${link}=/usr/bin/mogoly`] : []),
    ],
  };
}
