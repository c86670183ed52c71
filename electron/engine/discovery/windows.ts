/** Listening sockets of this user on Windows, from PowerShell. */
import { z } from 'zod';
import { MAX_SOCKETS, type ListeningSocket, type Run } from './socket.ts';

/** Windows tells the command line of one's own processes alone, and the folder of none. */
export const LIST_SCRIPT = [
  '$ErrorActionPreference = "Stop"',
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
  '$processes = @{}',
  'Get-CimInstance Win32_Process -Property ProcessId,Name,CommandLine | ForEach-Object { $processes[[int]$_.ProcessId] = $_ }',
  '$rows = Get-NetTCPConnection -State Listen | ForEach-Object {',
  '  $process = $processes[[int]$_.OwningProcess]',
  '  [pscustomobject]@{ address = [string]$_.LocalAddress; port = [int]$_.LocalPort; pid = [int]$_.OwningProcess;',
  '    name = [string]$process.Name; command = [string]$process.CommandLine }',
  '}',
  'ConvertTo-Json -Compress -InputObject @($rows)',
].join('\n');

const rowsSchema = z.array(
  z.object({ address: z.string(), port: z.number(), pid: z.number(), name: z.string(), command: z.string() }),
);

export async function listOnWindows(run: Run): Promise<ListeningSocket[]> {
  const { stdout } = await run('powershell.exe', [
    '-NoProfile',
    '-NonInteractive',
    '-ExecutionPolicy',
    'Bypass',
    '-Command',
    LIST_SCRIPT,
  ]);
  return parseRows(stdout);
}

/** Those whose command line Windows tells: the user's own. */
export function parseRows(text: string): ListeningSocket[] {
  const rows = rowsSchema.safeParse(parsed(text.replace(/^\uFEFF/, '')));
  return (rows.success ? rows.data : [])
    .filter(({ command }) => command !== '')
    .slice(0, MAX_SOCKETS)
    .map(({ address, port, pid, name, command }) => {
      const words = splitCommandLine(command);
      const folder = projectOf(words);
      return {
        address: address.replace(/%.*$/, ''),
        port,
        pid,
        process: name.replace(/\.exe$/i, ''),
        command: words,
        ...(folder === undefined ? {} : { folder }),
      };
    });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // PowerShell said something else: nothing is found
  }
}

const splitCommandLine = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

/** `C:\shop\node_modules\vite\bin\vite.js` runs for `C:\shop`. */
const projectOf = (words: readonly string[]): string | undefined =>
  words.flatMap((word) => /^([a-z]:\\.*?)\\node_modules\\/i.exec(word)?.[1] ?? [])[0];
