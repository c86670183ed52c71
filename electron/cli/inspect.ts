/** `status`, `health`, `explain`: what the running Mogoly says of itself. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { isIP } from 'node:net';
import { collectBackends } from '../control/backends.ts';
import type { Explanation, HealthReport, Snapshot } from '../../shared/state.ts';
import { ask } from './client.ts';
import type { Context, Runner } from './command.ts';
import * as events from './events.ts';
import type { ExitCode } from './io.ts';
import { plain } from './print.ts';

export function register(program: Command, run: Runner): void {
  program
    .command('status')
    .description('what is served, where, and how it is')
    .action(run((context) => status(context)));
  program
    .command('health')
    .description('probe the backends now')
    .argument('[site]', 'only those of this site')
    .action(run((context, site: string | undefined) => health(context, site)));
  program
    .command('explain')
    .description('why a request goes where it goes')
    .argument('<url>', 'as in http://shop.local/api/users')
    .option('-X, --method <method>', 'of the request', methodName, 'GET')
    .option('--client <address>', 'where it comes from', address, '127.0.0.1')
    .action(run((context, url: string, options: { method: string; client: string }) => explain(context, url, options)));
  events.register(program, run);
}

/** A token of RFC 9110, section 5.6.2. */
function methodName(text: string): string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(text)) throw new InvalidArgumentError('It is one word, as in GET.');
  return text;
}

function address(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('It is an IP address.');
  return text;
}

export async function status(context: Context): Promise<void> {
  const snapshot = await ask(context.target, 'status.get');
  context.print.result(snapshot, () => showStatus(context, snapshot));
}

/** On standard error; what is wrong is then in the file alone, since the engine serves none but a good config. */
export function tellProblems({ print, io }: Context, { problems, revision, configFile }: Snapshot): void {
  if (problems.some(({ severity }) => severity === 'error'))
    io.stderr.write(
      `${plain(configFile)} is not in force as it stands; revision ${revision} serves until it is mended:\n`,
    );
  print.warnings(problems);
}

function showStatus(context: Context, snapshot: Snapshot): void {
  const { print } = context;
  const state =
    snapshot.status === 'running' ? print.paint('green', 'running') : print.paint('yellow', snapshot.status);
  print.line(`Mogoly ${snapshot.version} is ${state} (${snapshot.host}, pid ${snapshot.pid})`);
  print.line(`config ${snapshot.configFile}, revision ${snapshot.revision}`);
  for (const { kind, address, port, problem } of snapshot.listeners) {
    print.line(
      `${kind.padEnd(5)} ${address.includes(':') ? `[${address}]` : address}:${port}${problem ? print.paint('red', `  ${problem.message}`) : ''}`,
    );
  }
  print.line();
  if (snapshot.sites.length === 0)
    print.line('No site yet. Lead a name to a dev server: mogoly map shop.localhost 5173');
  else
    print.table(
      ['SITE', 'HEALTH', 'BACKENDS', 'REQUESTS', 'URL'],
      snapshot.sites.map((site) => {
        const backends = collectBackends(site);
        const up = backends.filter(({ health: state }) => state !== 'down').length;
        return [
          plain(site.name),
          site.disabled ? print.paint('grey', 'disabled') : print.health(site.health),
          `${up}/${backends.length}`,
          String(site.requests),
          plain(site.url),
        ];
      }),
    );
  tellProblems(context, snapshot);
}

const NOTHING_PROBED =
  'There is nothing to probe: no backend takes requests. `mogoly lb start SITE` starts a stopped site.';

/** Exit code 1 when a backend fails. */
export async function health(context: Context, site: string | undefined): Promise<ExitCode> {
  const report: HealthReport = await ask(context.target, 'health.check', site === undefined ? {} : { site });
  const { print } = context;
  print.result(report, () => {
    if (report.pass.length + report.fail.length === 0) return print.line(NOTHING_PROBED);
    print.table(
      ['BACKEND', 'HEALTH', 'URL', 'WHY'],
      [...report.fail, ...report.pass].map(({ name, url, healthy, error }) => [
        plain(name),
        print.health(healthy ? 'healthy' : 'down'),
        plain(url),
        plain(error ?? ''),
      ]),
    );
    print.line(`${report.pass.length} pass, ${report.fail.length} fail (${Math.round(report.duration)} ms)`);
  });
  return report.fail.length === 0 ? 0 : 1;
}

/** Exit code 1 when the request would get an error. */
async function explain(
  context: Context,
  url: string,
  { method, client }: { method: string; client: string },
): Promise<ExitCode> {
  const found = await ask(context.target, 'explain', {
    url: /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`,
    method,
    client,
  });
  context.print.result(found, () => showExplanation(context, found));
  return found.problem ? 1 : 0;
}

function showExplanation({ print }: Context, found: Explanation): void {
  const fact = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') print.line(`${print.paint('grey', name.padEnd(12))} ${plain(value)}`);
  };
  fact('host', found.host);
  fact('site', found.site && `${found.site}${found.hostMatch ? ` (${found.hostMatch})` : ''}`);
  fact('route', found.route && `${found.route}${found.kind ? ` (${found.kind})` : ''}`);
  fact('path sent', found.backendPath);
  fact('middlewares', found.middlewares.join(', '));
  fact('backend', found.pick);
  if (found.candidates.length > 0) showCandidates(print, found.candidates);
  if (found.problem) print.problems([found.problem]);
}

function showCandidates(print: Context['print'], candidates: Explanation['candidates']): void {
  print.line();
  print.table(
    ['CANDIDATE', 'HEALTH', 'ACTIVE', 'WEIGHT', 'URL', 'WHY NOT'],
    candidates.map((item) => [
      plain(item.name),
      print.health(item.health),
      String(item.active),
      String(item.weight),
      plain(item.url),
      item.available ? '' : plain(item.reason ?? 'not available'),
    ]),
  );
}
