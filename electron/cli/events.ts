/** `events`: the newest requests and log entries, and on -f what comes, as it comes. */
import type { Command } from 'commander';
import type { Push } from '../../shared/protocol.ts';
import type { Exchange, LogEntry } from '../../shared/state.ts';
import { ask, events as follow } from './client.ts';
import type { Context, Runner } from './command.ts';
import { wholeNumber } from './command.ts';
import { clock, plain } from './print.ts';

interface EventsOptions {
  follow?: boolean;
  tail: number;
}

export function register(program: Command, run: Runner): void {
  program
    .command('events')
    .description('the newest requests and log entries')
    .option('-f, --follow', 'go on with what comes')
    .option('-t, --tail <count>', 'how many of the past', wholeNumber, 20)
    .action(run((context, options: EventsOptions) => events(context, options)));
}

/** With --json -f one push a line; with --json alone the past as one object. */
async function events(context: Context, { follow: isFollowed, tail }: EventsOptions): Promise<void> {
  const { print, target, io } = context;
  if (!(print.isJson && isFollowed) && tail > 0) await past(context, tail);
  if (isFollowed)
    await follow(target, (push) => (print.isJson ? print.json(push, true) : showPush(context, push)), io.signal);
}

async function past(context: Context, tail: number): Promise<void> {
  const [exchanges, log] = await Promise.all([
    ask(context.target, 'exchanges.list', { limit: Math.min(tail, 2_000) }),
    ask(context.target, 'log.list', { limit: Math.min(tail, 5_000) }),
  ]);
  if (context.print.isJson) return context.print.json({ exchanges, log });
  const lines = [
    ...exchanges.map((item) => ({ at: item.startedAt, text: exchangeLine(context, item) })),
    ...log.map((item) => ({ at: item.at, text: logLine(context, item) })),
  ];
  for (const { text } of lines.sort((a, b) => a.at - b.at).slice(-tail)) context.print.line(text);
}

function showPush(context: Context, push: Push): void {
  if (push.name === 'exchanges.recorded')
    for (const exchange of push.data) context.print.line(exchangeLine(context, exchange));
  if (push.name === 'log.written') for (const entry of push.data) context.print.line(logLine(context, entry));
}

function exchangeLine({ print }: Context, item: Exchange): string {
  const status = print.paint(
    item.status >= 500 || item.status === 0 ? 'red' : item.status >= 400 ? 'yellow' : 'green',
    item.status === 0 ? 'left' : String(item.status),
  );
  const tries = item.attempts.length > 1 ? ` after ${item.attempts.length} tries` : '';
  const from = item.backend ?? item.error ?? 'mogoly';
  return `${print.paint('grey', clock(item.startedAt))} ${status} ${plain(`${item.method} ${item.host}${item.path}`)} ${Math.round(item.durationMs)} ms ${print.paint('grey', plain(from + tries))}`;
}

export function logLine({ print }: Pick<Context, 'print'>, entry: LogEntry): string {
  const colour = { debug: 'grey', info: 'cyan', warn: 'yellow', error: 'red' } as const;
  return `${print.paint('grey', clock(entry.at))} ${print.paint(colour[entry.level], entry.level)} ${plain(entry.message)} ${print.paint('grey', `(${plain(entry.event)})`)}`;
}
