/** `domain`: the names that are answered, and how the operating system finds them. */
import type { Command } from 'commander';
import { normalisePattern, normaliseZone } from '../../shared/host.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import type { Applied } from '../../shared/protocol.ts';
import type { SystemNamesStatus } from '../../shared/system-names.ts';
import { ask } from './client.ts';
import type { Context, Runner } from './command.ts';
import { wrongUse } from './command.ts';
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

/** As written in the file, so that what stands there stays as it is. */
async function zonesOf(target: Context['target']): Promise<string[]> {
  const { zones } = await writtenConfig(target);
  return Array.isArray(zones) ? zones.map(String) : ['test'];
}

async function writtenConfig(target: Context['target']): Promise<Record<string, unknown>> {
  const { value } = await ask(target, 'config.get');
  return (value ?? {}) as Record<string, unknown>;
}

const isZone =
  (name: string) =>
  (zone: string): boolean =>
    zone === name || (normaliseZone(zone) ?? zone) === normaliseZone(name);

const isHost =
  (name: string) =>
  (host: string): boolean =>
    host === name || (normalisePattern(host) ?? host) === normalisePattern(name);

async function add(context: Context, name: string, site: string | undefined): Promise<void> {
  const { target } = context;
  if (site === undefined) {
    if (normaliseZone(name) === undefined)
      throw wrongUse(`"${name}" is not a suffix of names.`, 'Give one such as test or dev.example.com.');
    const zones = await zonesOf(target);
    const applied = await (zones.some(isZone(name)) ? standing(target) : setZones(target, [...zones, name]));
    return tell(context, applied, `Every name below ${plain(name)} is answered.`);
  }
  if (normalisePattern(name) === undefined)
    throw wrongUse(`"${name}" is not a host.`, 'Give one such as shop.local, or *.shop.test for every name below.');
  const hosts = await hostsOf(target, site);
  const applied = await (hosts.some(isHost(name)) ? standing(target) : setHosts(target, site, [...hosts, name]));
  tell(context, applied, `${plain(site)} answers for ${plain(name)}.`);
}

async function remove(context: Context, name: string, site: string | undefined): Promise<void> {
  const { target } = context;
  if (site === undefined) {
    const zones = await zonesOf(target);
    if (!zones.some(isZone(name))) throw await noZone(target, name);
    const left = zones.filter((zone) => !isZone(name)(zone));
    return tell(context, await setZones(target, left), `${plain(name)} is no zone any more.`);
  }
  const hosts = await hostsOf(target, site);
  const left = hosts.filter((host) => !isHost(name)(host));
  if (left.length === hosts.length) throw unknown(`${site} does not answer for ${name}.`);
  if (left.length === 0)
    throw new ProblemError([
      problem('DOMAIN_LAST', `"${name}" is the last host of ${site}.`, {
        fix: `Add another host first, or stop the site: mogoly lb stop ${site}`,
      }),
    ]);
  tell(context, await setHosts(target, site, left), `${plain(site)} no longer answers for ${plain(name)}.`);
}

function tell({ print }: Context, applied: Applied, done: string): void {
  print.warnings(applied.warnings);
  print.result(applied, () => print.line(done));
}

/** It is so already. */
async function standing(target: Context['target']): Promise<Applied> {
  return { revision: (await ask(target, 'status.get')).revision, warnings: [] };
}

const setZones = (target: Context['target'], zones: string[]) =>
  ask(target, 'config.edit', { edits: [{ op: 'set', path: ['zones'], value: zones }] });

const setHosts = (target: Context['target'], site: string, hosts: string[]) =>
  ask(target, 'sites.set', { site, patch: { hosts } });

/** As written in the file; as served for a site that stands there by other means. */
async function hostsOf(target: Context['target'], site: string): Promise<string[]> {
  const isWanted = ({ name }: { name?: unknown }): boolean =>
    typeof name === 'string' && name.toLowerCase() === site.toLowerCase();
  const { sites } = await ask(target, 'status.get');
  const found = sites.find(isWanted);
  if (found === undefined) throw unknown(`There is no site named "${site}".`);
  const { server } = await writtenConfig(target);
  const written = Array.isArray(server) ? (server as { name?: unknown; hosts?: unknown }[]).find(isWanted) : undefined;
  if (written === undefined) return found.hosts;
  return Array.isArray(written.hosts) ? written.hosts.map(String) : [String(written.name)];
}

async function noZone(target: Context['target'], name: string): Promise<ProblemError> {
  const { sites } = await ask(target, 'status.get');
  const owner = sites.find(({ hosts }) => hosts.some(isHost(name)));
  if (owner === undefined) return unknown(`There is no zone ${name}.`);
  return new ProblemError([
    problem('DOMAIN_UNKNOWN', `${name} is no zone; it is a host of the site ${owner.name}.`, {
      fix: `Name the site: mogoly domain remove ${name} --site ${owner.name}`,
    }),
  ]);
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
  print.result(found, () => {
    const verdict = found.reachedUs ? print.paint('green', 'ours') : print.paint('yellow', 'not ours');
    print.line(`${verdict}  ${plain(found.message)}`);
    if (!found.reachedUs)
      print.line('Install the names with `mogoly domain install`; `mogoly doctor` says what is in the way.');
  });
  return found.reachedUs ? 0 : 1;
}
