/** `daemon`: the headless Mogoly of a home, started, ended and read. */
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSameProcess, processExists, readOwner } from '../control/owner.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import { ask, call, events } from './client.ts';
import type { Context, Runner } from './command.ts';
import { wholeNumber } from './command.ts';
import { logLine } from './events.ts';
import { status, tellProblems } from './inspect.ts';
import { plain } from './print.ts';
import { serve } from './run.ts';
import { startDetached, STOP_DEADLINE_MS } from './detach.ts';

interface StartOptions {
  detach?: boolean;
  config?: string;
}

interface LogsOptions {
  tail: number;
  follow?: boolean;
}

export function register(program: Command, run: Runner): void {
  const daemon = program.command('daemon').alias('d').description('start, stop and read the headless Mogoly');
  daemon
    .command('start')
    .description('serve, in the foreground unless -d')
    .option('-d, --detach', 'serve in the background')
    .option('-c, --config <file>', 'config file (mogoly.yaml in the home folder)')
    .action(
      run((context, options: StartOptions) =>
        options.detach ? startAndTell(context, options.config) : serve(context, options),
      ),
    );
  daemon
    .command('stop')
    .description('end it; requests under way are finished first')
    .action(run((context) => stopAndTell(context)));
  daemon
    .command('restart')
    .description('stop it, and start it in the background with the same config')
    .action(run((context) => restart(context)));
  daemon
    .command('status')
    .description('what is served, where, and how it is')
    .action(run((context) => status(context)));
  daemon
    .command('logs')
    .description('the newest log entries')
    .option('-t, --tail <count>', 'how many', wholeNumber, 50)
    .option('-f, --follow', 'go on with what comes')
    .action(run((context, options: LogsOptions) => logs(context, options)));
}

/** One that runs there is what was wanted, unless another config is asked for. */
async function startAndTell(context: Context, configFile: string | undefined): Promise<void> {
  const { snapshot, isNew } = await startDetached(context, configFile);
  const how = isNew ? 'in the background' : 'already';
  context.print.result(snapshot, () => context.print.line(`Mogoly is running ${how} (pid ${snapshot.pid})`));
  tellProblems(context, snapshot);
}

/** Nothing there to stop is what was wanted. */
async function stopAndTell(context: Context): Promise<void> {
  const stopped = await stop(context);
  context.print.result({ stopped: stopped !== undefined, pid: stopped?.pid ?? null }, () =>
    context.print.line(stopped ? `Mogoly (pid ${stopped.pid}) has stopped` : 'Mogoly is not running'),
  );
}

interface Stopped {
  pid: number;
  /** Undefined for one that could not be asked. */
  configFile?: string;
}

/** What was stopped; undefined when nothing ran. */
export async function stop({ target }: Context): Promise<Stopped | undefined> {
  const seen = await call(target, 'status.get');
  const has = (wanted: string): boolean => !seen.ok && seen.problems.some(({ code }) => code === wanted);
  if (has('DAEMON_NOT_RUNNING')) return undefined;
  const unheard = has('DAEMON_UNHEARD') ? await readOwner(target.home) : undefined;
  if (unheard?.host === 'cli' && (await isSameProcess(unheard)) === true) {
    process.kill(unheard.pid, 'SIGTERM');
    return ended({ pid: unheard.pid });
  }
  if (!seen.ok) throw new ProblemError(seen.problems);
  const { pid } = await ask(target, 'daemon.quit');
  return ended({ pid, configFile: seen.value.configFile });
}

async function ended(stopped: Stopped): Promise<Stopped> {
  const { pid } = stopped;
  const deadline = Date.now() + STOP_DEADLINE_MS;
  while (pid !== process.pid && processExists(pid)) {
    if (Date.now() > deadline)
      throw new ProblemError([
        problem('DAEMON_STILL_RUNNING', `Mogoly (pid ${pid}) has not ended after ${STOP_DEADLINE_MS / 1_000} s.`, {
          fix: `End it with: kill ${pid}`,
        }),
      ]);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return stopped;
}

async function restart(context: Context): Promise<void> {
  const stopped = await stop(context);
  if (stopped !== undefined && stopped.configFile === undefined)
    context.print.line('It could not be asked for its config file: that of the home folder is taken.');
  await startAndTell(context, stopped?.configFile);
}

async function logs(context: Context, { tail, follow }: LogsOptions): Promise<void> {
  const { print, target, io } = context;
  const answer = await call(target, 'log.list', { limit: Math.max(1, Math.min(tail, 5_000)) });
  if (!answer.ok) return showLogFile(context, tail, new ProblemError(answer.problems));
  if (!follow && print.isJson) return print.json(answer.value);
  for (const entry of tail === 0 ? [] : answer.value) {
    if (print.isJson) print.json(entry, true);
    else print.line(logLine(context, entry));
  }
  if (!follow) return;
  await events(
    target,
    (push) => {
      if (push.name !== 'log.written') return;
      for (const entry of push.data) {
        if (print.isJson) print.json(entry, true);
        else print.line(logLine(context, entry));
      }
    },
    io.signal,
  );
}

/** A Mogoly that has ended has left its log, and often that is why one looks. */
async function showLogFile({ print, target, io }: Context, tail: number, reason: ProblemError): Promise<void> {
  const text = await readFile(join(target.home, 'logs', 'mogoly.log'), 'utf8').catch(() => ''); // never ran, or logs elsewhere
  const lines = text.split('\n').filter(Boolean).slice(-tail);
  if (lines.length === 0) throw reason;
  io.stderr.write(`${plain(reason.message)}\nThe end of its log:\n`);
  for (const line of lines) io.stdout.write(`${plain(line)}\n`);
  print.line();
}
