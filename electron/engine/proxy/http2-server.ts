/** Takes connections that speak HTTP/2, and ends those that wait too long or are no longer wanted (RFC 9113). */
import type { Socket } from 'node:net';
import type { Http2Client } from './client/http2-client.ts';
import { ERROR } from './h2/frames.ts';
import { Session, type SessionHandlers } from './h2/session.ts';
import { describeError, renderError } from './pages.ts';

export type Http2Handlers = Omit<SessionHandlers, 'onLargeHead'>;

/** Between looks for connections that take too long. */
const SWEEP_MS = 5_000;
/** For what has begun: the preface, a header block, the rest of a frame. */
const HEAD_TIMEOUT_MS = 30_000;
/** For the acknowledgement of our settings. */
const SETTINGS_TIMEOUT_MS = 30_000;
/** A kept connection may wait this long for its next request. */
const IDLE_MS = 300_000;
/** A client that has been told goodbye may take this long to read it. */
const GOODBYE_MS = 10_000;

export interface Http2Server {
  accept: (socket: Socket) => void;
  /** Says goodbye to all: streams under way go on, new ones go elsewhere. */
  closeIdle: () => void;
  /** Ends the looks for slow ones. */
  close: () => void;
}

/** What a session waits for, in turns of the sweep. */
interface Patience {
  head: number;
  settings: number;
  idle: number;
  goodbye: number;
}

export function createHttp2Server(
  handlers: Http2Handlers,
  {
    sweepMs = SWEEP_MS,
    headTimeoutMs = HEAD_TIMEOUT_MS,
    settingsTimeoutMs = SETTINGS_TIMEOUT_MS,
    idleMs = IDLE_MS,
    goodbyeMs = GOODBYE_MS,
  } = {},
): Http2Server {
  const sessions = new Set<Session>();
  const turnsOf = (ms: number): number => Math.max(1, Math.ceil(ms / sweepMs));
  const patience: Patience = {
    head: turnsOf(headTimeoutMs),
    settings: turnsOf(settingsTimeoutMs),
    idle: turnsOf(idleMs),
    goodbye: turnsOf(goodbyeMs),
  };
  const sweeper = setInterval(() => {
    for (const session of sessions) judge(session, patience);
  }, sweepMs);
  sweeper.unref();
  const all = { ...handlers, onLargeHead: refuseLargeHead };
  return {
    accept(socket) {
      const session = new Session(socket, all);
      sessions.add(session);
      socket.once('close', () => sessions.delete(session));
    },
    closeIdle() {
      for (const session of sessions) session.leave();
    },
    close: () => clearInterval(sweeper),
  };
}

function judge(session: Session, patience: Patience): void {
  session.turn();
  const { ending, amidst, unagreed, quiet } = session.turns;
  if (session.isEnding) {
    if (ending > patience.goodbye) session.socket.destroy();
  } else if (amidst > patience.head) session.fail(late(ERROR.PROTOCOL_ERROR, 'a frame that does not end'));
  else if (unagreed > patience.settings) session.fail(late(ERROR.SETTINGS_TIMEOUT, 'no answer to our settings'));
  else if (quiet > patience.idle && session.streamCount === 0) session.leave();
}

const late = (code: number, message: string): { code: number; message: string } => ({ code, message });

function refuseLargeHead(client: Http2Client): void {
  const page = describeError('HEAD_TOO_LARGE', 'The header is larger than 64 KiB.');
  const { contentType, body } = renderError(page, undefined);
  const bytes = Buffer.from(body);
  const headers = ['content-type', contentType, 'x-mogoly-error', page.code, 'content-length', String(bytes.length)];
  client.sendHead(page.status, '', headers, true);
  client.end(bytes);
}
