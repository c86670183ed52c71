/** `check`, `schema`, `apply`, `history`, `rollback`, `map`: everything about the config file. */
import type { Command } from 'commander';
import type { Problem } from '../../shared/problem.ts';
import { formatProblem, ProblemError } from '../../shared/problem.ts';
import type { Applied } from '../../shared/protocol.ts';
import { ask, call } from './client.ts';
import type { Context, Runner } from './command.ts';
import { wrongUse } from './command.ts';
import { readSource } from './config-source.ts';
import type { ExitCode } from './io.ts';
import { mapOrOffer } from './discover.ts';
import { plain } from './print.ts';

export function register(program: Command, run: Runner): void {
  program
    .command('check')
    .description('print every problem of a config file; nothing needs to run')
    .argument('<file>', 'YAML or JSON; - for standard input')
    .action(run((context, file: string) => check(context, file)));
  program
    .command('schema')
    .description('print the JSON Schema of the config file')
    .action(run((context) => schema(context)));
  program
    .command('apply')
    .description('replace the config by this one')
    .argument('<file>', 'YAML or JSON; - for standard input')
    .action(run((context, file: string) => apply(context, file)));
  program
    .command('history')
    .description('the configs accepted so far')
    .action(run((context) => history(context)));
  program
    .command('rollback')
    .description('go back to an earlier config')
    .argument('<id>', 'from `mogoly history`')
    .action(run((context, id: string) => rollback(context, id)));
  program
    .command('map')
    .description('point a name at a dev server: mogoly map shop.localhost 5173')
    .argument('<name>', 'of the site: its host')
    .argument('[port]', '3000, host:3000, or a URL; left out, the dev servers found here are offered')
    .action(run((context, name: string, where: string | undefined) => mapOrOffer(context, name, where)));
}

/** Problems are the result here, so they go to standard output; exit code 1 when one of them is an error. */
async function check(context: Context, file: string): Promise<ExitCode> {
  const { text, format } = await readSource(context, file);
  const { checkText } = await import('./check.ts');
  const name = nameOf(file);
  const problems = (await checkText(context.target.home, text, format, file)).map((item) => placedIn(name, item));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  context.print.result({ ok: errors === 0, problems }, () => {
    for (const item of problems) context.print.line(plain(formatProblem(item)));
    context.print.line(
      problems.length === 0
        ? `${name} is good`
        : `${count(errors, 'error')}, ${count(problems.length - errors, 'warning')}`,
    );
  });
  return errors === 0 ? 0 : 1;
}

const nameOf = (file: string): string => (file === '-' ? 'stdin' : file);

const placedIn = (file: string, item: Problem): Problem => ({ ...item, at: { line: 1, column: 1, ...item.at, file } });

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

async function schema({ print }: Context): Promise<void> {
  const { describeFile } = await import('../engine/config/describe.ts');
  const { createMiddlewareRegistry } = await import('../engine/middleware/index.ts');
  print.json(describeFile(createMiddlewareRegistry().docs()));
}

async function apply(context: Context, file: string): Promise<void> {
  const { text, format } = await readSource(context, file);
  const answer = await call(context.target, 'config.apply', { text, format });
  // Places are those of the text, which stands in the file that was given; the config in force has no part in them.
  const here = (problems: Problem[]): Problem[] =>
    problems.map((item) => (item.at ? placedIn(nameOf(file), item) : item));
  if (!answer.ok) throw new ProblemError(here(answer.problems));
  showApplied(context, { ...answer.value, warnings: here(answer.value.warnings) });
}

export function showApplied({ print }: Context, applied: Applied, message = 'Applied'): void {
  print.warnings(applied.warnings);
  print.result(applied, () => print.line(`${message}: revision ${applied.revision}`));
}

async function history({ print, target }: Context): Promise<void> {
  const revisions = await ask(target, 'config.history');
  print.result(revisions, () =>
    print.table(
      ['REVISION', 'WHEN', 'BY', 'WHAT'],
      revisions.map(({ id, at, source, summary, current }) => [
        `${id}${current ? print.paint('green', ' current') : ''}`,
        new Date(at).toISOString().slice(0, 19).replace('T', ' '),
        plain(source),
        plain(summary),
      ]),
    ),
  );
}

async function rollback(context: Context, id: string): Promise<void> {
  if (!/^\d{1,9}$/.test(id)) {
    throw wrongUse(`"${id}" is not the number of a revision.`, 'List them with `mogoly history`.');
  }
  showApplied(context, await ask(context.target, 'config.rollback', { id: Number(id) }), `Rolled back to ${id}`);
}
