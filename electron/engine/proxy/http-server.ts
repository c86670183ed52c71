/** Takes connections that speak HTTP/1, and ends those that wait too long or are no longer wanted. */
import type { Socket } from 'node:net';
import { ClientConnection, type Http1Handlers, type Waiting } from './client/client-connection.ts';
import { RefusedRequest } from './client/request-head.ts';

export { MAX_HEAD_BYTES, type Http1Handlers } from './client/client-connection.ts';

/** For the whole head of a request; slower ones are answered 408. */
const HEAD_TIMEOUT_MS = 30_000;
/** Between looks for connections that take too long. */
const SWEEP_MS = 5_000;
/** A kept connection may wait this long for its next request. */
const KEEP_ALIVE_MS = 65_000;

export interface HttpServer {
  accept: (socket: Socket) => void;
  /** Ends connections that carry nothing now: idle, upgraded, or not yet heard of, as browsers open them ahead of time. */
  cutIdle: () => void;
  cutAll: () => void;
  /** Ends the looks for slow ones. */
  close: () => void;
}

export function createHttpServer(
  handlers: Http1Handlers,
  { headTimeoutMs = HEAD_TIMEOUT_MS, sweepMs = SWEEP_MS } = {},
): HttpServer {
  const connections = new Set<ClientConnection>();
  const limits: Record<Waiting, number> = {
    'first head': turnsOf(KEEP_ALIVE_MS, sweepMs),
    head: turnsOf(headTimeoutMs, sweepMs),
    'next head': turnsOf(KEEP_ALIVE_MS, sweepMs),
    nothing: Infinity,
  };
  const sweep = (): void => {
    for (const connection of connections) {
      if (connection.isUpgraded || ++connection.turns <= limits[connection.waiting]) continue;
      if (connection.waiting === 'head')
        connection.refuse(new RefusedRequest('REQUEST_TIMEOUT', 'The header did not arrive in time.'));
      else connection.socket.destroy();
    }
  };
  const sweeper = setInterval(sweep, sweepMs);
  sweeper.unref();
  return {
    accept(socket) {
      const connection = new ClientConnection(socket, handlers);
      connections.add(connection);
      socket.on('close', () => connections.delete(connection));
    },
    cutIdle() {
      for (const connection of connections) if (connection.isIdle || connection.isUpgraded) connection.socket.destroy();
    },
    cutAll() {
      for (const { socket } of connections) socket.destroy();
    },
    close: () => clearInterval(sweeper),
  };
}

/** Sweeps until this time is surely over. */
const turnsOf = (ms: number, sweepMs: number): number => Math.max(1, Math.ceil(ms / sweepMs));
