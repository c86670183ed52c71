/** `discover`: the dev servers that run here; and `map NAME` without a port, which offers them. */
import type { Command } from 'commander';
import type { DevServer } from '../../shared/discovery.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import { ask } from './client.ts';
import type { Context, Runner } from './command.ts';
import { wrongUse } from './command.ts';
import { readLine } from './io.ts';
import { mapName } from './map.ts';
import { plain } from './print.ts';

export function register(program: Command, run: Runner): void {
  program
    .command('discover')
    .description('dev servers that run on this machine')
    .action(run((context) => discover(context)));
}

async function discover({ print, target }: Context): Promise<void> {
  const { servers } = await ask(target, 'discovery.list');
  print.result(servers, () => {
    if (servers.length === 0) print.line('No dev server runs here. Start one, then ask again.');
    else show({ print }, servers);
  });
}

function show({ print }: Pick<Context, 'print'>, servers: readonly DevServer[]): void {
  print.table(
    ['URL', 'WHAT', 'FOLDER', 'PID', 'SITE'],
    servers.map(({ url, framework, process, folder, pid, mappedBy }) => [
      plain(url),
      plain(framework ?? process ?? ''),
      plain(folder ?? ''),
      String(pid ?? ''),
      mappedBy === undefined ? print.paint('grey', '-') : plain(mappedBy),
    ]),
  );
}

/** Without a port: asks on a terminal which one is meant, else says what there is to choose from. */
export async function mapOrOffer(context: Context, name: string, where: string | undefined): Promise<void> {
  if (where !== undefined) return mapName(context, name, where);
  const { print, target, io } = context;
  const servers = (await ask(target, 'discovery.list')).servers.filter(({ mappedBy }) => mappedBy === undefined);
  if (servers.length === 0) {
    const fix = `Start one, or give its port: mogoly map ${plain(name)} 5173`;
    throw new ProblemError([problem('DISCOVERY_EMPTY', 'No dev server without a name runs here.', { fix })]);
  }
  const chosen = io.stdin.isTTY === true && !print.isJson ? await choose(context, servers) : undefined;
  if (chosen !== undefined) return mapName(context, name, chosen.url);
  throw wrongUse(
    `Which one shall ${plain(name)} lead to?`,
    `Give its port: ${servers.map(({ port, framework, process }) => `${port} (${plain(framework ?? process ?? 'a server')})`).join(', ')}.`,
  );
}

async function choose({ print, io }: Context, servers: readonly DevServer[]): Promise<DevServer | undefined> {
  servers.forEach(({ url, framework, process, folder }, index) =>
    print.line(
      `${String(index + 1).padStart(3)}  ${plain(url)}  ${plain(framework ?? process ?? '')}  ${plain(folder ?? '')}`,
    ),
  );
  io.stdout.write(servers.length === 1 ? 'Map it? [1] ' : `Which one? [1-${servers.length}] `);
  const typed = await readLine(io);
  const isOnlyOne = servers.length === 1 && typed.trim() === '';
  return isOnlyOne ? servers[0] : servers[Number(typed) - 1];
}
