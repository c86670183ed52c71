/** The proxy's door: requests, streams and upgrades of every listener come in here. */
import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { Http2Client } from './client/http2-client.ts';
import type { Client } from './client/client.ts';
import { connectionOf, connectionOfSession, type Connection } from './connection.ts';
import type { ProxyDeps } from './deps.ts';
import { ProxyExchange } from './exchange.ts';
import type { HttpsHandlers } from './tls-listener.ts';
import { isWebSocketStream, upgradeRequestOf } from './upgrade-http2.ts';
import { Upgrade } from './upgrade.ts';

const NO_BYTES = Buffer.alloc(0);

export function createProxy(deps: ProxyDeps): HttpsHandlers {
  const exchange = (connection: Connection, client: Client): void => {
    try {
      new ProxyExchange(deps, connection, client).start();
    } catch (error) {
      deps.bug(error, 'request');
      client.destroy();
    }
  };
  const upgrade = (connection: Connection, request: IncomingMessage, socket: Socket, head: Buffer): void => {
    new Upgrade(deps, connection, request, socket, head).start().catch((error: unknown) => {
      deps.bug(error, 'upgrade');
      socket.destroy();
    });
  };
  return {
    onRequest: (socket, client) => exchange(connectionOf(socket), client),
    onStream(stream, headers, flags, rawHeaders) {
      const { session } = stream;
      if (session === undefined) return; // gone already
      if (isWebSocketStream(headers)) {
        const { request, socket } = upgradeRequestOf(stream, rawHeaders);
        return upgrade(connectionOfSession(session), request, socket, NO_BYTES);
      }
      if (headers[':method'] === 'CONNECT') return refuseConnect(stream);
      exchange(connectionOfSession(session), new Http2Client(stream, headers, flags, rawHeaders));
    },
    onUpgrade: (request, socket, head) => upgrade(connectionOf(socket), request, socket, head),
  };
}

/** We are no forward proxy: no tunnel to anywhere (RFC 9110 section 9.3.6). */
const refuseConnect = (stream: ServerHttp2Stream): void => stream.respond({ ':status': 405 }, { endStream: true });
