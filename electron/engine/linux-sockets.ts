/** TCP sockets that listen on this Linux, and the processes that hold them, as /proc tells. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { posix } from 'node:path';

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

/** Of all users. A kernel without IPv6 has one table alone. */
export async function listeningSockets(proc: string): Promise<KernelSocket[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(posix.join(proc, 'net', name), 'utf8').catch(() => '')),
  );
  return tables.flatMap(parseKernelTable);
}

export const processes = async (proc: string): Promise<number[]> =>
  (await readdir(proc)).filter((name) => /^\d+$/.test(name)).map(Number);

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

/** Inode → process, of those that this user may see. A socket that several hold belongs to the oldest. */
export async function holders(
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
