/** Hosts the engine in the app: owns the home folder, opens the workspace, answers the control socket. */
import { createHandlers } from '../control/handlers.ts';
import { acquireHome } from '../control/home.ts';
import { createPublisher } from '../control/publisher.ts';
import type { Publisher } from '../control/publisher.ts';
import { startControlServer } from '../control/server.ts';
import type { Engine } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import type { KeyWrapper } from '../engine/tls/contexts.ts';
import { openWorkspace } from '../engine/sample/workspace.ts';
import { failure, problem, success } from '../../shared/problem.ts';
import type { Result } from '../../shared/problem.ts';
import type { Handlers } from '../../shared/protocol.ts';

export interface Host {
  engine: Engine;
  /** For the window; changes are noted as its own. */
  handlers: Handlers;
  publisher: Publisher;
  /** Lets go of everything, the control socket first, the home folder last. */
  close: () => Promise<void>;
}

type Closers = (() => Promise<void>)[];

/** The engine, not yet started. Problems: HOME_TAKEN, HOME_UNUSABLE, CONTROL_FAILED, WORKSPACE_FAILED. */
export async function openHost(home: string, version: string, keyWrapper?: KeyWrapper): Promise<Result<Host>> {
  const closers: Closers = [];
  const opened = await open(home, version, keyWrapper, closers).catch((error: unknown) =>
    failure(
      problem('WORKSPACE_FAILED', `The home folder ${home} cannot be opened: ${String(error)}`, {
        fix: 'Make it writable, or set MOGOLY_HOME to another folder.',
      }),
    ),
  );
  if (!opened.ok) await closeAll(closers);
  return opened;
}

async function open(
  home: string,
  version: string,
  keyWrapper: KeyWrapper | undefined,
  closers: Closers,
): Promise<Result<Host>> {
  const lock = await acquireHome(home, 'app');
  if (!lock.ok) return lock;
  closers.push(lock.value.release);
  const workspace = await openWorkspace(home);
  closers.push(workspace.close);
  const engine = createEngine({
    home,
    configFile: workspace.configFile,
    host: 'app',
    version,
    keyWrapper,
    elevation: 'prompt',
  });
  closers.push(engine.close);
  workspace.attach(engine);
  const publisher = createPublisher(engine);
  const { snapshot } = publisher;
  const control = await startControlServer({
    path: lock.value.socket,
    handlers: createHandlers(engine, { snapshot }),
    publisher,
    token: process.platform === 'win32' ? lock.value.token : undefined,
  });
  if (!control.ok) return control;
  closers.push(control.value.close);
  const handlers = createHandlers(engine, { snapshot, source: 'window' });
  return success({ engine, handlers, publisher, close: () => closeAll(closers) });
}

/** What was opened last is closed first; one that fails does not keep the others open. */
async function closeAll(closers: Closers): Promise<void> {
  const failed: unknown[] = [];
  for (const close of closers.splice(0).reverse()) await close().catch((error: unknown) => failed.push(error));
  if (failed.length > 0) throw new AggregateError(failed, 'Mogoly did not close in order');
}
