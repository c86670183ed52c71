/** Starts `mogoly run` as a process of its own and waits until it serves. */
import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { problem, ProblemError } from '../../shared/problem.ts';
import type { Snapshot } from '../../shared/state.ts';
import { call } from './client.ts';
import type { Context } from './command.ts';

const START_DEADLINE_MS = 15_000;
/** Longer than the drain and the closing of a stopping process together. */
export const STOP_DEADLINE_MS = 20_000;
const POLL_MS = 25;
/** Of what a process that could not start has said. */
const SAID_CHARS = 4_000;

/** `isNew` is false for one that ran there already. Throws ProblemError with what the process said when it ends before it serves. */
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
  const logs = join(home, 'logs');
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const said = join(logs, 'daemon.log');
  const output = await open(said, 'w', 0o600);
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
    stdio: ['ignore', output.fd, output.fd],
    env: context.io.env,
  });
  await output.close();
  let ended: string | undefined;
  child.once('exit', (code, signal) => (ended = signal ?? `exit code ${code}`));
  child.once('error', (error) => (ended = error.message));
  child.unref();
  return { snapshot: await waitUntilServing(context, () => ended, child.pid, said), isNew: true };
}

/** Whole lines. */
const endOf = (text: string): string =>
  text.length <= SAID_CHARS ? text : text.slice(text.indexOf('\n', text.length - SAID_CHARS) + 1);

async function waitUntilServing(
  context: Context,
  ended: () => string | undefined,
  pid: number | undefined,
  said: string,
): Promise<Snapshot> {
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const answer = await call(context.target, 'status.get');
    if (answer.ok && answer.value.pid === pid && answer.value.status === 'running') return answer.value;
    const why = ended() ?? (Date.now() > deadline ? `nothing served after ${START_DEADLINE_MS / 1_000} s` : undefined);
    if (why !== undefined) {
      const text = endOf((await readFile(said, 'utf8').catch(() => '')).trim()); // it may not have said a word
      throw new ProblemError([
        problem('DAEMON_NOT_STARTED', `Mogoly could not start (${why})${text ? `:\n${text}` : ''}`, {
          fix: 'Try `mogoly run` to see it in the foreground.',
        }),
      ]);
    }
    await new Promise((wait) => setTimeout(wait, POLL_MS));
  }
}
