/** Listening sockets of this user on Linux, from /proc: the kernel's tables, and the descriptors of each process. */
import { readFile, readlink } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { holders, listeningSockets, processes, type KernelSocket } from '../linux-sockets.ts';
import { MAX_SOCKETS, type ListeningSocket } from './socket.ts';

/** Of the look before: only a socket that was not there then is looked for among the processes. */
export interface LastLook {
  /** By inode. */
  sockets: ReadonlyMap<string, ListeningSocket>;
  pids: ReadonlySet<number>;
}

export const firstLook = (): LastLook => ({ sockets: new Map(), pids: new Set() });

/** `last` is brought up to date. */
export async function listOnLinux(uid: number, proc = '/proc', last = firstLook()): Promise<ListeningSocket[]> {
  const listening = (await listeningSockets(proc)).filter((socket) => socket.uid === uid).slice(0, MAX_SOCKETS);
  const fresh = listening.filter(({ inode }) => !last.sockets.has(inode));
  const found = fresh.length === 0 ? new Map<string, ListeningSocket>() : await describeAll(fresh, proc, last);
  last.sockets = new Map(
    listening.flatMap(({ inode }) => {
      const socket = last.sockets.get(inode) ?? found.get(inode);
      return socket === undefined ? [] : [[inode, socket] as const];
    }),
  );
  return [...last.sockets.values()];
}

async function describeAll(
  sockets: readonly KernelSocket[],
  proc: string,
  last: LastLook,
): Promise<Map<string, ListeningSocket>> {
  const owners = await ownersOf(new Set(sockets.map(({ inode }) => inode)), proc, last);
  const described = new Map<number, Promise<Partial<ListeningSocket>>>();
  const entries = sockets.map(async ({ address, port, inode }): Promise<[string, ListeningSocket]> => {
    const pid = owners.get(inode);
    if (pid === undefined) return [inode, { address, port }];
    if (!described.has(pid)) described.set(pid, describe(pid, proc));
    return [inode, { address, port, pid, ...(await described.get(pid)) }];
  });
  return new Map(await Promise.all(entries));
}

/**
 * Inode → process. A socket that several hold belongs to the oldest, which the others were forked from. Processes that
 * came since the last look are asked first: a server that just started mostly is one of them, and the rest are many.
 */
async function ownersOf(inodes: ReadonlySet<string>, proc: string, last: LastLook): Promise<Map<string, number>> {
  const pids = await processes(proc);
  const known = last.pids;
  last.pids = new Set(pids);
  const owners = await holders(
    inodes,
    pids.filter((pid) => !known.has(pid)),
    proc,
  );
  if (owners.size === inodes.size) return owners;
  const rest = new Set([...inodes].filter((inode) => !owners.has(inode)));
  const others = await holders(
    rest,
    pids.filter((pid) => known.has(pid)),
    proc,
  );
  return new Map([...owners, ...others]);
}

async function describe(pid: number, proc: string): Promise<Partial<ListeningSocket>> {
  const of = (name: string): string => posix.join(proc, String(pid), name);
  const [line, name, folder] = await Promise.all([
    readFile(of('cmdline'), 'utf8').catch(() => ''),
    readFile(of('comm'), 'utf8').catch(() => ''),
    readlink(of('cwd')).catch(() => undefined),
  ]);
  const command = line.split('\0').filter((part) => part !== '');
  // A thread may give its process another name, as Node does with its main one; the program's own says more.
  const program = command[0] === undefined ? name.trim() : basename(command[0].split(' ')[0]!);
  return { process: program || name.trim(), command, ...(folder === undefined ? {} : { folder }) };
}
