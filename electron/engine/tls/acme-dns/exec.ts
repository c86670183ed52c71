/** TXT records set by a command of the user's: `command [args…] present|cleanup NAME VALUE`. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { acmeError, reasonOf } from '../acme-error.ts';
import type { DnsProvider } from './provider.ts';

export interface ExecConfig {
  command: string;
  args?: string[] | undefined;
}

/** A provider's API may be slow; a command that hangs is killed. */
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
/** Of what the command wrote to standard error; its end says most. */
const SHOWN_CHARACTERS = 500;

/** No shell is involved. A command with a slash is relative to `folder`, one without is found on the PATH. */
export function createExec({ command, args = [] }: ExecConfig, folder: string): DnsProvider {
  const file = /[/\\]/.test(command) ? resolve(folder, command) : command;
  const run = (action: 'present' | 'cleanup', name: string, value: string, signal: AbortSignal): Promise<void> =>
    new Promise((done, reject) => {
      const options = { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, signal };
      const child = execFile(file, [...args, action, name, value], options, (error, _stdout, stderr) => {
        if (error === null) done();
        else if (signal.aborted) reject(signal.reason as Error);
        else reject(failed(`${command} ${action}`, error, stderr));
      });
      child.stdin?.end();
    });
  return {
    set: (name, value, signal) => run('present', name, value, signal),
    remove: (name, value, signal) => run('cleanup', name, value, signal),
  };
}

type ExecError = Error & { code?: number | string | null; killed?: boolean };

function failed(what: string, error: ExecError, stderr: string): Error {
  const said = stderr.trim().slice(-SHOWN_CHARACTERS);
  const how =
    typeof error.code === 'number'
      ? `ended with status ${error.code}`
      : error.killed === true
        ? `did not end within ${TIMEOUT_MS / 1_000}s`
        : `could not be run (${error.code ?? reasonOf(error)})`;
  return acmeError(
    'ACME_DNS_COMMAND_FAILED',
    `The DNS command "${what}" ${how}${said === '' ? '' : `: ${reasonOf(said)}`}.`,
    'Run it by hand with a test name, and check acme.dns.command.',
  );
}
