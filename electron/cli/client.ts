/** Speaks the contract to whichever Mogoly owns the home, over its control socket. */
import { request as httpRequest } from 'node:http';
import { isAlive, readOwner, type Owner } from '../control/owner.ts';
import { socketPath } from '../control/paths.ts';
import { failure, problem, ProblemError, type Problem } from '../../shared/problem.ts';
import type { Answer, CommandName, Push, Reply, Request } from '../../shared/protocol.ts';

/** An apply of a very large config takes seconds; a daemon that hangs shall not hang the terminal for ever. */
const CALL_TIMEOUT_MS = 120_000;

export interface Target {
  home: string;
  /** In place of the one that the home's owner listens on. */
  socket?: string | undefined;
}

interface Door {
  path: string;
  owner: Owner | undefined;
  headers: Record<string, string>;
}

async function findDoor({ home, socket }: Target): Promise<Door> {
  const owner = await readOwner(home);
  const headers: Record<string, string> = {
    host: 'localhost',
    ...(owner && { authorization: `Bearer ${owner.token}` }),
  };
  return { path: socket ?? owner?.socket ?? socketPath(home), owner, headers };
}

/** Never rejects for what is to be expected: nobody there is DAEMON_NOT_RUNNING, an owner without a socket DAEMON_UNHEARD, silence DAEMON_SILENT. */
export async function call<K extends CommandName>(target: Target, name: K, request?: Request<K>): Promise<Answer<K>> {
  const door = await findDoor(target);
  const body = request === undefined ? '' : JSON.stringify(request);
  return new Promise((resolve) => {
    const sent = httpRequest({
      socketPath: door.path,
      path: `/v1/${name}`,
      method: 'POST',
      headers: {
        ...door.headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      },
      timeout: CALL_TIMEOUT_MS,
    });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => resolve(silent(error)));
      response.on('end', () => resolve(parseAnswer<K>(Buffer.concat(chunks).toString('utf8'))));
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${CALL_TIMEOUT_MS / 1_000} s`)));
    sent.on('error', (error) => resolve(unreachable(target, door, error)));
    sent.end(body);
  });
}

/** Changes that are not written as text: what is refused of them stands on no line of the file. */
const BY_NAME = /^(sites|backends)\.|^config\.edit$/;

const withoutPlace = ({ at: _, ...item }: Problem): Problem => item;

/** The value, or its problems thrown as ProblemError. */
export async function ask<K extends CommandName>(target: Target, name: K, request?: Request<K>): Promise<Reply<K>> {
  const answer = await call(target, name, request);
  if (answer.ok) return answer.value;
  throw new ProblemError(BY_NAME.test(name) ? answer.problems.map(withoutPlace) : answer.problems);
}

/** Follows the pushes until `signal` aborts; rejects with ProblemError when nobody is there or the daemon goes away. */
export async function events(target: Target, onPush: (push: Push) => void, signal: AbortSignal): Promise<void> {
  const [door, { WebSocket }] = await Promise.all([findDoor(target), import('ws')]);
  await new Promise<void>((resolve, reject) => {
    // The address form of ws for a Unix socket (or named pipe): path of the socket, a colon, path of the request.
    const socket = new WebSocket(`ws+unix:${door.path}:/v1/events`, { headers: door.headers });
    const stop = (): void => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    socket.on('message', (data: Buffer) => onPush(JSON.parse(data.toString('utf8')) as Push));
    socket.on('error', (error) => {
      if (signal.aborted) resolve();
      else void unreachable(target, door, error).then(({ problems }) => reject(new ProblemError(problems)));
    });
    socket.on('close', () => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) resolve();
      else
        reject(
          new ProblemError([problem('DAEMON_GONE', 'Mogoly has stopped.', { fix: 'Start it with `mogoly run`.' })]),
        );
    });
    if (signal.aborted) stop();
  });
}

function parseAnswer<K extends CommandName>(text: string): Answer<K> {
  try {
    return JSON.parse(text) as Answer<K>;
  } catch {
    return failure(
      problem('DAEMON_GARBLED', 'What answers on the control socket is not Mogoly.', {
        fix: 'Check the path given to --socket.',
      }),
    );
  }
}

type Failed = ReturnType<typeof failure>;

async function unreachable({ home, socket }: Target, { owner, path }: Door, error: Error): Promise<Failed> {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (!['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR'].includes(code)) return silent(error);
  if (socket !== undefined)
    return failure(
      problem('DAEMON_NOT_RUNNING', `No Mogoly listens on ${socket}.`, { fix: 'Check the path given to --socket.' }),
    );
  if (owner && (await isAlive(home, owner))) return unheard(home, owner, path);
  return failure(
    problem('DAEMON_NOT_RUNNING', `Mogoly is not running for ${home}.`, {
      fix: 'Start it with `mogoly run`, or open the app.',
    }),
  );
}

/** Alive, but its socket was removed, or is not there yet. */
function unheard(home: string, { host, pid }: Owner, path: string): Failed {
  const end = host === 'app' ? 'quit it from its tray icon' : `end it with \`mogoly daemon stop\` or \`kill ${pid}\``;
  return failure(
    problem(
      'DAEMON_UNHEARD',
      `Mogoly ${host} (pid ${pid}) owns ${home}, but its control socket ${path} is not there.`,
      {
        fix: `Try again if it has just been started; else ${end}, and start it again.`,
      },
    ),
  );
}

const silent = (error: Error): Failed =>
  failure(
    problem('DAEMON_SILENT', `Mogoly does not answer: ${error.message}.`, {
      fix: 'Look in `mogoly daemon logs`, or restart it.',
    }),
  );
