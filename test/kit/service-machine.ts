/** `mogoly run` beside a real dockerd: the engine in the namespace of the published ports, asked by its control socket. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '../../electron/cli/client.ts';
import type { ConfigFile } from '../../shared/config.ts';
import type { Answer, CommandName, Reply, Request } from '../../shared/protocol.ts';
import type { ServiceState, ServiceStatus } from '../../shared/service.ts';
import { runInside, startDockerd, type Dockerd, type DockerdOptions } from './docker.ts';
import { buildCli } from './cli.ts';
import { configText } from './engine.ts';
import { bundleTo } from './overlay.ts';
import { until } from './wait.ts';

const SLOW_REGISTRY = new URL('./slow-registry-guest.ts', import.meta.url).pathname;
const CLIENT = new URL('./client-guest.ts', import.meta.url).pathname;

/** What a client was told. */
export type Told<T> = { ok: true; value: T } | { ok: false; message: string };

export interface Machine {
  dockerd: Dockerd;
  /** A fresh home with an engine on it, running. */
  run: (config: ConfigFile, options?: { home?: string; env?: Record<string, string> }) => Promise<Running>;
  /** Asks a database or a port as its usual client does. */
  client: <T>(kind: 'pg' | 'redis' | 'mysql' | 'http' | 'tcp', url: string, text?: string) => Promise<Told<T>>;
  /** The registry again, on another port, at a trickle until it is released. */
  slowRegistry: () => Promise<SlowRegistry>;
  close: () => Promise<void>;
}

export interface SlowRegistry {
  address: string;
  release: () => Promise<void>;
}

export interface Running {
  home: string;
  process: ChildProcess;
  output: () => string;
  /** The value; problems are thrown. */
  ask: <K extends CommandName>(name: K, request?: Request<K>) => Promise<Reply<K>>;
  answer: <K extends CommandName>(name: K, request?: Request<K>) => Promise<Answer<K>>;
  state: (name: string) => Promise<ServiceState | undefined>;
  /** Waits until the service has the status. */
  becomes: (name: string, status: ServiceStatus) => Promise<ServiceState>;
  /** A command of the CLI, as typed. */
  cli: (...args: string[]) => Promise<{ code: number; out: string; err: string }>;
  /** Without a word to it. */
  kill: () => Promise<void>;
}

/** The first start of a database, and a pull, on a small machine. */
const WAIT = { timeoutMs: 120_000, intervalMs: 200 };

export async function startMachine(options: DockerdOptions = {}): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'mogoly-services-'));
  // As it is shipped.
  const [dockerd, built, client] = await Promise.all([
    startDockerd(options),
    buildCli(),
    bundleTo(folder, CLIENT, 'client'),
  ]);
  const cli = built.path;
  const slow: ChildProcess[] = [];
  const running: Running[] = [];
  const node = process.execPath;
  return {
    dockerd,
    async run(config, { home, env = {} } = {}) {
      const place = home ?? (await mkdtemp(join(folder, 'home-')));
      if (home === undefined) await writeFile(join(place, 'mogoly.yaml'), configText(config));
      const started = await startRunning(place, { node, cli, dockerd, env });
      running.push(started);
      return started;
    },
    client: async <T>(...args: [string, string, string?]) =>
      JSON.parse(await runInside(dockerd, [node, client, ...args.filter((arg) => arg !== undefined)])) as Told<T>,
    async slowRegistry() {
      const guest = await bundleTo(folder, SLOW_REGISTRY, 'slow-registry');
      const flag = join(folder, `fast-${slow.length}`);
      const port = 5_010 + slow.length;
      const [command, ...rest] = [...dockerd.enter, node, guest, String(port), flag];
      const child = spawn(command!, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
      slow.push(child);
      await once(child.stdout, 'data');
      return { address: `127.0.0.1:${port}`, release: () => writeFile(flag, '') };
    },
    async close() {
      for (const child of slow) child.kill('SIGKILL');
      for (const one of running) await one.kill();
      await dockerd.close();
      await built.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Place {
  node: string;
  cli: string;
  dockerd: Dockerd;
  env: Record<string, string>;
}

async function startRunning(home: string, { node, cli, dockerd, env }: Place): Promise<Running> {
  const [command, ...args] = [...dockerd.enter, node, cli];
  const around = { ...process.env, MOGOLY_HOME: home, HOME: home, DOCKER_HOST: dockerd.host, ...env };
  const child = spawn(command!, [...args, 'run'], { env: around, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answer: Running['answer'] = (name, request) => call({ home }, name, request);
  const ask: Running['ask'] = async (name, request) => {
    const told = await answer(name, request);
    if (!told.ok) throw new Error(told.problems.map(({ code, message }) => `${code}: ${message}`).join('\n'));
    return told.value;
  };
  const state: Running['state'] = async (name) =>
    (await ask('services.list')).services.find((service) => service.name === name);
  await until(() => ask('status.get').then(({ status }) => status === 'running'), {
    timeoutMs: 30_000,
    message: 'the engine',
  }).catch((error: unknown) => Promise.reject(new Error(`${String(error)}\n${output}`)));
  return {
    home,
    process: child,
    output: () => output,
    ask,
    answer,
    state,
    async becomes(name, status) {
      let last: ServiceState | undefined;
      // A failure is final: nothing tries again by itself.
      const find = async (): Promise<ServiceState | undefined> => {
        last = await state(name);
        return last?.status === status || last?.status === 'failed' ? last : undefined;
      };
      const found = await until(find, { ...WAIT, message: `${name} to be ${status}` }).catch(() => last);
      if (found?.status === status) return found;
      throw new Error(`${name} is not ${status}: ${JSON.stringify(found)}\n${output}`);
    },
    cli: (...words) =>
      new Promise((resolve) => {
        const typed = spawn(command!, [...args, ...words], { env: around, stdio: ['ignore', 'pipe', 'pipe'] });
        const said = { out: '', err: '' };
        typed.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
        typed.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
        typed.once('close', (code) => resolve({ code: code ?? 128, ...said }));
      }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
