/** Which process listens on a TCP port. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import type { RunCommand } from '../command.ts';

export interface PortOwner {
  pid: number;
  name: string;
}

const LISTENING = '0A';

/** Undefined where nobody does, or nobody that this user may see. */
export async function portOwner(
  port: number,
  platform: NodeJS.Platform,
  run: RunCommand,
): Promise<PortOwner | undefined> {
  if (platform === 'linux') return ownerOnLinux(port);
  if (platform === 'win32') return ownerOnWindows(port, run);
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  return parseLsof(stdout);
}

export function parseLsof(text: string): PortOwner | undefined {
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

export function parseNetstat(text: string, port: number): number | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [protocol, local, , state, pid] = line.trim().split(/\s+/);
    if (protocol === 'TCP' && state === 'LISTENING' && local?.endsWith(`:${port}`)) return Number(pid);
  }
  return undefined;
}

async function ownerOnLinux(port: number): Promise<PortOwner | undefined> {
  const inodes = new Set<string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const inode of listeningInodes(await readFile(file, 'utf8').catch(() => ''), port)) inodes.add(inode);
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = posix.join('/proc', pid, 'fd');
    for (const fd of await readdir(folder).catch(() => [])) {
      const inode = /^socket:\[(\d+)\]$/.exec(await readlink(posix.join(folder, fd)).catch(() => ''))?.[1];
      if (inode !== undefined && inodes.has(inode))
        return {
          pid: Number(pid),
          name: (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a program')).trim(),
        };
    }
  }
  return undefined;
}

/** From a table of the kernel: local address, state and inode of each socket. */
export function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    return fields[1]?.endsWith(`:${hex}`) && fields[3] === LISTENING && fields[9] !== undefined ? [fields[9]] : [];
  });
}
