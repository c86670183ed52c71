/** What each way of making the operating system find our names has in common. */
import { posix, win32 } from 'node:path';
import { normaliseHost } from '../../../../shared/host.ts';
import { failure, problem, type Result } from '../../../../shared/problem.ts';
import { readText } from '../files.ts';
import type { SystemStep } from '../../../../shared/system-change.ts';
import type { NamesMethodId, NamesState, WantedNames } from '../../../../shared/system-names.ts';

/** First line of every file that is ours as a whole. */
export const OUR_MARK = '# Written by Mogoly; "mogoly domain" installs and removes it.';

export interface CommandAnswer {
  code: number;
  stdout: string;
}

export interface MethodDeps {
  platform: NodeJS.Platform;
  /** `/`, or a tree that a test made. */
  fsRoot: string;
  /** Runs a program without privileges; a program that is not there answers 127. */
  run: (file: string, args: readonly string[]) => Promise<CommandAnswer>;
}

export interface MethodState {
  state: NamesState;
  /** One sentence. */
  reason: string;
}

/** What a method gets: zones it may route, hosts left for a hosts file, and a DNS that answers. */
export interface MethodWants extends WantedNames {
  dns: { address: string; port: number };
}

export interface NamesMethod {
  id: NamesMethodId;
  name: string;
  /** Whether this machine has what it needs, whatever the config. */
  applicable: () => Promise<{ ok: boolean; reason: string }>;
  state: (wanted: MethodWants) => Promise<MethodState>;
  installSteps: (wanted: MethodWants) => Promise<Result<SystemStep[]>>;
  /** None where there is nothing of ours. */
  removeSteps: () => Promise<Result<SystemStep[]>>;
}

/** The path on this machine of an absolute path of the operating system, `/etc/hosts` or `/Windows/…`. */
export function under({ platform, fsRoot }: MethodDeps, path: string): string {
  return platform === 'win32' && !fsRoot.startsWith('/') ? win32.join(fsRoot, path) : posix.join(fsRoot, path);
}

export const isOurs = (text: string | undefined): boolean => text?.startsWith(OUR_MARK) ?? false;

/** Name servers that the C library asks, from `/etc/resolv.conf`. */
export async function nameServers(deps: MethodDeps): Promise<string[]> {
  const text = (await readText(under(deps, '/etc/resolv.conf'))) ?? '';
  return text.split('\n').flatMap((line) => {
    const [key, address] = line.trim().split(/\s+/);
    return key === 'nameserver' && address !== undefined ? [address] : [];
  });
}

/** `.local` belongs to multicast DNS (RFC 6762 section 3). */
export const isLocalName = (name: string): boolean => name === 'local' || name.endsWith('.local');

/** Whether the host is the zone itself or a name in it. */
export const isInZone = (host: string, zone: string): boolean => host === zone || host.endsWith(`.${zone}`);

/** A zone that may stand in a file or a command of the system as it is. */
export const isPlainZone = (zone: string): boolean => normaliseHost(zone) === zone && /^[a-z\d]/.test(zone);

/** A file where ours would go, without our mark. */
export const fileTaken = (path: string) =>
  failure(
    problem('NAMES_FILE_TAKEN', `${path} is there and is not ours.`, {
      fix: 'See what wrote it, move it away, then try again.',
    }),
  );
