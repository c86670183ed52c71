/** The proxy's door: requests and upgrades of every listener come in here. */
import type { Socket } from 'node:net';
import { Http1Client } from './client/http1-client.ts';
import { connectionOf } from './connection.ts';
import type { ProxyDeps } from './deps.ts';
import { ProxyExchange } from './exchange.ts';
import type { RequestHandlers } from './listeners.ts';
import { Upgrade } from './upgrade.ts';

export function createProxy(deps: ProxyDeps): RequestHandlers {
  return {
    onRequest(request, response, expectContinue) {
      const client = new Http1Client(request, response, expectContinue);
      const exchange = new ProxyExchange(deps, connectionOf(request.socket, 'http'), client);
      try {
        exchange.start();
      } catch (error) {
        deps.bug(error, 'request');
        response.destroy();
      }
    },
    onUpgrade(request, socket: Socket, head) {
      new Upgrade(deps, connectionOf(socket, 'http'), request, socket, head).start().catch((error: unknown) => {
        deps.bug(error, 'upgrade');
        socket.destroy();
      });
    },
  };
}
