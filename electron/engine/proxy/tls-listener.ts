/** HTTPS: TLS connections that speak HTTP/2 or HTTP/1.1, as ALPN settles it (RFC 7301). */
import { createServer as createNetServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TlsOptions, type TLSSocket } from 'node:tls';
import type { Result } from '../../../shared/problem.ts';
import type { ListenAddress } from '../generation.ts';
import { refusalText } from './client-error.ts';
import type { Client } from './client/client.ts';
import { createHttpServer, type Http1Handlers } from './http-server.ts';
import { createHttp2Server, type Http2Handlers } from './http2-server.ts';
import { listen, type OpenListener } from './listeners.ts';

/** What a TLS listener is told of certificates. */
export interface TlsDoor {
  /** Options of the servers for clients that name a host, that name none, and that validate by ACME. */
  options: () => Record<ServerKind, TlsOptions>;
  /** Keeps keys and certificates of these servers up to date; the call it gives ends that. */
  attach: (servers: Record<ServerKind, TlsServer>) => () => void;
  /** Reads the start of the handshake, puts it back, and tells which server is meant. */
  sort: (socket: Socket, take: (kind: ServerKind | 'plain') => void) => void;
}

export type ServerKind = 'named' | 'nameless' | 'acme';

/** Of either protocol. */
export interface HttpsHandlers extends Pick<Http1Handlers, 'onUpgrade'>, Pick<Http2Handlers, 'onTunnel'> {
  onRequest: (socket: Socket, client: Client) => void;
}

const ALPN = ['h2', 'http/1.1'];
/** For the whole handshake. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Errors as of openHttpListener(). */
export function openTlsListener(
  address: ListenAddress,
  handlers: HttpsHandlers,
  door: TlsDoor,
): Promise<Result<OpenListener>> {
  const http1 = createHttpServer(handlers);
  const http2 = createHttp2Server(handlers);
  const serve = (socket: TLSSocket): void => {
    socket.on('error', ignore); // its close is what counts
    if (socket.alpnProtocol === 'h2') http2.accept(socket);
    else http1.accept(socket);
  };
  const servers = createTlsServers(door, serve);
  const detach = door.attach(servers);
  const sockets = new Set<Socket>();
  const server = createNetServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', ignore);
    socket.once('close', () => sockets.delete(socket));
    door.sort(socket, (kind) => {
      if (kind === 'plain') refusePlain(socket);
      else servers[kind].emit('connection', socket);
    });
  });
  return listen(address, {
    server,
    cutIdle() {
      http1.cutIdle();
      http2.closeIdle();
    },
    cutAll: () => sockets.forEach((socket) => socket.destroy()),
    onClosed() {
      detach();
      http1.close();
      http2.close();
    },
  });
}

/** Reads what was sent, or its end would cut the answer off. */
function refusePlain(socket: Socket): void {
  const message = 'The request came in plain http to a port for https.';
  socket.resume().end(refusalText({ code: 'TLS_REQUIRED', message }));
  socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () => socket.destroy());
}

function createTlsServers(door: TlsDoor, serve: (socket: TLSSocket) => void): Record<ServerKind, TlsServer> {
  const options = door.options();
  const make = (kind: ServerKind, own: TlsOptions): TlsServer => {
    const server = createTlsServer({ handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...options[kind], ...own });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  };
  const named = make('named', { ALPNProtocols: ALPN });
  const nameless = make('nameless', { ALPNProtocols: ALPN });
  named.on('secureConnection', serve);
  nameless.on('secureConnection', serve);
  const acme = make('acme', { ALPNProtocols: ['acme-tls/1'] });
  acme.on('secureConnection', (socket) => socket.end()); // the certificate was all that was asked for (RFC 8737)
  return { named, nameless, acme };
}

const ignore = (): void => undefined;
