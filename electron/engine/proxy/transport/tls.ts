/** HTTPS to a backend: the first connection asks by ALPN whether it speaks HTTP/2 (RFC 7301). */
import { connect } from 'node:tls';
import { isIP } from 'node:net';
import type { Origin } from '../../generation.ts';
import { CONNECT_TIMEOUT_MS, connectOptions } from './connect.ts';
import { createHttp1Transport } from './http1.ts';
import { createHttp2Transport } from './http2.ts';
import type { Transport } from './transport.ts';
import { TransportError } from './transport-error.ts';

export function createTlsTransport(origin: Origin): Transport {
  let chosen: Transport | undefined;
  let choosing: Promise<Transport> | undefined;
  const choose = (): Promise<Transport> =>
    (choosing ??= negotiate(origin)
      .then((protocol) => (chosen = protocol === 'h2' ? createHttp2Transport(origin) : createHttp1Transport(origin)))
      .finally(() => (choosing = undefined)));
  return {
    dispatch(request, handler, needs) {
      if (chosen !== undefined) chosen.dispatch(request, handler, needs);
      else
        choose().then(
          (transport) => transport.dispatch(request, handler, needs),
          (error: Error) => handler.onError(error),
        );
    },
    close: async () => chosen?.close(),
    destroy: async () => chosen?.destroy(),
  };
}

function negotiate(origin: Origin): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      ...connectOptions(origin),
      host: origin.hostname,
      port: origin.port,
      ALPNProtocols: ['h2', 'http/1.1'],
    };
    const socket = connect(isIP(origin.hostname) ? options : { ...options, servername: origin.hostname });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
      fail(new TransportError('CONNECT_TIMEOUT', 'no answer to the TLS handshake')),
    );
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      const protocol = socket.alpnProtocol || 'http/1.1';
      socket.destroy();
      resolve(protocol);
    });
  });
}
