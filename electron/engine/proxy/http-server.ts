/** The HTTP/1 server behind every listener, not listening yet (RFC 9112). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { refuseConnection } from './client-error.ts';

/** A request head larger than this is answered 431. */
export const MAX_HEAD_BYTES = 64 * 1024;
/** For the whole head of a request; slower ones are answered 408. */
const HEAD_TIMEOUT_MS = 30_000;
/** Between looks for heads that take too long. */
const HEAD_SWEEP_MS = 5_000;
/** A kept connection may wait this long for its next request. */
const KEEP_ALIVE_MS = 65_000;

export interface Http1Handlers {
  onRequest: (request: IncomingMessage, response: ServerResponse, expectContinue: boolean) => void;
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** The sweep is what enforces the time of a head. */
export function createHttpServer(
  handlers: Http1Handlers,
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

export const isWebSocket = (request: IncomingMessage): boolean =>
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

/** The connections of a server as far as they may be cut when it closes. */
export interface Connections {
  /** Those that carry no request now: idle, upgraded, or not yet heard of, as browsers open them ahead of time. */
  cutIdle: () => void;
}

export function trackConnections(server: Server): Connections {
  /** Node does not count a connection as idle that has not spoken yet. */
  const silent = new Set<Socket>();
  const upgraded = new Set<Duplex>();
  const hear = ({ socket }: IncomingMessage): void => {
    if (silent.size > 0) silent.delete(socket);
  };
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => {
      silent.delete(socket);
      upgraded.delete(socket);
    });
  });
  server.on('request', hear);
  server.on('checkContinue', hear);
  server.on('upgrade', (request: IncomingMessage, socket) => {
    hear(request);
    if (isWebSocket(request)) upgraded.add(socket);
  });
  return {
    cutIdle() {
      server.closeIdleConnections();
      for (const socket of silent) if (isEncrypted(socket) || socket.bytesRead === 0) socket.destroy();
      for (const socket of upgraded) socket.destroy();
    },
  };
}

/** Its bytes are those of the handshake. */
const isEncrypted = (socket: Socket): boolean => 'encrypted' in socket;
