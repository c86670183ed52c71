/** `domain`: the names that are answered, and how the operating system finds them. */
import type { Command } from 'commander';
import { problem, ProblemError } from '../../shared/problem.ts';
import type { SystemNamesStatus } from '../../shared/system-names.ts';
import { ask } from './client.ts';
import type { Context, Runner } from './command.ts';
import type { ExitCode } from './io.ts';
import { plain } from './print.ts';
import { makeChanges, showSteps } from './trust.ts';

export function register(program: Command, run: Runner): void {
  const group = program.command('domain').description('local names, and how this system finds them');
  group
    .command('list')
    .description('hosts and zones, and how they are found')
    .action(run((context) => list(context)));
  group
    .command('add')
    .description('a host for a site, or without --site a zone whose every name is answered')
    .argument('<name>', 'as in shop.local, *.shop.test, or test')
    .option('--site <site>', 'that answers for it')
    .action(run((context, name: string, { site }: { site?: string }) => add(context, name, site)));
  group
    .command('remove')
    .description('a host of a site, or a zone')
    .argument('<name>')
    .option('--site <site>', 'that it is taken from')
    .action(run((context, name: string, { site }: { site?: string }) => remove(context, name, site)));
  for (const [action, description] of [
    ['install', 'make this system find them'],
    ['uninstall', 'take that back'],
  ] as const) {
    group
      .command(action)
      .description(description)
      .option('--dry-run', 'show the steps, make none')
      .action(run((context, { dryRun }: { dryRun?: boolean }) => system(context, action, dryRun === true)));
  }
  group
    .command('check')
    .description('ask this system for a name, and see whether the question comes to us')
    .argument('[name]', 'one that nobody has unless given')
    .action(run((context, name: string | undefined) => check(context, name)));
}

async function list({ print, target }: Context): Promise<void> {
  const [names, { sites }] = await Promise.all([ask(target, 'names.status'), ask(target, 'status.get')]);
  const zones = await zonesOf(target);
  print.result({ zones, hosts: sites.map(({ name, hosts }) => ({ site: name, hosts })), system: names }, () => {
    print.table(
      ['NAME', 'ANSWERED BY'],
      [
        ...zones.map((zone) => [`*.${plain(zone)}`, 'the DNS (zone)']),
        ...sites.flatMap(({ name, hosts }) => hosts.map((host) => [plain(host), plain(name)])),
      ],
    );
    print.line();
    print.table(
      ['THIS SYSTEM FINDS THEM BY', 'STATE', 'ABOUT'],
      shownMethods(names).map(({ name, state, reason }) => [plain(name), state, plain(reason)]),
    );
    print.line(plain(names.choice.because));
    print.warnings(names.problems);
  });
}

const shownMethods = ({ methods }: SystemNamesStatus): SystemNamesStatus['methods'] =>
  methods.filter(({ state }) => state !== 'unavailable');

async function zonesOf(target: Context['target']): Promise<string[]> {
  const { value } = await ask(target, 'config.get');
  const zones = (value as { zones?: unknown } | null)?.zones;
  return Array.isArray(zones) ? zones.map(String) : ['test'];
}

async function add({ print, target }: Context, name: string, site: string | undefined): Promise<void> {
  if (site === undefined) {
    const zones = await zonesOf(target);
    const applied = zones.includes(name) ? undefined : await setZones(target, [...zones, name]);
    return print.result(applied ?? {}, () => print.line(`Every name below ${plain(name)} is answered.`));
  }
  const hosts = await hostsOf(target, site);
  const applied = await ask(target, 'sites.set', { site, patch: { hosts: [...new Set([...hosts, name])] } });
  print.result(applied, () => print.line(`${plain(site)} answers for ${plain(name)}.`));
}

async function remove({ print, target }: Context, name: string, site: string | undefined): Promise<void> {
  if (site === undefined) {
    const zones = await zonesOf(target);
    if (!zones.includes(name)) throw unknown(`There is no zone ${name}.`);
    const applied = await setZones(
      target,
      zones.filter((zone) => zone !== name),
    );
    return print.result(applied, () => print.line(`${plain(name)} is no zone any more.`));
  }
  const hosts = await hostsOf(target, site);
  if (!hosts.includes(name)) throw unknown(`${site} does not answer for ${name}.`);
  const applied = await ask(target, 'sites.set', { site, patch: { hosts: hosts.filter((host) => host !== name) } });
  print.result(applied, () => print.line(`${plain(site)} no longer answers for ${plain(name)}.`));
}

const setZones = (target: Context['target'], zones: string[]) =>
  ask(target, 'config.edit', { edits: [{ op: 'set', path: ['zones'], value: zones }] });

async function hostsOf(target: Context['target'], site: string): Promise<string[]> {
  const { sites } = await ask(target, 'status.get');
  const found = sites.find(({ name }) => name.toLowerCase() === site.toLowerCase());
  if (found === undefined) throw unknown(`There is no site named "${site}".`);
  return found.hosts;
}

const unknown = (message: string): ProblemError =>
  new ProblemError([problem('DOMAIN_UNKNOWN', message, { fix: 'See `mogoly domain list`.' })]);

async function system({ print, target }: Context, action: 'install' | 'uninstall', isDry: boolean): Promise<void> {
  const { steps, warnings } = await ask(target, 'names.plan', { action: action === 'install' ? 'install' : 'remove' });
  showSteps(print, steps);
  if (!isDry && steps.length > 0) {
    const made = await makeChanges(target.home, 'names', steps);
    if (!made.ok) throw new ProblemError(made.problems);
  }
  print.warnings(warnings);
  print.result({ steps, warnings }, () =>
    print.line(
      steps.length === 0
        ? 'Nothing is to be done: all is as wanted.'
        : isDry
          ? 'Nothing was done.'
          : 'Done. Try it: mogoly domain check',
    ),
  );
}

/** Exit code 1 when the question did not come to us. */
async function check({ print, target }: Context, name: string | undefined): Promise<ExitCode> {
  const found = await ask(target, 'names.check', name === undefined ? {} : { name });
  print.result(found, () =>
    print.line(
      `${print.paint(found.reachedUs ? 'green' : 'yellow', found.reachedUs ? 'ours' : 'not ours')}  ${plain(found.message)}`,
    ),
  );
  return found.reachedUs ? 0 : 1;
}
