/** Hosts the engine in this process until it is told to end: home lock, workspace, engine, control socket. */
import { createHandlers } from '../control/handlers.ts';
import { acquireHome } from '../control/home.ts';
import { createPublisher } from '../control/publisher.ts';
import { startControlServer } from '../control/server.ts';
import type { Engine } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { openWorkspace } from '../engine/sample/workspace.ts';
import { ProblemError } from '../../shared/problem.ts';
import type { Result } from '../../shared/problem.ts';
import type { ListenerState } from '../../shared/state.ts';
import type { Context } from './command.ts';
import type { ExitCode } from './io.ts';
import { tellProblems } from './inspect.ts';
import { keepHeapTop } from './heap-top.ts';
import { version } from './version.ts';

/** Requests under way get this long before the process ends anyway. */
const CLOSE_DEADLINE_MS = 15_000;

/** 0 when it was told to end and ended in order; throws ProblemError when it cannot start. */
export async function serveForeground(context: Context, configFile: string | undefined): Promise<ExitCode> {
  const { home } = context.target;
  const closers: (() => Promise<void>)[] = [];
  const ending = new AbortController();
  const quit = (): void => ending.abort();
  context.io.signal.addEventListener('abort', quit, { once: true });
  if (context.io.signal.aborted) quit();
  try {
    const lock = take(await acquireHome(home, 'cli', context.target.socket));
    closers.push(lock.release);
    const workspace = await openWorkspace(home, configFile);
    closers.push(workspace.close);
    const engine = createEngine({
      home,
      configFile: workspace.configFile,
      host: 'cli',
      version: version(),
      env: context.io.env,
    });
    closers.push(engine.close);
    workspace.attach(engine);
    const publisher = createPublisher(engine);
    const handlers = createHandlers(engine, { quit, snapshot: publisher.snapshot });
    const token = process.platform === 'win32' ? lock.token : undefined;
    const control = take(await startControlServer({ path: lock.socket, handlers, publisher, token }));
    closers.push(control.close);
    take(await engine.start());
    keepHeapTop();
    announce(context, engine);
    await aborted(ending.signal);
    context.print.line('Stopping: requests under way are finished first.');
    return 0;
  } finally {
    context.io.signal.removeEventListener('abort', quit);
    await closeAll(closers);
  }
}

function take<T>(result: Result<T>): T {
  if (!result.ok) throw new ProblemError(result.problems);
  return result.value;
}

/** What was opened last is closed first; one that fails or hangs does not keep the others open. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  const work = (async () => {
    for (const close of closers.reverse()) await close().catch(() => undefined); // the process ends: nobody can mend it
  })();
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_DEADLINE_MS)))]);
  clearTimeout(timer);
}

function announce(context: Context, engine: Engine): void {
  const { print } = context;
  const snapshot = engine.snapshot();
  const readyMs = Math.round(performance.now());
  const listening = snapshot.listeners.filter((listener) => !listener.problem);
  if (print.isJson)
    return print.json(
      {
        event: 'ready',
        pid: snapshot.pid,
        home: snapshot.home,
        configFile: snapshot.configFile,
        revision: snapshot.revision,
        listeners: snapshot.listeners,
        readyMs,
      },
      true,
    );
  print.line(
    `Mogoly is ready on ${listening.map(addressOf).join(' and ') || 'no address'} (revision ${snapshot.revision}, ${readyMs} ms)`,
  );
  for (const site of snapshot.sites.slice(0, 20)) print.line(`  ${site.url}`);
  if (snapshot.sites.length > 20) print.line(`  and ${snapshot.sites.length - 20} more`);
  tellProblems(context, snapshot);
  print.warnings(snapshot.listeners.flatMap((listener) => listener.problem ?? []));
}

const addressOf = ({ kind, address, port }: ListenerState): string =>
  `${kind}://${address.includes(':') ? `[${address}]` : address}:${port}`;

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
