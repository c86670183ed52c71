/** `rehearse`: make one backend fail for a while, and see what the rest does. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { REHEARSAL_KINDS, type Rehearsal, type RehearsalKind } from '../../shared/rehearsal.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import { collectBackends } from '../control/backends.ts';
import { ask } from './client.ts';
import type { Context, Runner } from './command.ts';
import { wholeNumber, wrongUse } from './command.ts';
import { plain } from './print.ts';

interface StartOptions {
  kind: RehearsalKind;
  for: string;
  delay: string;
  status: number;
  site?: string;
}

export function register(program: Command, run: Runner): void {
  const group = program.command('rehearse').description('make a backend fail for a while; the config stays as it is');
  group
    .command('start', { isDefault: true })
    .description('begin, and end by itself')
    .argument('<backend>', 'its name or id')
    .option('--site <site>', 'of the backend, where several have one of that name')
    .addOption(new Option('-k, --kind <kind>', 'what befalls it').choices(REHEARSAL_KINDS).default('kill'))
    .option('-f, --for <duration>', 'as in 30s or 2m', '30s')
    .option('--delay <duration>', 'of every answer, where it is slow', '2s')
    .option('--status <code>', 'answered, where it fails', wholeNumber, 503)
    .action(run((context, backend: string, options: StartOptions) => start(context, backend, options)));
  group
    .command('stop')
    .description('end it now')
    .argument('[id]', 'as listed; all unless given', wholeNumber)
    .action(run((context, id: number | undefined) => stop(context, id)));
  group
    .command('list')
    .alias('ls')
    .description('what is rehearsed now')
    .action(run((context) => list(context)));
}

async function start({ print, target }: Context, backend: string, options: StartOptions): Promise<void> {
  const begun = await ask(target, 'rehearse.start', {
    site: options.site ?? (await siteOf(target, backend)),
    backend,
    kind: options.kind,
    durationMs: await milliseconds(options.for),
    delayMs: await milliseconds(options.delay),
    status: options.status,
  });
  print.result(begun, () => {
    print.line(`${plain(begun.name)} of ${plain(begun.site)}: ${WORDS[begun.kind]} until ${clockOf(begun.endsAt)}.`);
    print.line(`Watch it with \`mogoly events -f\`; end it with \`mogoly rehearse stop ${begun.id}\`.`);
  });
}

async function stop({ print, target }: Context, id: number | undefined): Promise<void> {
  const ended = await ask(target, 'rehearse.stop', id === undefined ? {} : { id });
  print.result(ended, () => {
    for (const { name, site } of ended) print.line(`Ended on ${plain(name)} of ${plain(site)}.`);
    if (ended.length === 0) print.line('Nothing is rehearsed.');
  });
}

async function list({ print, target }: Context): Promise<void> {
  const running = await ask(target, 'rehearse.list');
  print.result(running, () => {
    if (running.length === 0) return print.line('Nothing is rehearsed.');
    print.table(['ID', 'SITE', 'BACKEND', 'KIND', 'UNTIL'], running.map(rowOf));
  });
}

const WORDS: Record<RehearsalKind, string> = {
  kill: 'refuses connections',
  slow: 'answers late',
  fail: 'answers errors',
};

const rowOf = ({ id, site, name, kind, endsAt }: Rehearsal): string[] => [
  String(id),
  plain(site),
  plain(name),
  kind,
  clockOf(endsAt),
];

const clockOf = (at: number): string => new Date(at).toTimeString().slice(0, 8);

/** The one site that has such a backend. */
async function siteOf(target: Context['target'], backend: string): Promise<string> {
  const { sites } = await ask(target, 'status.get');
  const having = sites.filter((site) =>
    collectBackends(site).some(({ id, name }) => id === backend || name === backend),
  );
  if (having.length === 1) return having[0]!.name;
  const [message, fix] =
    having.length === 0
      ? [`No site has a backend "${backend}".`, 'List them with `mogoly lb list`.']
      : [`Several sites have a backend "${backend}": ${having.map(({ name }) => name).join(', ')}.`, 'Give --site.'];
  throw new ProblemError([problem('BACKEND_UNKNOWN', message, { fix })]);
}

async function milliseconds(text: string): Promise<number> {
  const { duration } = await import('../../shared/duration.ts'); // every other command starts without the schema
  const parsed = duration.safeParse(text);
  if (!parsed.success) throw wrongUse(`"${text}" is not a duration.`, 'Write it as in 30s or 2m.');
  return Math.round(parsed.data);
}
