/** Which process listens on a TCP port. */
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { holders, listeningSockets, processes, type KernelSocket } from '../../linux-sockets.ts';
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
  const inTheWay = (await listeningSockets(proc)).filter(
    (socket) => socket.port === port && isInTheWay(socket, addresses),
  );
  if (inTheWay.length === 0) return undefined;
  const owners = await holders(new Set(inTheWay.map(({ inode }) => inode)), await processes(proc), proc);
  const [pid] = [...owners.values()].sort((a, b) => a - b);
  return pid === undefined ? OF_ANOTHER_USER : described(proc, pid);
}

async function described(proc: string, pid: number): Promise<PortOwner> {
  const read = (name: string): Promise<string> => readFile(posix.join(proc, String(pid), name), 'utf8').catch(() => '');
  const name = (await read('comm')).trim() || 'a program';
  const command = (await read('cmdline')).replaceAll('\0', ' ').replace(/\s+/g, ' ').trim();
  const shown = command.length > MAX_COMMAND_LENGTH ? `${command.slice(0, MAX_COMMAND_LENGTH)}…` : command;
  return { pid, name, ...(shown === '' ? {} : { command: shown }) };
}

/** Loopback has many addresses: a stub resolver on 127.0.0.53 leaves ours free. */
function isInTheWay({ address }: KernelSocket, addresses: readonly string[]): boolean {
  const isOtherLoopback = address.startsWith('127.') && address !== '127.0.0.1';
  return !isOtherLoopback || addresses.some((each) => each === '0.0.0.0' || each === '::');
}
