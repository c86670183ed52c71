/** The system stores of Linux: read by curl, openssl, wget, git and most of what is not a browser. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { readText } from '../files.ts';
import type { StepCommand, SystemStep } from '../../../../shared/system-change.ts';
import { shortPrint, type StoreDeps, type TrustedRoot, type TrustStore } from './store.ts';

interface Family {
  name: string;
  folder: string;
  /** Told by this file, where folders of others may be there too. */
  program: string;
  update: StepCommand;
}

const UPDATE_CERTIFICATES: StepCommand = { file: 'update-ca-certificates', args: [] };

/** In this order: Arch has the folders of others too. */
const FAMILIES: readonly Family[] = [
  {
    name: 'Debian system store',
    folder: '/usr/local/share/ca-certificates',
    program: '/usr/sbin/update-ca-certificates',
    update: UPDATE_CERTIFICATES,
  },
  {
    name: 'openSUSE system store',
    folder: '/etc/pki/trust/anchors',
    program: '/usr/sbin/update-ca-certificates',
    update: UPDATE_CERTIFICATES,
  },
  {
    name: 'Arch system store',
    folder: '/etc/ca-certificates/trust-source/anchors',
    program: '/usr/bin/trust',
    update: { file: 'trust', args: ['extract-compat'] },
  },
  {
    name: 'Fedora system store',
    folder: '/etc/pki/ca-trust/source/anchors',
    program: '/usr/bin/update-ca-trust',
    update: { file: 'update-ca-trust', args: ['extract'] },
  },
];

export function linuxSystem(deps: StoreDeps): TrustStore {
  const at = (path: string): string => posix.join(deps.fsRoot, path);
  const family = FAMILIES.find(({ folder, program }) => existsSync(at(folder)) && existsSync(at(program)));
  const fileOf = ({ pem }: TrustedRoot): string => posix.join(at(family!.folder), `mogoly-${shortPrint(pem)}.crt`);
  const ours = async (): Promise<string[]> => {
    const names = family === undefined ? [] : await readdir(at(family.folder)).catch(() => []);
    return names
      .filter((name) => /^mogoly-[0-9a-f]{8}\.crt$/.test(name))
      .map((name) => posix.join(at(family!.folder), name));
  };
  const step = async (
    title: string,
    commands: StepCommand[],
    added: string[],
    dropped: string[],
  ): Promise<SystemStep> => {
    const back = await Promise.all(dropped.map(async (file) => put(file, (await readText(file)) ?? '')));
    const undo = [...added.map(drop), ...back, family!.update];
    return { title, privileged: true, commands: [...commands, family!.update], writes: [...added, ...dropped], undo };
  };
  return {
    id: 'system',
    name: family?.name ?? 'System store',
    isSystem: true,
    async state(root) {
      if (family === undefined)
        return {
          state: 'unavailable',
          detail: 'This system has no store that Mogoly knows.',
          fix: 'Install the package ca-certificates.',
        };
      const found = await ours();
      const detail = 'Read by curl, openssl, wget and git.';
      if (found.includes(fileOf(root))) return { state: 'trusted', detail };
      return { state: found.length > 0 ? 'otherRoot' : 'notTrusted', detail };
    },
    async installSteps(root) {
      const file = fileOf(root);
      const found = await ours();
      const former = found.filter((other) => other !== file);
      if (family === undefined || (found.includes(file) && former.length === 0)) return [];
      return [
        await step(
          `Trust the local CA in the ${family.name}`,
          [...former.map(drop), put(file, root.pem)],
          [file],
          former,
        ),
      ];
    },
    async removeSteps() {
      const found = await ours();
      if (family === undefined || found.length === 0) return [];
      return [await step(`Take the local CA out of the ${family.name}`, found.map(drop), [], found)];
    },
  };
}

const put = (file: string, content: string): StepCommand => ({ file: 'tee', args: [file], input: content });
const drop = (file: string): StepCommand => ({ file: 'rm', args: ['-f', file] });
