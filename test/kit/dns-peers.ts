/** A real resolver to pass questions on to, and a second client beside dig. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { dig } from './dns.ts';
import { freePort } from './free-port.ts';
import { until } from './wait.ts';

/** dnsmasq is not on the PATH of every user. */
const ENV = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

/** Undefined where the program is there; else why a test without it cannot be. */
export function missingProgram(program: string, debianPackage: string): string | undefined {
  try {
    execFileSync('sh', ['-c', `command -v "$1"`, 'sh', program], {
      env: ENV,
    });
    return undefined;
  } catch {
    return `needs ${program} of the Debian package ${debianPackage}`;
  }
}

/** dnsmasq with nothing but these records; its port. Ends when the test is over. */
export async function startDnsmasq(...records: string[]): Promise<number> {
  const port = await freePort();
  const child = spawn(
    'dnsmasq',
    [
      ...['--keep-in-foreground', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file='],
      ...[`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--user=', '--group='],
      ...records,
    ],
    { stdio: 'ignore', env: ENV },
  );
  onTestFinished(() => void child.kill());
  await until(async () => (await dig(port, '+time=1', 'localhost')).includes('status:'), { message: 'dnsmasq' });
  return port;
}

/** What kdig prints, complaints included; it fails where there is no answer to show. */
export async function kdig(port: number, ...args: string[]): Promise<string> {
  const run = promisify(execFile)('kdig', ['@127.0.0.1', '-p', String(port), '+retry=0', '+time=30', ...args]);
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
  return stdout + stderr;
}
