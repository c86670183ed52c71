/** Starts `mogoly run` as a process of its own and waits until it serves. */
import { spawn, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { problem, ProblemError, type Problem } from '../../shared/problem.ts';
import type { Snapshot } from '../../shared/state.ts';
import { homeUnusable, makeFolder } from '../engine/make-folder.ts';
import { call } from './client.ts';
import type { Context } from './command.ts';

const START_DEADLINE_MS = 15_000;
/** Longer than the drain and the closing of a stopping process together. */
export const STOP_DEADLINE_MS = 20_000;
const POLL_MS = 25;

/** `isNew` is false for one that ran there already. Throws ProblemError: the problems of the process where it ends before it serves. */
export async function startDetached(
  context: Context,
  configFile: string | undefined,
): Promise<{ snapshot: Snapshot; isNew: boolean }> {
  const { home, socket } = context.target;
  const running = await call(context.target, 'status.get');
  if (running.ok && (configFile === undefined || resolve(configFile) === running.value.configFile))
    return { snapshot: running.value, isNew: false };
  if (running.ok)
    throw new ProblemError([
      problem('HOME_TAKEN', `Mogoly (pid ${running.value.pid}) runs in ${home} with ${running.value.configFile}.`, {
        fix: 'Stop it first with `mogoly daemon stop`, or set MOGOLY_HOME to another folder.',
      }),
    ]);
  const said = join(home, 'logs', 'daemon.log');
  const output = await openSaid(home, said);
  const args = [
    ...process.execArgv,
    process.argv[1]!,
    'run',
    '--home',
    home,
    ...(socket ? ['--socket', socket] : []),
    ...(configFile ? ['--config', resolve(configFile)] : []),
  ];
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
    env: context.io.env,
  });
  await output.close();
  const started = follow(child);
  try {
    return { snapshot: await waitUntilServing(context, started, said), isNew: true };
  } finally {
    child.unref();
    if (child.connected) child.disconnect();
  }
}

async function openSaid(home: string, file: string): Promise<FileHandle> {
  try {
    await makeFolder(dirname(file));
    return await open(file, 'w', 0o600);
  } catch (error) {
    throw new ProblemError(homeUnusable(home, error).problems);
  }
}

interface Started {
  pid: number | undefined;
  /** How it ended, and the problems that it told before; undefined while it runs. */
  ended: () => { how: string; problems: Problem[] } | undefined;
}

function follow(child: ChildProcess): Started {
  let how: string | undefined;
  let problems: Problem[] = [];
  child.on('message', (told) => (problems = told as Problem[]));
  child.once('exit', (code, signal) => (how = signal ?? `exit code ${code}`));
  child.once('error', (error) => (how = error.message));
  return {
    pid: child.pid,
    // What it told may come after its end, but comes before the line is cut.
    ended: () => (how === undefined || child.connected ? undefined : { how, problems }),
  };
}

async function waitUntilServing(context: Context, { pid, ended }: Started, said: string): Promise<Snapshot> {
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const answer = await call(context.target, 'status.get');
    if (answer.ok && answer.value.pid === pid && answer.value.status === 'running') return answer.value;
    const end = ended();
    if (end !== undefined) throw new ProblemError(end.problems.length > 0 ? end.problems : [notStarted(end.how, said)]);
    if (Date.now() > deadline) throw new ProblemError([notServing(pid)]);
    await new Promise((wait) => setTimeout(wait, POLL_MS));
  }
}

const notStarted = (how: string, said: string): Problem =>
  problem('DAEMON_NOT_STARTED', `Mogoly has ended before it served (${how}).`, {
    fix: `Read what it said in ${said}, or try \`mogoly run\` to see it in the foreground.`,
  });

const notServing = (pid: number | undefined): Problem =>
  problem('DAEMON_NOT_SERVING', `Mogoly (pid ${pid}) does not serve after ${START_DEADLINE_MS / 1_000} s.`, {
    fix: 'Look in `mogoly daemon logs` what it waits for, or end it with `mogoly daemon stop`.',
  });
