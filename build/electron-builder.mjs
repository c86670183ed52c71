/**
 * How the app is packaged: the official Electron and every format of the platform; on a network that cannot reach it,
 * what can be made of the stand-in runtime (build/electron.mjs), for tests only.
 */
import { ROOT } from './root.mjs';

/** @param {{ executable: string, version: string, official: boolean }} electron @param {string[]} [linuxTargets] @returns {import('electron-builder').Configuration} */
export function packConfig(electron, linuxTargets) {
  return {
    appId: 'dev.mogoly.app',
    productName: 'Mogoly',
    copyright: 'The Mogoly authors',
    directories: { output: `${ROOT}/release`, buildResources: `${ROOT}/build/icons` },
    // dist/ carries its dependencies bundled, so no node_modules is shipped.
    files: ['dist/**', '!dist/**/*.map', '!dist/.built', 'package.json', 'LICENSE', '!node_modules/**'],
    asar: true,
    // A .deb must name a home page; a reserved name until the project has one.
    extraMetadata: { homepage: 'https://mogoly.test' },
    npmRebuild: false,
    electronVersion: electron.version,
    ...(electron.official ? {} : { electronDist: electron.distribution }),
    electronFuses: {
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      // Off, Playwright could not attach to the packaged app; the shipped build turns it off.
      enableNodeCliInspectArguments: !electron.official,
      onlyLoadAppFromAsar: true,
    },
    linux: {
      target: linuxTargets ?? ['AppImage', 'deb', 'tar.gz'],
      executableName: 'mogoly',
      category: 'Development',
      icon: `${ROOT}/build/icons`,
      maintainer: 'The Mogoly authors',
      synopsis: 'Local development routing',
    },
    mac: {
      category: 'public.app-category.developer-tools',
      target: ['dmg', 'zip'],
      icon: `${ROOT}/build/icons/1024x1024.png`,
    },
    win: { target: ['nsis', 'zip'], icon: `${ROOT}/build/icons/256x256.png` },
  };
}
