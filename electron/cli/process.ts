/** The process around runCli(): what dist/cli.js runs. */
import type { Io } from './io.ts';
import { runCli } from './program.ts';

const ending = new AbortController();
/** The first asks to end in order, the second ends at once. */
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort();
  });
}
/** `mogoly events -f | head` closes the pipe; that is no error. */
process.stdout.on('error', () => ending.abort());

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  /** Opened only when it is read. */
  get stdin() {
    return process.stdin;
  },
  env: process.env,
  // It may have gone meanwhile.
  tell: (problems) => void process.send?.(problems, undefined, undefined, () => undefined),
  signal: ending.signal,
};
async function main(): Promise<void> {
  const code = await runCli(process.argv.slice(2), io);
  process.exitCode = code;
  /** Everything is closed by now; what still holds the loop (a terminal on standard input) shall not hold the prompt. */
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  process.exit(code);
}

void main();
