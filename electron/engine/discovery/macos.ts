/** Listening sockets of this user on macOS, from lsof and ps. */
import { MAX_SOCKETS, type ListeningSocket, type Run } from './socket.ts';

export async function listOnMacos(uid: number, run: Run): Promise<ListeningSocket[]> {
  const listening = await run('lsof', ['-nP', '-a', '-u', String(uid), '-iTCP', '-sTCP:LISTEN', '-FpcPtn']);
  const sockets = parseListening(listening.stdout).slice(0, MAX_SOCKETS);
  const pids = [...new Set(sockets.flatMap(({ pid }) => pid ?? []))].join(',');
  if (pids === '') return [];
  const [folders, commands] = await Promise.all([
    run('lsof', ['-nP', '-a', '-d', 'cwd', '-p', pids, '-Fpn']),
    run('ps', ['-ww', '-o', 'pid=,args=', '-p', pids]),
  ]);
  const folderOf = parseFolders(folders.stdout);
  const commandOf = parseCommands(commands.stdout);
  return sockets.map((socket) => {
    const folder = folderOf.get(socket.pid!);
    const command = commandOf.get(socket.pid!);
    return { ...socket, ...(folder === undefined ? {} : { folder }), ...(command === undefined ? {} : { command }) };
  });
}

/** Output of `lsof -F`: one field a line, its letter first; a process (p, c), then its files (f, t, P, n). */
export function parseListening(text: string): (ListeningSocket & { pid: number })[] {
  const found: (ListeningSocket & { pid: number })[] = [];
  let [pid, process, type] = [0, '', ''];
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    // lsof writes what is no letter in a name as \x20.
    if (line.startsWith('c')) process = value.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => charOf(hex));
    if (line.startsWith('t')) type = value;
    if (!line.startsWith('n')) continue;
    const [, host, port] = /^(.+):(\d+)$/.exec(value) ?? [];
    if (host === undefined || pid === 0) continue;
    found.push({ pid, process, port: Number(port), address: addressOf(host, type) });
  }
  return found;
}

const charOf = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

function addressOf(host: string, type: string): string {
  if (host === '*') return type === 'IPv6' ? '::' : '0.0.0.0';
  return host.replace(/^\[|\]$/g, '');
}

export function parseFolders(text: string): Map<number, string> {
  const folders = new Map<number, string>();
  let pid = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    if (line.startsWith('n/')) folders.set(pid, line.slice(1));
  }
  return folders;
}

export function parseCommands(text: string): Map<number, string[]> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, pid, command] = /^\s*(\d+)\s+(.+)$/.exec(line) ?? [];
      return command === undefined ? [] : [[Number(pid), command.trim().split(/\s+/)] as const];
    }),
  );
}
