/** The addresses we accept on: opened before an apply swaps, kept when it changes nothing for them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { ListenAddress } from '../generation.ts';
import { refuseConnection } from './client-error.ts';

/** A request head larger than this is answered 431. */
export const MAX_HEAD_BYTES = 64 * 1024;
/** For the whole head of a request; slower ones are answered 408. */
const HEAD_TIMEOUT_MS = 30_000;
/** Between looks for heads that take too long. */
const HEAD_SWEEP_MS = 5_000;
/** A kept connection may wait this long for its next request. */
const KEEP_ALIVE_MS = 65_000;

/** Between looks for idle connections while a listener closes. */
const IDLE_SWEEP_MS = 50;

export interface RequestHandlers {
  onRequest: (request: IncomingMessage, response: ServerResponse, expectContinue: boolean) => void;
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

export interface OpenListener extends ListenAddress {
  /** `keyOf` what was asked for: port 0 is bound to another one. */
  key: string;
  /** Stops accepting at once; ends when the last request has, or at the deadline. */
  close: (deadlineMs: number) => Promise<void>;
}

export const keyOf = (address: ListenAddress): string => `${address.kind} ${address.address} ${address.port}`;

/** What an apply has to open, and which of the running ones it no longer needs. */
export function planListeners(
  running: readonly OpenListener[],
  next: readonly ListenAddress[],
): { open: ListenAddress[]; keep: OpenListener[]; close: OpenListener[] } {
  const wanted = new Set(next.map(keyOf));
  const have = new Set(running.map((listener) => listener.key));
  return {
    open: next.filter((address) => !have.has(keyOf(address))),
    keep: running.filter((listener) => wanted.has(listener.key)),
    close: running.filter((listener) => !wanted.has(listener.key)),
  };
}

/** The server behind a listener, not listening yet. The sweep is what enforces the time of a head. */
export function createHttpServer(
  handlers: RequestHandlers,
  { headTimeoutMs = HEAD_TIMEOUT_MS, sweepMs = HEAD_SWEEP_MS } = {},
): Server {
  const server = createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    requireHostHeader: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: sweepMs,
  });
  server.headersTimeout = headTimeoutMs;
  server.requestTimeout = 0; // an upload may take as long as it takes
  server.on('request', (request, response) => handlers.onRequest(request, response, false));
  server.on('checkContinue', (request, response) => handlers.onRequest(request, response, true));
  server.on('checkExpectation', (_request, response: ServerResponse) =>
    response.writeHead(417, { 'content-length': 0 }).end(),
  );
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    if (isWebSocket(request)) handlers.onUpgrade(request, socket as Socket, head);
    else readAgain(server, request, socket, head);
  });
  server.on('connect', (_request, socket: Duplex) =>
    socket.end('HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
  );
  server.on('clientError', refuseConnection);
  return server;
}

const isWebSocket = (request: IncomingMessage): boolean =>
  request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';

/** A server may ignore an upgrade it does not know, as curl's to h2c, and answer the request (RFC 9110 section 7.8). */
function readAgain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/${request.httpVersion}`];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (request.rawHeaders[i]!.toLowerCase() !== 'upgrade')
      lines.push(`${request.rawHeaders[i]!}: ${request.rawHeaders[i + 1]!}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

/** Errors: LISTEN_PORT_TAKEN, LISTEN_PORT_PRIVILEGED, LISTEN_ADDRESS_UNKNOWN, LISTEN_FAILED. */
export function openListener(address: ListenAddress, handlers: RequestHandlers): Promise<Result<OpenListener>> {
  const server = createHttpServer(handlers);
  const sockets = new Set<Socket>();
  const upgraded = new WeakSet<Duplex>();
  server.on('connection', (socket: Socket) => {
    if (sockets.has(socket)) return; // read again
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request: IncomingMessage, socket) => {
    if (isWebSocket(request)) upgraded.add(socket);
  });
  /** Node does not count a connection as idle that has not spoken yet, as browsers open ahead of time. */
  const cutIdle = (): void => {
    server.closeIdleConnections();
    for (const socket of sockets) if (socket.bytesRead === 0 || upgraded.has(socket)) socket.destroy();
  };
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(failure(listenProblem(address, error))));
    server.listen(
      { host: address.address, port: address.port, exclusive: true, ipv6Only: address.address.includes(':') },
      () => {
        const bound = server.address();
        const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
        resolve(
          success({
            ...address,
            key: keyOf(address),
            port,
            close: (deadlineMs) => closeServer(server, cutIdle, deadlineMs),
          }),
        );
      },
    );
  });
}

function closeServer(server: Server, cutIdle: () => void, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    // A connection under way turns idle when its response ends; Node would keep it until its timeout.
    const sweep = setInterval(cutIdle, IDLE_SWEEP_MS);
    server.close(() => {
      clearTimeout(deadline);
      clearInterval(sweep);
      resolve();
    });
    cutIdle();
  });
}

function listenProblem(address: ListenAddress, error: NodeJS.ErrnoException): Problem {
  const where = `${address.address.includes(':') ? `[${address.address}]` : address.address}:${address.port}`;
  const path = ['listen', address.kind];
  if (error.code === 'EADDRINUSE') {
    return problem('LISTEN_PORT_TAKEN', `${where} is taken by another program.`, {
      path,
      fix: `Stop that program, or set listen.${address.kind} to another port.`,
    });
  }
  if (error.code === 'EACCES') {
    return problem('LISTEN_PORT_PRIVILEGED', `${where} may not be bound by this user.`, {
      path,
      fix: `Set listen.${address.kind} to a port above 1023.`,
    });
  }
  if (error.code === 'EADDRNOTAVAIL') {
    return problem('LISTEN_ADDRESS_UNKNOWN', `${where} is not an address of this machine.`, {
      path,
      fix: 'Use a port alone, or an address of this machine.',
    });
  }
  return problem('LISTEN_FAILED', `${where} cannot be listened on: ${error.message}.`, {
    path,
    fix: 'Choose another address.',
  });
}
