/** The command line as one function: arguments in, exit code out. */
import { Command, CommanderError } from 'commander';
import { problem, ProblemError, type Problem } from '../../shared/problem.ts';
import { addGlobalOptions, createContext } from './command.ts';
import type { Context, Register, Runner } from './command.ts';
import * as cert from './cert.ts';
import * as cloud from './cloud.ts';
import * as config from './config-commands.ts';
import * as daemon from './daemon.ts';
import * as discover from './discover.ts';
import * as dns from './dns.ts';
import * as doctor from './doctor.ts';
import * as domain from './domain.ts';
import * as exporting from './export.ts';
import * as importing from './import.ts';
import * as inspect from './inspect.ts';
import type { ExitCode, Io } from './io.ts';
import * as lb from './lb.ts';
import * as password from './password.ts';
import * as rehearse from './rehearse.ts';
import * as run from './run.ts';
import * as trust from './trust.ts';
import * as uninstall from './uninstall.ts';
import { version } from './version.ts';

const GROUPS: { register: Register }[] = [
  run,
  inspect,
  config,
  password,
  daemon,
  lb,
  cloud,
  rehearse,
  domain,
  dns,
  cert,
  trust,
  doctor,
  discover,
  exporting,
  importing,
  uninstall,
];

/** `args` without the interpreter and the script. Never rejects. */
export async function runCli(args: string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = new Command('mogoly');
  const runner: Runner =
    (action) =>
    async (...actionArgs) => {
      code = await guarded(createContext(program, io), (context) => action(context, ...(actionArgs as never)));
    };
  program
    .description('Names, load balancing and health for the dev servers on this machine.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what it takes)');
  addGlobalOptions(program);
  for (const { register } of GROUPS) register(program, runner);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // Commander has told a person on standard error already.
    if (args.includes('--json')) createContext(program, io).print.json({ ok: false, problems: [wrongUse(error)] });
    return 2;
  }
}

/** Its first line, as in `error: unknown command 'stauts'`, in the shape of our problems. */
function wrongUse({ code, message }: CommanderError): Problem {
  const [first = '', ...more] = message.split('\n').map((line) => line.replace(/^error: |[()]/g, ''));
  const said = code === 'commander.help' ? 'a command is missing' : first;
  return problem('CLI_USAGE', `${said.charAt(0).toUpperCase()}${said.slice(1)}.`, {
    fix: more[0] ?? 'Add --help for what it takes.',
  });
}

const unexpected = (error: unknown): Problem =>
  problem('CLI_FAILED', error instanceof Error ? error.message : String(error), { fix: 'Add --debug to see where.' });

async function guarded(context: Context, action: (context: Context) => Promise<ExitCode | void>): Promise<ExitCode> {
  try {
    return (await action(context)) ?? 0;
  } catch (error) {
    const problems = error instanceof ProblemError ? error.problems : [unexpected(error)];
    context.print.problems(problems);
    context.io.tell?.(problems);
    if (context.isDebug && error instanceof Error && !(error instanceof ProblemError))
      context.io.stderr.write(`${error.stack}\n`);
    return problems.every(({ code }) => code === 'CLI_USAGE') ? 2 : 1;
  }
}
