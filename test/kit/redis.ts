/** A real Redis on a port of its own, which tests kill, freeze and start again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';
import { connects } from './wait-port.ts';
import { until } from './wait.ts';

export interface TestRedis {
  readonly port: number;
  start: () => Promise<void>;
  /** Gone at once, and all it knew with it. */
  kill: () => Promise<void>;
  /** It takes connections and answers nothing. */
  freeze: () => void;
  thaw: () => void;
}

/** Nothing is kept on disk. It ends with the test. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  const start = async (): Promise<void> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'];
    const started = spawn('redis-server', args, { stdio: 'ignore' });
    child = started;
    ended = new Promise((resolve) => started.once('exit', resolve));
    await until(() => connects(port), { message: 'redis-server to listen' });
  };
  const kill = async (): Promise<void> => {
    child?.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  await start();
  return { port, start, kill, freeze: () => void child?.kill('SIGSTOP'), thaw: () => void child?.kill('SIGCONT') };
}
