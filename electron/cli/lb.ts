/** `lb`: sites and their backends, changed one at a time. */
import type { Command } from 'commander';
import { collectBackends } from '../control/backends.ts';
import type { BackendFile, SiteFile } from '../../shared/config.ts';
import { ask } from './client.ts';
import type { Context, Runner } from './command.ts';
import { collect, wrongUse } from './command.ts';
import { showApplied } from './config-commands.ts';
import { health } from './inspect.ts';
import { backendUrl } from './map.ts';
import { plain } from './print.ts';

interface CreateOptions {
  name: string;
  config?: string;
  url?: string[];
}

interface AddOptions {
  url: string;
  name?: string;
}

export function register(program: Command, run: Runner): void {
  const lb = program.command('lb').alias('loadbalancer').description('make and change sites with their backends');
  lb.command('create')
    .description('make a site')
    .requiredOption('-n, --name <name>', 'of the site: its host')
    .option('-c, --config <file>', 'a file with the site, or with a config that has it')
    .option('-u, --url <url>', 'a backend; may be given more than once', collect)
    .action(run((context, options: CreateOptions) => create(context, options)));
  lb.command('list')
    .alias('ls')
    .description('the sites and their backends')
    .action(run((context) => list(context)));
  lb.command('add-backend')
    .alias('add')
    .description('add a backend to a site')
    .argument('<site>')
    .requiredOption('-u, --url <url>', 'where it is')
    .option('-n, --name <name>', 'made from the URL unless given')
    .action(run((context, site: string, options: AddOptions) => addBackend(context, site, options)));
  lb.command('remove-backend')
    .alias('rm')
    .description('take a backend out; its requests are finished')
    .argument('<site>')
    .argument('<backend>')
    .action(run((context, site: string, backend: string) => removeBackend(context, site, backend)));
  lb.command('delete')
    .description('take a site away; `mogoly history` has the config as it was')
    .argument('<site>')
    .action(run((context, site: string) => remove(context, site)));
  lb.command('health')
    .description('probe the backends of a site now')
    .argument('<site>')
    .action(run((context, site: string) => health(context, site)));
  lb.command('start')
    .alias('up')
    .description('let a site take requests')
    .argument('<site>')
    .action(run((context, site: string) => toggle(context, site, true)));
  lb.command('stop')
    .alias('down')
    .description('let a site take no requests')
    .argument('<site>')
    .action(run((context, site: string) => toggle(context, site, false)));
}

async function create(context: Context, options: CreateOptions): Promise<void> {
  const base =
    options.config === undefined
      ? undefined
      : await import('./site-file.ts').then(({ readSite }) => readSite(options.config!, options.name));
  const balance: BackendFile[] = (options.url ?? []).map((url) => ({ url: urlOf(url) }));
  if (!base && balance.length === 0)
    throw wrongUse(`${options.name} has no backend.`, 'Give one with --url, or a file with --config.');
  const site: SiteFile = { ...base, name: options.name };
  if (balance.length > 0) site.balance = [...(base?.balance ?? []), ...balance];
  showApplied(context, await ask(context.target, 'sites.add', { site }), `Made ${options.name}`);
}

async function list({ print, target }: Context): Promise<void> {
  const { sites } = await ask(target, 'status.get');
  print.result(sites, () =>
    print.table(
      ['SITE', 'BACKEND', 'HEALTH', 'WEIGHT', 'REQUESTS', 'FAILURES', 'URL'],
      sites.flatMap((site) => [
        [
          print.paint('bold', plain(site.name)),
          '',
          site.disabled ? print.paint('grey', 'disabled') : print.health(site.health),
          '',
          String(site.requests),
          '',
          plain(site.url),
        ],
        ...collectBackends(site).map((item) => [
          '',
          plain(item.name),
          item.disabled ? print.paint('grey', 'disabled') : print.health(item.health),
          String(item.weight),
          String(item.requests),
          String(item.failures),
          plain(item.url),
        ]),
      ]),
    ),
  );
}

async function addBackend(context: Context, site: string, { url, name }: AddOptions): Promise<void> {
  const backend: BackendFile = { url: urlOf(url), ...(name !== undefined && { name }) };
  showApplied(context, await ask(context.target, 'backends.add', { site, backend }), `Added to ${site}`);
}

async function removeBackend(context: Context, site: string, backend: string): Promise<void> {
  showApplied(
    context,
    await ask(context.target, 'backends.remove', { site, backend }),
    `Removed ${backend} from ${site}`,
  );
}

async function remove(context: Context, site: string): Promise<void> {
  showApplied(context, await ask(context.target, 'sites.remove', { site }), `Deleted ${site}`);
}

async function toggle(context: Context, site: string, isOn: boolean): Promise<void> {
  showApplied(
    context,
    await ask(context.target, 'sites.set', { site, patch: { disabled: isOn ? null : true } }),
    isOn ? `Started ${site}` : `Stopped ${site}`,
  );
}

/** What the config refuses is refused there, with its own words; a bare port is as good here as for `map`. */
const urlOf = (text: string): string => backendUrl(text) ?? text;
