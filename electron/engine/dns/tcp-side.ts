/** The TCP half of a DNS listener: several queries a connection, answered as each is ready (RFC 7766). */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { ListenAddress } from '../generation.ts';
import { readFrames, writeFrame } from './frames.ts';
import { createNearness } from './near.ts';
import type { Responder } from './responder.ts';

/** Stub resolvers open few; more are turned away. */
const MAX_CONNECTIONS = 100;
/** A connection without questions is closed (RFC 7766 section 6.2.3). */
const IDLE_MS = 10_000;

export interface TcpSide {
  port: number;
  stopAccepting: () => void;
  /** Cuts what is open. */
  close: () => Promise<void>;
}

/** Rejects with the error of the server that could not listen. */
export function listenTcp({ address, port }: ListenAddress, responder: Responder): Promise<TcpSide> {
  const sockets = new Set<Socket>();
  const isNear = createNearness();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const client = socket.remoteAddress ?? '';
    socket.on('error', () => socket.destroy());
    if (sockets.size >= MAX_CONNECTIONS || !isNear(client)) return void socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, client, responder);
  });
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  const stopAccepting = (): void => void server.close();
  const close = (): Promise<void> => {
    stopAccepting();
    for (const socket of sockets) socket.destroy();
    return closed;
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true, ipv6Only: address.includes(':') }, () =>
      resolve({ port: (server.address() as AddressInfo).port, stopAccepting, close }),
    );
  });
}

/** A client may close its side after its last question, and still gets the answers. */
function serve(socket: Socket, client: string, responder: Responder): void {
  let unanswered = 0;
  let hasEnded = false;
  const endWhenDone = (): void => {
    if (hasEnded && unanswered === 0) socket.end();
  };
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('drain', () => socket.resume());
  socket.on('end', () => {
    hasEnded = true;
    endWhenDone();
  });
  readFrames(socket, (query) => {
    unanswered++; // what is no query stays so, until the connection has been idle
    responder.respond(query, client, false, (answer) => {
      unanswered--;
      if (socket.writable && !writeFrame(socket, answer)) socket.pause(); // until the client reads
      endWhenDone();
    });
  });
}
