/**
 * The control socket: the contract over HTTP and a WebSocket.
 *
 * Who may talk to it: processes of the same user, kept by the 0700 folder and the 0600 socket (a token where the
 * system has no such modes). Who must not: a web page. A browser reaches no Unix socket, but may reach a bridge to one,
 * so whatever has an Origin or a foreign Host is refused.
 */
import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { dirname } from 'node:path';
import { failure, problem, success } from '../../shared/problem.ts';
import type { Result } from '../../shared/problem.ts';
import type { Handlers } from '../../shared/protocol.ts';
import { makeFolder } from '../engine/make-folder.ts';
import { createEventsDoor } from './events-door.ts';
import { answers } from './owner.ts';
import type { Publisher } from './publisher.ts';
import { handleRequest } from './request.ts';

/** A slower sender of a head or a body is cut off. */
const REQUEST_TIMEOUT_MS = 60_000;

export interface ControlServerOptions {
  /** Unix socket path, or a named pipe on Windows. */
  path: string;
  handlers: Handlers;
  publisher: Publisher;
  /** Asked as `Authorization: Bearer …` when given. */
  token?: string | undefined;
}

export interface ControlServer {
  path: string;
  close: () => Promise<void>;
}

/** Listens with mode 0600. Problems: HOME_TAKEN when somebody answers there already, CONTROL_FAILED when it cannot be bound. */
export async function startControlServer(options: ControlServerOptions): Promise<Result<ControlServer>> {
  const { path, publisher } = options;
  const isPipe = path.startsWith('\\\\');
  const door = createEventsDoor(options);
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void handleRequest(options, request, response),
  );
  server.on('upgrade', door.upgrade);
  server.on('clientError', (_error, socket) => socket.destroy());
  try {
    if (!isPipe) await mkdirPrivate(dirname(path));
    if (await answers(path))
      return failure(
        problem('HOME_TAKEN', `Another Mogoly answers at ${path}.`, {
          fix: 'Stop it with `mogoly daemon stop`, or set MOGOLY_HOME to another folder.',
        }),
      );
    if (!isPipe) await rm(path, { force: true });
    await listen(server, path, isPipe);
  } catch (error) {
    return failure(
      problem('CONTROL_FAILED', `The control socket ${path} cannot be opened: ${(error as Error).message}.`, {
        fix: 'Make its folder yours and writable.',
      }),
    );
  }
  return success({
    path,
    async close() {
      door.close();
      publisher.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 500).unref();
      await closed;
    },
  });
}

/** A folder in a shared place could have been made by somebody else to listen in; only our own will do. */
async function mkdirPrivate(folder: string): Promise<void> {
  await makeFolder(folder);
  const found = await lstat(folder);
  if (process.getuid && found.uid !== process.getuid() && process.getuid() !== 0)
    throw new Error(`${folder} belongs to another user`);
  if (found.isSymbolicLink()) return;
  if ((found.mode & 0o022) !== 0) await chmod(folder, 0o700);
}

/** bind(2) happens before listen() returns, so the umask holds for it and for nothing else. */
async function listen(server: Server, path: string, isPipe: boolean): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o177);
    try {
      server.listen(path, () => resolve());
    } finally {
      process.umask(before);
    }
  });
  if (!isPipe) await chmod(path, 0o600);
}
