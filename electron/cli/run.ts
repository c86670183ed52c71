/** `mogoly run`: the engine and its control socket in the foreground. */
import type { Command } from 'commander';
import type { Context, Runner } from './command.ts';
import type { ExitCode } from './io.ts';

export interface RunOptions {
  config?: string;
}

export function register(program: Command, run: Runner): void {
  program
    .command('run')
    .description('serve in the foreground until Ctrl-C')
    .option('-c, --config <file>', 'config file (mogoly.yaml in the home folder)')
    .action(run((context, options: RunOptions) => serve(context, options)));
}

/** The engine is loaded only here: every other command starts without it. */
export async function serve(context: Context, options: RunOptions): Promise<ExitCode> {
  const { serveForeground } = await import('./serve.ts');
  return serveForeground(context, options.config);
}
