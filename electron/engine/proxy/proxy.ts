/** The proxy's door: requests, streams and upgrades of every listener come in here. */
import type { Socket } from 'node:net';
import { Http1Client } from './client/http1-client.ts';
import { Http2Client } from './client/http2-client.ts';
import type { Client } from './client/client.ts';
import { connectionOf, connectionOfSession, type Connection } from './connection.ts';
import type { ProxyDeps } from './deps.ts';
import { ProxyExchange } from './exchange.ts';
import type { HttpsHandlers } from './tls-listener.ts';
import { Upgrade } from './upgrade.ts';

export function createProxy(deps: ProxyDeps): HttpsHandlers {
  const exchange = (connection: Connection, client: Client): void => {
    try {
      new ProxyExchange(deps, connection, client).start();
    } catch (error) {
      deps.bug(error, 'request');
      client.destroy();
    }
  };
  return {
    onRequest(request, response, expectContinue) {
      exchange(connectionOf(request.socket), new Http1Client(request, response, expectContinue));
    },
    onStream(stream, headers, flags, rawHeaders) {
      const { session } = stream;
      if (session === undefined) return; // gone already
      exchange(connectionOfSession(session), new Http2Client(stream, headers, flags, rawHeaders));
    },
    onUpgrade(request, socket: Socket, head) {
      new Upgrade(deps, connectionOf(socket), request, socket, head).start().catch((error: unknown) => {
        deps.bug(error, 'upgrade');
        socket.destroy();
      });
    },
  };
}
