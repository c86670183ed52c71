/** `cloud`: database containers beside the pools. */
import type { Command } from 'commander';
import type { ServiceState, ServiceStatus } from '../../shared/service.ts';
import { ask } from './client.ts';
import { createAndWait, sentence, type CreateOptions } from './cloud-create.ts';
import type { Context, Runner } from './command.ts';
import { collect, wholeNumber } from './command.ts';
import type { ExitCode } from './io.ts';
import { plain, type Colour } from './print.ts';

export function register(program: Command, run: Runner): void {
  const cloud = program.command('cloud').alias('services').description('databases in containers, beside the pools');
  cloud
    .command('create')
    .description('make a service and wait until it answers; its password is generated')
    .argument('<name>')
    .requiredOption('-t, --type <type>', 'postgresql, mysql, mariadb, mongodb, redis or custom')
    .option('-i, --image <image>', 'in place of the usual one; needed for custom')
    .option('--tag <tag>', 'of the image, as 17 of postgres')
    .option('-u, --username <name>', 'user to make')
    .option('-d, --database <name>', 'database to make')
    .option('-p, --port <port>', 'of the container, as 5432 or 15432:5432; may be given more than once', collect)
    .option('-e, --variable <NAME=value>', 'of its environment; may be given more than once', collect)
    .option('--domain <host>', 'a name that leads to it')
    .option('--detach', 'do not wait')
    .action(run((context, name: string, options: CreateOptions) => createAndWait(context, name, options)));
  cloud
    .command('list')
    .alias('ls')
    .description('the services and how they are')
    .action(run((context) => list(context)));
  registerLife(cloud, run);
  cloud
    .command('logs')
    .description('what a service has said')
    .argument('<name>')
    .option('-f, --follow', 'go on with what comes')
    .option('-t, --tail <count>', 'how many of the past', wholeNumber, 100)
    .action(run((context, name: string, options: { follow?: boolean; tail: number }) => logs(context, name, options)));
  cloud
    .command('inspect')
    .description('everything known of a service')
    .argument('<name>')
    .action(run((context, name: string) => inspect(context, name)));
  cloud
    .command('url')
    .description('the connection string, with the password')
    .argument('<name>')
    .option('--no-password', 'leave the password out')
    .option('--lines', 'ready lines for the usual clients')
    .action(run((context, name: string, options: UrlOptions) => url(context, name, options)));
  cloud
    .command('plan')
    .description('what differs between the config and the containers, and what a recreate would do to the data')
    .argument('[name]')
    .action(run((context, name?: string) => plan(context, name)));
}

function registerLife(cloud: Command, run: Runner): void {
  const verbs = [
    ['start', 'start a service and wait until it answers', 'Started'],
    ['stop', 'stop a service; its data stay', 'Stopped'],
    ['restart', 'stop and start a service', 'Restarted'],
    ['recreate', 'make its container anew from the config; data and password stay', 'Recreated'],
  ] as const;
  for (const [verb, description, done] of verbs) {
    cloud
      .command(verb)
      .description(description)
      .argument('<name>')
      .action(
        run(async ({ print, target }, name: string) => {
          const state = await ask(target, `services.${verb}`, { name });
          print.result(state, () => print.line(`${done} ${plain(name)}: ${sentence(state)}`));
        }),
      );
  }
  cloud
    .command('delete')
    .alias('rm')
    .description('remove a service; its data are kept unless told')
    .argument('<name>')
    .option('--volumes', 'also its data and its password')
    .action(run((context, name: string, options: { volumes?: boolean }) => remove(context, name, options)));
  cloud
    .command('cancel')
    .description('end what is under way for a service')
    .argument('<name>')
    .action(
      run(async ({ print, target }, name: string) => {
        const answer = await ask(target, 'services.cancel', { name });
        print.result(answer, () => print.line(answer.cancelled ? `Cancelled ${plain(name)}` : 'Nothing was under way'));
      }),
    );
}

const COLOURS: Record<ServiceStatus, Colour> = {
  ready: 'green',
  unready: 'yellow',
  failed: 'red',
  unreachable: 'grey',
  stopped: 'grey',
  absent: 'grey',
  pulling: 'cyan',
  creating: 'cyan',
  starting: 'cyan',
  stopping: 'cyan',
  removing: 'cyan',
};

