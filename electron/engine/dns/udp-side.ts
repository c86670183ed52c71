/** The UDP half of a DNS listener. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import type { ListenAddress } from '../generation.ts';
import { createNearness } from './near.ts';
import type { Responder } from './responder.ts';

/** Answers that wait for the network; more are dropped, as UDP may. */
const MAX_QUEUED = 256;

export interface UdpSide {
  close: () => Promise<void>;
}

/** Rejects with the error of the socket that could not be bound. */
export function bindUdp({ address, port }: ListenAddress, responder: Responder): Promise<UdpSide> {
  const isV6 = address.includes(':');
  const isNear = createNearness();
  let isOpen = true;
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    ipv6Only: isV6,
    // Addresses of clients are addresses already: Node would look each up in another turn of the event loop.
    lookup: (hostname, _options, callback) => callback(null, hostname, isV6 ? 6 : 4),
  });
  socket.on('message', (query: Buffer, client: RemoteInfo) => {
    if (client.port === 0 || !isNear(client.address)) return; // nothing can be sent to port 0
    responder.respond(query, client.address, true, (answer) => {
      if (!isOpen || socket.getSendQueueCount() >= MAX_QUEUED) return;
      socket.send(answer, client.port, client.address);
      if (socket.getSendQueueCount() > 0) responder.renew();
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      isOpen = false;
      socket.close(() => resolve());
    });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      socket.on('error', () => undefined); // a client that is gone; the socket serves the others
      resolve({ close });
    });
  });
}
