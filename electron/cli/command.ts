/** What every command is given: where to ask, how to print, and one way to end. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { resolve } from 'node:path';
import { problem, ProblemError } from '../../shared/problem.ts';
import { homeFolder } from '../control/paths.ts';
import type { Target } from './client.ts';
import type { ExitCode, Io } from './io.ts';
import { createPrinter } from './print.ts';
import type { Printer } from './print.ts';

export interface Context {
  io: Io;
  print: Printer;
  target: Target;
  isDebug: boolean;
}

interface GlobalOptions {
  json?: boolean;
  home?: string;
  socket?: string;
  color?: boolean;
  debug?: boolean;
}

/** Registers one group of commands on the program. */
export type Register = (program: Command, run: Runner) => void;

/** Turns an action into what commander calls; an action without a return value has gone well. */
export type Runner = <Args extends unknown[]>(
  action: (context: Context, ...args: Args) => Promise<ExitCode | void>,
) => (...args: [...Args, ...unknown[]]) => Promise<void>;

export function addGlobalOptions(program: Command): void {
  program
    .option('--json', 'print JSON for machines')
    .option('--home <folder>', 'home folder (MOGOLY_HOME, else the place of the platform)')
    .option('-s, --socket <path>', 'control socket, in place of the one in the home folder')
    .option('--no-color', 'print without colours')
    .option('--debug', 'print the stack of an unexpected error');
}

export function createContext(program: Command, io: Io): Context {
  const options = program.opts<GlobalOptions>();
  const home = options.home ? resolve(options.home) : homeFolder(io.env);
  return {
    io,
    print: createPrinter(io, options),
    target: { home, socket: options.socket },
    isDebug: options.debug === true,
  };
}

/** Ends the command with exit code 2. */
export const wrongUse = (message: string, fix: string): ProblemError =>
  new ProblemError([problem('CLI_USAGE', message, { fix })]);

/** For `-t 20` and the like. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

/** For options given more than once. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];