/** Exit code 1 without Docker: how the services are is then not known. */
async function list({ print, target }: Context): Promise<ExitCode> {
  const report = await ask(target, 'services.list');
  print.result(report, () => {
    const { docker, services, labelled } = report;
    if (docker.problem) print.warnings([docker.problem]);
    if (docker.problem && services.length === 0) return;
    print.table(
      ['SERVICE', 'STATE', 'IMAGE', 'ADDRESS', 'NAME', ''],
      services.map((service) => [
        print.paint('bold', plain(service.name)),
        print.paint(COLOURS[service.status], service.status),
        plain(service.image),
        service.port === undefined ? '' : `127.0.0.1:${service.port}`,
        service.domain === undefined ? '' : `${plain(service.domain.name)}:${service.domain.port ?? ''}`,
        remark(service),
      ]),
    );
    for (const { host, container, url: place, problem: why } of labelled)
      print.line(`${plain(host)} → container ${plain(container)} ${plain(place ?? why?.message ?? '')}`);
  });
  return report.docker.problem === undefined ? 0 : 1;
}

function remark({ inConfig, changes, problem: why, name }: ServiceState): string {
  if (why !== undefined) return plain(why.message);
  if (!inConfig) return 'not in the config';
  return changes.length === 0 ? '' : `differs from the config: mogoly cloud plan ${plain(name)}`;
}

async function remove(
  { print, target }: Context,
  name: string,
  { volumes = false }: { volumes?: boolean },
): Promise<void> {
  const gone = await ask(target, 'services.delete', { name, volumes });
  print.result(gone, () => {
    print.line(`Deleted ${plain(name)}`);
    if (volumes) print.line(`Its data are gone: ${gone.volumes.join(', ') || 'it had no volume of its own'}`);
    else print.line(`Its data are kept; \`mogoly cloud create ${plain(name)} …\` finds them again.`);
  });
}

/** One answer waits so long for a new line. */
const FOLLOW_MS = 20_000;

async function logs(
  { print, target, io }: Context,
  name: string,
  options: { follow?: boolean; tail: number },
): Promise<void> {
  let answer = await ask(target, 'services.logs', { name, tail: options.tail });
  const show = (): void => {
    if (print.isJson && !options.follow) return print.json(answer);
    for (const line of answer.lines) {
      if (print.isJson) print.json(line, true);
      else print.line(`${print.paint('grey', line.at.slice(11, 19))} ${plain(line.text)}`);
    }
  };
  show();
  while (options.follow && !io.signal.aborted) {
    const stopped = new Promise<undefined>((resolve) =>
      io.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
    );
    const { cursor } = answer;
    const next = await Promise.race([stopped, ask(target, 'services.logs', { name, cursor, wait: FOLLOW_MS })]);
    if (next === undefined) return;
    answer = next;
    show();
  }
}

async function inspect({ print, target }: Context, name: string): Promise<void> {
  const detail = await ask(target, 'services.inspect', { name });
  print.result(detail, () => {
    print.line(`${print.paint('bold', plain(name))} ${sentence(detail.state)}`);
    print.table(
      ['', ''],
      detail.facts.map(({ label, value }) => [label, plain(value)]),
    );
    print.table(
      ['VARIABLE', 'VALUE'],
      detail.environment.map((entry) => [plain(entry.name), plain(entry.value)]),
    );
    if (detail.stats)
      print.line(`CPU ${detail.stats.cpuPercent} %, memory ${Math.round(detail.stats.memoryBytes / 1_048_576)} MiB`);
  });
}

interface UrlOptions {
  password: boolean;
  lines?: boolean;
}

async function url({ print, target }: Context, name: string, { password, lines }: UrlOptions): Promise<void> {
  const address = await ask(target, password ? 'services.secret' : 'services.url', { name });
  print.result(address, () => {
    if (!lines) return print.line(address.url);
    print.table(
      ['CLIENT', 'LINE'],
      address.lines.map((entry) => [entry.client, entry.line]),
    );
  });
}

async function plan({ print, target }: Context, name?: string): Promise<void> {
  const plans = await ask(target, 'services.plan', name === undefined ? {} : { name });
  print.result(plans, () => {
    for (const item of plans) {
      print.line(`${print.paint('bold', plain(item.name))} ${item.action}: ${plain(item.message)}`);
      for (const { key, message } of item.changes) print.line(`  ${key}: ${plain(message)}`);
    }
  });
}
