/** `trust`: the local CA in the stores of this machine. The steps are made here, where a terminal can ask for a password. */
import type { Command } from 'commander';
import type { Result } from '../../shared/problem.ts';
import { shownCommand } from '../../shared/shown-command.ts';
import type { SystemStep } from '../../shared/system-change.ts';
import type { TrustAction, TrustPlan, TrustReport, TrustResult } from '../../shared/trust.ts';
import { ask } from './client.ts';
import { collect, type Context, type Runner } from './command.ts';
import type { ExitCode } from './io.ts';
import { plain, type Printer } from './print.ts';

interface Options {
  store?: string[];
  dryRun?: boolean;
}

export function register(program: Command, run: Runner): void {
  const group = program.command('trust').description('the local CA in the stores of this machine');
  group
    .command('status')
    .description('who trusts it, and lines for programs with stores of their own')
    .action(run((context) => status(context)));
  for (const [action, description] of [
    ['install', 'trust it in every store that is there'],
    ['remove', 'take it out again'],
  ] as const) {
    group
      .command(action)
      .description(description)
      .option('--store <id>', 'only this store; may be given again', collect)
      .option('--dry-run', 'show the steps, make none')
      .action(run((context, options: Options) => change(context, action, options)));
  }
}

async function status({ print, target }: Context): Promise<void> {
  const report: TrustReport = await ask(target, 'trust.status');
  print.result(report, () => {
    print.table(
      ['STORE', 'STATE', 'ID', 'ABOUT'],
      report.stores.map(({ id, name, state, detail, fix }) => [
        plain(name),
        print.paint(state === 'trusted' ? 'green' : state === 'unavailable' ? 'grey' : 'yellow', WORDS[state]),
        plain(id),
        plain(fix === undefined ? detail : `${detail} ${fix}`),
      ]),
    );
    print.line();
    for (const { name, line, note } of report.lines)
      print.line(
        `${print.paint('grey', name.padEnd(11))} ${plain(line)}${note ? print.paint('grey', `   ${note}`) : ''}`,
      );
  });
}

const WORDS = {
  trusted: 'trusted',
  notTrusted: 'not trusted',
  otherRoot: 'an old root',
  unavailable: 'not here',
} as const;

/** Each store by itself; exit code 1 when one of them failed. */
async function change(context: Context, action: TrustAction, { store, dryRun }: Options): Promise<ExitCode> {
  const { print, target } = context;
  const plans = await ask(target, 'trust.plan', { action, ...(store === undefined ? {} : { stores: store }) });
  if (dryRun === true) {
    print.result(plans, () => showPlans(print, plans));
    return 0;
  }
  const results: TrustResult[] = [];
  for (const plan of plans) {
    showSteps(print, plan.steps);
    results.push(await carryOut(target.home, plan));
  }
  print.result(results, () => showResults(print, action, results, plans));
  return results.every(({ ok }) => ok) ? 0 : 1;
}

async function carryOut(home: string, { id, name, steps, problem }: TrustPlan): Promise<TrustResult> {
  if (problem !== undefined) return { id, name, ok: false, problem };
  const made = await makeChanges(home, 'trust', steps);
  return made.ok ? { id, name, ok: true } : { id, name, ok: false, problem: made.problems[0]! };
}

/** The engine's room for it is loaded only here: every other command starts without it. */
export async function makeChanges(
  home: string,
  what: 'trust' | 'names',
  steps: readonly SystemStep[],
): Promise<Result<undefined>> {
  const { systemChanges } = await import('../engine/system-rooms.ts');
  return systemChanges(home, 'sudo').make(what, steps);
}

function showPlans(print: Printer, plans: readonly TrustPlan[]): void {
  for (const { steps } of plans) showSteps(print, steps);
  const isNothing = plans.every(({ steps }) => steps.length === 0);
  print.line(isNothing ? 'Nothing is to be done.' : 'Nothing was done.');
}

/** Before it is made, and how it is made. */
export function showSteps(print: Printer, steps: readonly SystemStep[]): void {
  for (const { title, privileged, commands } of steps) {
    print.line(`${plain(title)}${privileged ? print.paint('grey', ' (as an administrator)') : ''}`);
    for (const { input: _input, ...command } of commands)
      print.line(print.paint('grey', `    ${plain(shownCommand(command))}`));
  }
}

function showResults(
  print: Printer,
  action: TrustAction,
  results: readonly TrustResult[],
  plans: readonly TrustPlan[],
): void {
  const isQuiet = plans.every(({ steps }) => steps.length === 0);
  if (isQuiet && results.every(({ ok }) => ok)) return print.line('Nothing was to be done: all is as wanted.');
  for (const { name, ok } of results)
    if (ok) print.line(`${print.paint('green', action === 'install' ? 'trusted' : 'removed')}  ${plain(name)}`);
  print.warnings(results.flatMap(({ problem }) => (problem === undefined ? [] : [problem])));
  if (action === 'install')
    print.line('Restart browsers that are open; programs with stores of their own: mogoly trust status');
}
