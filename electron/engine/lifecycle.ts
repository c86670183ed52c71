/** Starts, stops and closes an engine, one after the other in the order they were asked for. */
import { join } from 'node:path';
import { failure, problem, success, type Problem, type Result } from '../../shared/problem.ts';
import type { EngineStatus } from '../../shared/state.ts';
import type { Engine, EngineOptions } from './engine.ts';
import type { Keeper } from './keeper.ts';
import { makeHome } from './make-folder.ts';
import type { Rooms } from './rooms.ts';
import { sweepFolder, sweepLeftovers } from './config/file.ts';
import { watchConfigFile } from './config/watch.ts';

/** Requests under way get this long when the engine stops. */
const STOP_DRAIN_MS = 5_000;

const CLOSED = problem('ENGINE_CLOSED', 'This engine is closed.', { fix: 'Create another one.' });

export interface Lifecycle extends Pick<Engine, 'status' | 'start' | 'stop' | 'close'> {
  startedAt: () => number | undefined;
}

/** `unusable`: why the config file cannot be read whatever it holds. */
export function createLifecycle(
  options: EngineOptions,
  configFile: string,
  keeper: Keeper,
  rooms: Rooms,
  unusable: Problem[],
): Lifecycle {
  let status: EngineStatus = 'stopped';
  let startedAt: number | undefined;
  let watcher: { close: () => void } | undefined;
  let isClosed = false;
  const inOrder = createOrder();

  const load = async (): Promise<Result<{ revision: number }>> => {
    keeper.serving = true;
    const made = await prepareHome(options.home, configFile, unusable);
    if (!made.ok) return made;
    // Before the file is read, so that no save falls between.
    if (options.watch !== false) watcher ??= watch(configFile, keeper, rooms);
    return keeper.load(options.configFile === undefined);
  };
  const giveUp = (): void => {
    watcher?.close();
    watcher = undefined;
    keeper.serving = false;
    status = 'stopped';
  };
  const start = async (): Promise<Result<{ revision: number }>> => {
    if (isClosed) return failure(CLOSED);
    if (status === 'running') return success({ revision: rooms.current().revision });
    status = 'starting';
    rooms.bus.emit('engine.starting', {});
    const loaded = await load().catch((error: unknown) => {
      giveUp();
      throw error;
    });
    if (!loaded.ok) {
      giveUp();
      return reportFailure(keeper, rooms, loaded);
    }
    status = 'running';
    startedAt = Date.now();
    return beginServing(rooms, loaded.value.revision, loaded.warnings);
  };
  const stop = async (): Promise<void> => {
    if (status !== 'running') return;
    status = 'stopping';
    rooms.bus.emit('engine.stopping', {});
    await stopServing(keeper, rooms);
    status = 'stopped';
    startedAt = undefined;
    rooms.bus.emit('engine.stopped', {});
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    watcher?.close();
    await stop();
    await rooms.close(keeper.running);
  };
  const state = { status: () => status, startedAt: () => startedAt };
  return { ...state, start: () => inOrder(start), stop: () => inOrder(stop), close: () => inOrder(close) };
}

function beginServing(rooms: Rooms, revision: number, warnings: Problem[]): Result<{ revision: number }> {
  rooms.health.resume();
  rooms.bus.emit('engine.started', { revision });
  return success({ revision }, warnings);
}

type Failed = ReturnType<typeof failure>;

function reportFailure(keeper: Keeper, rooms: Rooms, failed: Failed): Failed {
  keeper.problems = failed.problems;
  rooms.bus.emit('engine.startFailed', { problems: failed.problems });
  return failed;
}

async function stopServing(keeper: Keeper, rooms: Rooms): Promise<void> {
  rooms.rehearsals.stop(undefined, 'engine');
  rooms.health.pause();
  await keeper.stopServing(STOP_DRAIN_MS);
  rooms.transports.retain([]);
}

function watch(configFile: string, keeper: Keeper, rooms: Rooms): { close: () => void } {
  return watchConfigFile(configFile, () => {
    keeper.fileChanged().catch((error: unknown) => reportBug(rooms, error));
  });
}

function reportBug(rooms: Rooms, error: unknown): void {
  const message = `The changed file could not be looked at: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  rooms.bus.emit('log.line', { level: 'error', event: 'config.bug', message });
}

function createOrder(): <T>(act: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (act) => {
    const next = tail.then(act, act);
    tail = next.catch(() => undefined); // told to its own caller
    return next;
  };
}

async function prepareHome(home: string, configFile: string, unusable: Problem[]): Promise<Result<undefined>> {
  if (unusable.length > 0) return failure(...unusable);
  const made = await makeHome(home);
  if (made.ok) await Promise.all([sweepLeftovers(configFile), sweepFolder(join(home, 'history'))]);
  return made;
}
