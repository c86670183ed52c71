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
  /** `dropped`: files of the folder that are gone since. */
  update: (dropped: readonly string[]) => StepCommand;
}

/**
 * Of a file that is gone from its local folder Debian's program takes nothing back, not even with --fresh: its link stays
 * in /etc/ssl/certs, and Java goes on to trust it. Both go when the list of certificates says `!NAME`, as it does for the
 * packaged ones (update-ca-certificates(8)); this gives it a list that says so for once.
 */
const FORGET_ON_DEBIAN =
  'list=$(mktemp) && trap \'rm -f "$list"\' EXIT && cat /etc/ca-certificates.conf > "$list" && ' +
  'printf "!%s\\n" "$@" >> "$list" && update-ca-certificates --certsconf "$list"';

function updateDebian(dropped: readonly string[]): StepCommand {
  if (dropped.length === 0) return { file: 'update-ca-certificates', args: [] };
  const names = dropped.map((file) => posix.basename(file));
  return { file: 'sh', args: ['-c', FORGET_ON_DEBIAN, 'update-ca-certificates', ...names] };
}

/** In this order: Arch has the folders of others too. */
const FAMILIES: readonly Family[] = [
  {
    name: 'Debian system store',
    folder: '/usr/local/share/ca-certificates',
    program: '/usr/sbin/update-ca-certificates',
    update: updateDebian,
  },
  {
    name: 'openSUSE system store',
    folder: '/etc/pki/trust/anchors',
    program: '/usr/sbin/update-ca-certificates',
    update: () => ({ file: 'update-ca-certificates', args: [] }),
  },
  {
    name: 'Arch system store',
    folder: '/etc/ca-certificates/trust-source/anchors',
    program: '/usr/bin/trust',
    update: () => ({ file: 'trust', args: ['extract-compat'] }),
  },
  {
    name: 'Fedora system store',
    folder: '/etc/pki/ca-trust/source/anchors',
    program: '/usr/bin/update-ca-trust',
    update: () => ({ file: 'update-ca-trust', args: ['extract'] }),
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
    const undo = [...added.map(drop), ...back, family!.update(added)];
    const all = [...commands, family!.update(dropped)];
    return { title, privileged: true, commands: all, writes: [...added, ...dropped], undo };
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
      return [await step(`Remove the local CA from the ${family.name}`, found.map(drop), [], found)];
    },
  };
}

const put = (file: string, content: string): StepCommand => ({ file: 'tee', args: [file], input: content });
const drop = (file: string): StepCommand => ({ file: 'rm', args: ['-f', file] });
