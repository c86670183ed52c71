/** The command line as tests use it: in this process against an engine hosted here, or built and started. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { build } from 'vite';
import { createHandlers } from '../../electron/control/handlers.ts';
import { acquireHome } from '../../electron/control/home.ts';
import { createPublisher } from '../../electron/control/publisher.ts';
import { startControlServer } from '../../electron/control/server.ts';
import { runCli } from '../../electron/cli/program.ts';
import type { ConfigFile } from '../../shared/config.ts';
import { startEngine } from './engine.ts';
import type { TestEngine } from './engine.ts';
import { until } from './wait.ts';

export interface CliResult {
  code: number;
  out: string;
  err: string;
}

export interface CliOptions {
  stdin?: string;
  signal?: AbortSignal;
  /** Hears standard output as it comes. */
  onOut?: (text: string) => void;
  isTTY?: boolean;
  env?: Record<string, string>;
}

/** Runs one command in this process; `MOGOLY_HOME` is the home. */
export async function cli(home: string, args: string[], options: CliOptions = {}): Promise<CliResult> {
  const result: CliResult = { code: 0, out: '', err: '' };
  const stdin = (async function* () {
    yield Buffer.from(options.stdin ?? '');
  })();
  result.code = await runCli(args, {
    stdout: {
      isTTY: options.isTTY,
      write: (text) => {
        result.out += text;
        options.onOut?.(text);
      },
    },
    stderr: { write: (text) => (result.err += text) },
    stdin: Object.assign(stdin, { isTTY: options.isTTY }),
    env: { MOGOLY_HOME: home, ...options.env },
    signal: options.signal ?? new AbortController().signal,
  });
  return result;
}

/** An engine with its control socket, as `mogoly run` hosts it, in this process; closed after the test. */
export async function hostEngine(config: ConfigFile | string): Promise<TestEngine> {
  const hosted = await startEngine(config, { host: 'cli', version: '1.2.3' });
  const lock = await acquireHome(hosted.home, 'cli');
  if (!lock.ok) throw new Error(lock.problems[0]!.message);
  const publisher = createPublisher(hosted.engine);
  const handlers = createHandlers(hosted.engine, { snapshot: publisher.snapshot });
  const server = await startControlServer({ path: lock.value.socket, handlers, publisher });
  if (!server.ok) throw new Error(server.problems[0]!.message);
  onTestFinished(async () => {
    await server.value.close();
    await lock.value.release();
    await hosted.close();
  });
  return hosted;
}

export interface BuiltCli {
  path: string;
  remove: () => Promise<void>;
}

/** Builds the command line as `npm run build` does, into a folder of its own. */
export async function buildCli(): Promise<BuiltCli> {
  const { builds } = (await import(new URL('../../build/vite.mjs', import.meta.url).href)) as {
    builds: () => Record<'modules' | 'program', { build: { outDir: string } }>;
  };
  const folder = await mkdtemp(join(tmpdir(), 'mogoly-cli-'));
  const { modules, program } = builds();
  for (const config of [modules, program]) {
    config.build.outDir = join(folder, 'dist');
    await build(config);
  }
  await copyFile(new URL('../../package.json', import.meta.url), join(folder, 'package.json'));
  return { path: join(folder, 'dist', 'cli.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface CliProcess extends CliResult {
  child: ChildProcess;
  /** The exit code, or 128 when a signal ended it. */
  ended: Promise<number>;
  said: (text: string) => Promise<unknown>;
}

/** Starts the built command line, behind a command of the shell as `ulimit -n 96`; killed after the test if it still runs. */
export function startCli(built: BuiltCli, home: string, args: string[], before?: string): CliProcess {
  const [file, ...words] = [process.execPath, built.path, ...args] as const;
  const shell = ['-c', `${before ?? ''}\nexec "$0" "$@"`, file, ...words];
  const child = spawn(before === undefined ? file : 'sh', before === undefined ? words : shell, {
    env: { ...process.env, MOGOLY_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 128)));
  const started: CliProcess = {
    child,
    code: -1,
    out: '',
    err: '',
    ended,
    said: (text) =>
      until(() => started.out.includes(text), { timeoutMs: 60_000, message: `"${text}" on standard output` }),
  };
  child.stdout.on('data', (chunk: Buffer) => (started.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (started.err += chunk.toString()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return started;
}
