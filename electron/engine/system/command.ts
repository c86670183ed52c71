/** Runs programs of the system: no shell, a deadline, and one kind of answer. */
import { spawn } from 'node:child_process';

export interface CommandAnswer {
  /** 127 for a program that is not there, 124 for one that was too slow. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Its standard input. */
  input?: string | undefined;
  timeoutMs?: number;
  env?: Record<string, string | undefined>;
  /** The terminal is the program's own while it runs: it may ask for a password. */
  isInteractive?: boolean;
}

export type RunCommand = (file: string, args: readonly string[], options?: CommandOptions) => Promise<CommandAnswer>;

const TIMEOUT_MS = 60_000;
/** Of each stream; what a program says beyond that is not kept. */
const MAX_OUTPUT_LENGTH = 1024 * 1024;
const NOT_FOUND = 127;
const TOO_SLOW = 124;

/** Never rejects. */
export const runCommand: RunCommand = (file, args, options = {}) => {
  const { input, timeoutMs = TIMEOUT_MS, env, isInteractive = false } = options;
  return new Promise((resolve) => {
    const stdio = isInteractive ? 'inherit' : 'pipe';
    const child = spawn(file, [...args], { stdio, env: { ...process.env, ...env }, windowsHide: true });
    const answer: CommandAnswer = { code: NOT_FOUND, stdout: '', stderr: '' };
    const timer = setTimeout(() => {
      answer.stderr += `no end within ${timeoutMs / 1_000}s`;
      child.kill('SIGKILL');
      // What it started may live on and hold the pipes open.
      child.stdout?.destroy();
      child.stderr?.destroy();
      end(TOO_SLOW);
    }, timeoutMs);
    const end = (code: number): void => {
      clearTimeout(timer);
      resolve({ ...answer, code });
    };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (answer.stdout = joined(answer.stdout, text)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (answer.stderr = joined(answer.stderr, text)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      answer.stderr += error.message;
      end(error.code === 'ENOENT' ? NOT_FOUND : 126);
    });
    child.on('close', (code) => end(code ?? TOO_SLOW));
    child.stdin?.on('error', () => undefined); // it may end before it has read all
    child.stdin?.end(input ?? '');
  });
};

const joined = (before: string, text: string): string => (before.length >= MAX_OUTPUT_LENGTH ? before : before + text);
