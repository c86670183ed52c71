/** The proxy's door: requests, tunnels and upgrades of every listener come in here. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Client } from './client/client.ts';
import { connectionOf, type Connection } from './connection.ts';
import type { ProxyDeps } from './deps.ts';
import { ProxyExchange } from './exchange.ts';
import type { HttpsHandlers } from './tls-listener.ts';
import { upgradeRequestOf } from './upgrade-http2.ts';
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
    onTunnel(socket, client) {
      if (client.head.protocol !== 'websocket') return refuseTunnel(client);
      const upgraded = upgradeRequestOf(client);
      upgrade(connectionOf(socket), upgraded.request, upgraded.socket, NO_BYTES);
    },
    onUpgrade: (request, socket, head) => upgrade(connectionOf(socket), request, socket, head),
  };
}

/** We are no forward proxy: no tunnel to anywhere (RFC 9110 section 9.3.6). */
const refuseTunnel = (client: Client): void => client.sendHead(405, '', [], false);
