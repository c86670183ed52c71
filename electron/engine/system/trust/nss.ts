/** NSS databases: Chromium's on Linux, and one for each Firefox profile everywhere. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StepCommand, SystemStep } from '../../../../shared/system-change.ts';
import { OUR_NAME, shortPrint, type StoreDeps, type TrustedRoot, type TrustStore } from './store.ts';

/** What brings certutil, by what installs packages there. */
const PACKAGES = 'libnss3-tools (Debian), nss-tools (Fedora), nss (Arch, Homebrew)';

/** Of Chromium and what is built from it; the old place wins where it is there, a fresh home gets the new one. */
const CHROMIUM_FOLDERS = ['.pki/nssdb', '.local/share/pki/nssdb', 'snap/chromium/current/.pki/nssdb'];
const NEW_CHROMIUM_FOLDER = '.local/share/pki/nssdb';

const FIREFOX_FOLDERS: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: [
    '.mozilla/firefox',
    '.config/mozilla/firefox',
    'snap/firefox/common/.mozilla/firefox',
    '.var/app/org.mozilla.firefox/.mozilla/firefox',
  ],
  darwin: ['Library/Application Support/Firefox/Profiles'],
  win32: ['AppData/Roaming/Mozilla/Firefox/Profiles'],
};

/** One store for each database there is or will be. */
export async function nssStores(deps: StoreDeps): Promise<TrustStore[]> {
  const { userHome, platform } = deps;
  const stores: TrustStore[] = [];
  if (platform === 'linux') {
    for (const folder of CHROMIUM_FOLDERS) {
      const path = join(userHome, folder);
      if (!existsSync(path) && folder !== NEW_CHROMIUM_FOLDER) continue;
      const isSnap = folder.startsWith('snap');
      const place = isSnap ? ', snap' : folder === NEW_CHROMIUM_FOLDER ? '' : ', old place';
      stores.push(
        nss(deps, `nss:${folder}`, `Chromium (NSS${place})`, path, 'Read by Chromium, Chrome, Edge and Brave.'),
      );
    }
  }
  for (const folder of FIREFOX_FOLDERS[platform] ?? []) {
    const profiles = await readdir(join(userHome, folder)).catch(() => []);
    for (const profile of profiles.sort()) {
      const path = join(userHome, folder, profile);
      if (existsSync(join(path, 'cert9.db')))
        stores.push(
          nss(
            deps,
            `nss:${folder}/${profile}`,
            `Firefox (${basename(profile)})`,
            path,
            'Read by this Firefox profile.',
          ),
        );
    }
  }
  return stores;
}

function nss({ run }: StoreDeps, id: string, name: string, path: string, detail: string): TrustStore {
  const database = `sql:${path}`;
  const nick = (pem: string): string => `${OUR_NAME} ${shortPrint(pem)}`;
  const certutil = (...args: string[]): StepCommand => ({ file: 'certutil', args: ['-d', database, ...args] });
  const drop = (nickname: string): StepCommand => certutil('-D', '-n', nickname);
  /** Undefined without certutil. */
  const ours = async (): Promise<string[] | undefined> => {
    const { code, stdout } = await run('certutil', ['-d', database, '-L']);
    if (code === 127) return undefined;
    return [...stdout.matchAll(new RegExp(`^(${OUR_NAME} [0-9a-f]{8})\\s+\\S+\\s*$`, 'gm'))].map(([, found]) => found!);
  };
  const add = ({ pem, file }: TrustedRoot): StepCommand[] => {
    const fresh = existsSync(join(path, 'cert9.db'))
      ? []
      : [{ file: 'mkdir', args: ['-p', path] }, certutil('-N', '--empty-password')];
    return [...fresh, certutil('-A', '-t', 'C,,', '-n', nick(pem), '-i', file)];
  };
  const step = (title: string, commands: StepCommand[], undo: StepCommand[]): SystemStep => ({
    title,
    privileged: false,
    commands,
    writes: [join(path, 'cert9.db')],
    undo,
  });
  return {
    id,
    name,
    async state(root) {
      const found = await ours();
      if (found === undefined)
        return {
          state: 'unavailable',
          detail: `${detail} The program certutil is not installed.`,
          fix: `Install ${PACKAGES}.`,
        };
      if (found.includes(nick(root.pem))) return { state: 'trusted', detail };
      return { state: found.length > 0 ? 'otherRoot' : 'notTrusted', detail };
    },
    async installSteps(root) {
      const found = (await ours()) ?? [];
      const former = found.filter((nickname) => nickname !== nick(root.pem));
      if (found.length > 0 && former.length < found.length && former.length === 0) return [];
      const isThere = former.length < found.length;
      const commands = [...former.map(drop), ...(isThere ? [] : add(root))];
      return [step(`Trust the local CA in ${name}`, commands, isThere ? [] : [drop(nick(root.pem))])];
    },
    async removeSteps(root) {
      const found = (await ours()) ?? [];
      if (found.length === 0) return [];
      const back = found.includes(nick(root.pem)) ? add(root) : [];
      return [step(`Remove the local CA from ${name}`, found.map(drop), back)];
    },
  };
}
