/** `dns`: asks our DNS, and shows what it was asked. */
import type { Command } from 'commander';
import type { DnsAnswer } from '../../shared/dns.ts';
import { ask } from './client.ts';
import { wholeNumber, type Context, type Runner } from './command.ts';
import type { ExitCode } from './io.ts';
import { clock, plain } from './print.ts';

const DEFAULT_QUERIES = 50;

export function register(program: Command, run: Runner): void {
  const group = program.command('dns').description('the local DNS');
  group
    .command('query')
    .description('what our DNS answers')
    .argument('<name>', 'as in shop.local')
    .argument('[type]', 'A, AAAA, TXT …', 'A')
    .action(run((context, name: string, type: string) => query(context, name, type)));
  group
    .command('log')
    .description('the newest questions')
    .option('-n, --limit <count>', 'at most so many', wholeNumber, DEFAULT_QUERIES)
    .action(run((context, { limit }: { limit: number }) => log(context, limit)));
}

/** Exit code 1 when there is no such name, or no answer. */
async function query(context: Context, name: string, type: string): Promise<ExitCode> {
  const { print, target } = context;
  const answer: DnsAnswer = await ask(target, 'dns.query', { name, type });
  print.result(answer, () => {
    if (answer.answers.length > 0)
      print.table(
        ['NAME', 'TTL', 'TYPE', 'DATA'],
        answer.answers.map((record) => [plain(record.name), String(record.ttl), record.type, plain(record.data)]),
      );
    const how = answer.isAuthoritative ? 'ours' : answer.source;
    print.line(print.paint('grey', `${answer.rcode}, ${how}, ${answer.durationMs.toFixed(1)} ms`));
  });
  return answer.rcode === 'NOERROR' ? 0 : 1;
}

async function log({ print, target }: Context, limit: number): Promise<void> {
  const queries = await ask(target, 'dns.queries', { limit });
  print.result(queries, () =>
    print.table(
      ['TIME', 'CLIENT', 'NAME', 'TYPE', 'ANSWER', 'FROM', 'MS'],
      [...queries]
        .reverse()
        .map((item) => [
          clock(item.at),
          plain(item.client),
          plain(item.name),
          item.type,
          item.rcode,
          item.source,
          item.durationMs.toFixed(0),
        ]),
    ),
  );
}
