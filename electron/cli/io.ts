/** The terminal as the commands see it: passed in, so that they run the same in a test. */
import type { Problem } from '../../shared/problem.ts';

export interface Output {
  write: (text: string) => unknown;
  isTTY?: boolean | undefined;
}

export interface Io {
  stdout: Output;
  stderr: Output;
  stdin: AsyncIterable<Buffer | string> & { isTTY?: boolean | undefined; setRawMode?: (isRaw: boolean) => unknown };
  env: Record<string, string | undefined>;
  /** Whoever started this in the background is told why it failed. */
  tell?: ((problems: readonly Problem[]) => void) | undefined;
  /** Aborted by Ctrl-C and SIGTERM: what follows or serves ends, and the command is good. */
  signal: AbortSignal;
}

/** 0 good, 1 failed, 2 wrong use. */
export type ExitCode = 0 | 1 | 2;

export async function readStdin(io: Io): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** What is typed up to the end of the line. */
export async function readLine({ stdin }: Io): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}
