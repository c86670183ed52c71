/** Which process listens on a TCP port. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import type { RunCommand } from '../command.ts';

export interface PortOwner {
  /** Undefined for a process of another user, which this one may not see. */
  pid: number | undefined;
  name: string;
  /** How it was started, shortened. */
  command?: string;
}

/** Undefined where nobody holds the port on one of the addresses. */
export type FindPortOwner = (port: number, addresses: readonly string[]) => Promise<PortOwner | undefined>;

const LISTENING = '0A';
const MAX_COMMAND_LENGTH = 80;
const OF_ANOTHER_USER: PortOwner = { pid: undefined, name: 'a program of another user' };

export function createPortOwner(platform: NodeJS.Platform, run: RunCommand, fsRoot = '/'): FindPortOwner {
  if (platform === 'linux') return (port, addresses) => ownerOnLinux(port, addresses, fsRoot);
  if (platform === 'win32') return (port) => ownerOnWindows(port, run);
  return async (port) => parseLsof((await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'])).stdout);
}

/** `-F` gives one field a line: `p` and the process, `c` and its name. */
function parseLsof(text: string): PortOwner | undefined {
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  const name = /^c(.+)$/m.exec(text)?.[1];
  return pid === undefined ? undefined : { pid: Number(pid), name: name ?? 'a program' };
}

/** `netstat -ano` names the process by its number, `tasklist` by its name. */
async function ownerOnWindows(port: number, run: RunCommand): Promise<PortOwner | undefined> {
  const pid = parseNetstat((await run('netstat', ['-ano', '-p', 'TCP'])).stdout, port);
  if (pid === undefined) return undefined;
  const { stdout } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']);
  return { pid, name: /^"([^"]+)"/.exec(stdout)?.[1] ?? 'a program' };
}

/** The words for the state are translated; nobody is at the other end of what listens. */
function parseNetstat(text: string, port: number): number | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [protocol, local, remote, , pid] = line.trim().split(/\s+/);
    if (protocol === 'TCP' && remote?.endsWith(':0') && local?.endsWith(`:${port}`)) return Number(pid);
  }
  return undefined;
}

async function ownerOnLinux(
  port: number,
  addresses: readonly string[],
  fsRoot: string,
): Promise<PortOwner | undefined> {
  const proc = posix.join(fsRoot, 'proc');
  const inodes = new Set<string>();
  for (const file of ['net/tcp', 'net/tcp6']) {
    const table = await readFile(posix.join(proc, file), 'utf8').catch(() => ''); // a kernel without IPv6
    for (const inode of listeningInodes(table, port, addresses)) inodes.add(inode);
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir(proc)).filter((name) => /^\d+$/.test(name))) {
    if (await holds(posix.join(proc, pid, 'fd'), inodes)) return described(proc, Number(pid));
  }
  return OF_ANOTHER_USER;
}

async function holds(folder: string, inodes: ReadonlySet<string>): Promise<boolean> {
  for (const fd of await readdir(folder).catch(() => [])) {
    const link = await readlink(posix.join(folder, fd)).catch(() => ''); // closed meanwhile
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

async function described(proc: string, pid: number): Promise<PortOwner> {
  const read = (name: string): Promise<string> => readFile(posix.join(proc, String(pid), name), 'utf8').catch(() => '');
  const name = (await read('comm')).trim() || 'a program';
  const command = (await read('cmdline')).replaceAll('\0', ' ').replace(/\s+/g, ' ').trim();
  const shown = command.length > MAX_COMMAND_LENGTH ? `${command.slice(0, MAX_COMMAND_LENGTH)}…` : command;
  return { pid, name, ...(shown === '' ? {} : { command: shown }) };
}

/** From a table of the kernel: local address, state and inode of each socket that is in the way of ours. */
function listeningInodes(table: string, port: number, addresses: readonly string[]): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address = '', at] = local.split(':');
    return at === hex && state === LISTENING && inode !== undefined && isInTheWay(address, addresses) ? [inode] : [];
  });
}

/** Loopback has many addresses: a stub resolver on 127.0.0.53 leaves ours free. */
function isInTheWay(hex: string, addresses: readonly string[]): boolean {
  const isOtherLoopback = hex.length === 8 && hex.endsWith('7F') && hex !== '0100007F';
  return !isOtherLoopback || addresses.some((address) => address === '0.0.0.0' || address === '::');
}
