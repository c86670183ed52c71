/** `export`: the config of another proxy, written from ours. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { EXPORT_TARGETS, type ExportTarget } from '../../shared/export.ts';
import { ProblemError } from '../../shared/problem.ts';
import { configOf } from '../engine/home-config.ts';
import type { Context, Runner } from './command.ts';
import { readSource } from './config-source.ts';
import { plain } from './print.ts';

export function register(program: Command, run: Runner): void {
  program
    .command('export')
    .description('print the config of another proxy that routes as ours; what it cannot say goes to standard error')
    .argument('[file]', 'YAML or JSON; - for standard input; the config of the home folder unless given')
    .addOption(new Option('--to <proxy>', 'which one').choices(EXPORT_TARGETS).makeOptionMandatory())
    .action(run((context, file: string | undefined, { to }: { to: ExportTarget }) => exportConfig(context, file, to)));
}

async function exportConfig(context: Context, given: string | undefined, to: ExportTarget): Promise<void> {
  const { print, target } = context;
  const file = given ?? (await configOf(target.home));
  const source = await readSource(context, file);
  const { exportText } = await import('./check.ts');
  const exported = await exportText(target.home, to, source, file);
  if (!exported.ok) throw new ProblemError(exported.problems);
  print.result(exported.value, () => {
    print.line(plain(exported.value.text).trimEnd());
    for (const { where, what } of exported.value.losses)
      context.io.stderr.write(`${plain(`not the same: ${where}: ${what}`)}\n`);
  });
}
