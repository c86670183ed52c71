/** Listening sockets of this user on Linux, from /proc: the kernel's tables, and the descriptors of each process. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { MAX_SOCKETS, type ListeningSocket } from './socket.ts';

/** State of a listening socket, as the kernel writes it. */
const LISTENING = '0A';
/** One process at a time would take a second on a busy machine; all at once, too many descriptors. */
const PROCESSES_AT_ONCE = 32;

export interface KernelSocket {
  address: string;
  port: number;
  uid: number;
  inode: string;
}

/** Of the look before: only a socket that was not there then is looked for among the processes. */
export interface LastLook {
  /** By inode. */
  sockets: ReadonlyMap<string, ListeningSocket>;
  pids: ReadonlySet<number>;
}

export const firstLook = (): LastLook => ({ sockets: new Map(), pids: new Set() });

/** `last` is brought up to date. */
export async function listOnLinux(uid: number, proc = '/proc', last = firstLook()): Promise<ListeningSocket[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(posix.join(proc, 'net', name), 'utf8').catch(() => '')),
  );
  const listening = tables
    .flatMap(parseKernelTable)
    .filter((socket) => socket.uid === uid)
    .slice(0, MAX_SOCKETS);
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

/** From `/proc/net/tcp` or `tcp6`: those that listen. */
export function parseKernelTable(table: string): KernelSocket[] {
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [host = '', port = ''] = fields[1]?.split(':') ?? [];
    if (fields[3] !== LISTENING || fields[9] === undefined) return [];
    return [{ address: addressOf(host), port: Number.parseInt(port, 16), uid: Number(fields[7]), inode: fields[9] }];
  });
}

/** The kernel writes each 32-bit word of an address in the order of the machine, little-endian where we run. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    word
      .match(/../g)!
      .reverse()
      .map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[at * 2]! << 8) | bytes[at * 2 + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/**
 * Inode → process. A socket that several hold belongs to the oldest, which the others were forked from. Processes that
 * came since the last look are asked first: a server that just started mostly is one of them, and the rest are many.
 */
async function ownersOf(inodes: ReadonlySet<string>, proc: string, last: LastLook): Promise<Map<string, number>> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name)).map(Number);
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

async function holders(
  inodes: ReadonlySet<string>,
  pids: readonly number[],
  proc: string,
): Promise<Map<string, number>> {
  const owners = new Map<string, number>();
  for (let at = 0; at < pids.length; at += PROCESSES_AT_ONCE)
    await Promise.all(
      pids.slice(at, at + PROCESSES_AT_ONCE).map(async (pid) => {
        for (const inode of await socketsOf(pid, proc))
          if (inodes.has(inode)) owners.set(inode, Math.min(pid, owners.get(inode) ?? pid));
      }),
    );
  return owners;
}

/** Empty for a process that is gone or another user's. */
async function socketsOf(pid: number, proc: string): Promise<string[]> {
  const folder = posix.join(proc, String(pid), 'fd');
  const links = await Promise.all(
    (await readdir(folder).catch(() => [])).map((fd) => readlink(posix.join(folder, fd)).catch(() => '')),
  );
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
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
