/** The sockets of the DNS server: UDP and TCP on one address and port (RFC 7766). */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { createAddressMatcher } from '../../../shared/cidr.ts';
import { failure, success, type Result } from '../../../shared/problem.ts';
import type { ListenAddress } from '../generation.ts';
import { listenProblem } from '../listen-problem.ts';
import { readFrames, writeFrame } from './frames.ts';
import type { Responder } from './responder.ts';

/** Stub resolvers open few; more are turned away. */
const MAX_CONNECTIONS = 100;
/** A connection without questions is closed (RFC 7766 section 6.2.3). */
const IDLE_MS = 10_000;
/** Attempts to find a port that is free for both, where any will do. */
const PORT_ATTEMPTS = 20;

export interface DnsListener extends ListenAddress {
  key: string;
  close: (deadlineMs: number) => Promise<void>;
}

/** An open resolver would answer, and be abused by, the whole internet: only hosts near us are answered. */
const isNear = createAddressMatcher([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
]);

/** Errors: LISTEN_PORT_TAKEN, LISTEN_PORT_PRIVILEGED, LISTEN_ADDRESS_UNKNOWN, LISTEN_FAILED. */
export async function openDnsListener(address: ListenAddress, responder: Responder): Promise<Result<DnsListener>> {
  for (let attempt = 1; ; attempt++) {
    try {
      const tcp = await listenTcp(address, responder);
      const { port } = tcp.server.address() as { port: number };
      try {
        const udp = await bindUdp({ ...address, port }, responder);
        return success({ ...address, key: `dns ${address.address} ${address.port}`, port, close: closer(udp, tcp) });
      } catch (error) {
        await tcp.close();
        if (address.port !== 0 || attempt === PORT_ATTEMPTS) throw error;
      }
    } catch (error) {
      return failure(listenProblem(address, error as NodeJS.ErrnoException));
    }
  }
}

interface TcpSide {
  server: Server;
  close: () => Promise<void>;
}

function closer(udp: UdpSocket, tcp: TcpSide): () => Promise<void> {
  return async () => {
    await Promise.all([new Promise<void>((resolve) => udp.close(() => resolve())), tcp.close()]);
  };
}

const near = (address: string): boolean => isNear(address.startsWith('::ffff:') ? address.slice(7) : address);

function bindUdp({ address, port }: ListenAddress, responder: Responder): Promise<UdpSocket> {
  const isV6 = address.includes(':');
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    ipv6Only: isV6,
    // Addresses of clients are addresses already: Node would look each up in another turn of the event loop.
    lookup: (hostname, _options, callback) => callback(null, hostname, isV6 ? 6 : 4),
  });
  socket.on('message', (query: Buffer, client: RemoteInfo) => {
    if (near(client.address))
      responder.respond(query, client.address, true, (answer) =>
        socket.send(answer, 0, answer.length, client.port, client.address),
      );
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      socket.on('error', () => undefined); // a client that is gone; the socket serves the others
      resolve(socket);
    });
  });
}

function listenTcp({ address, port }: ListenAddress, responder: Responder): Promise<TcpSide> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const client = socket.remoteAddress ?? '';
    socket.on('error', () => socket.destroy());
    if (sockets.size >= MAX_CONNECTIONS || !near(client)) return void socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    readFrames(socket, (query) => {
      const isReadFaster = (answer: Buffer): boolean => writeFrame(socket, answer);
      responder.respond(query, client, false, (answer) => {
        if (isReadFaster(answer)) return;
        socket.pause();
        socket.once('drain', () => socket.resume());
      });
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true, ipv6Only: address.includes(':') }, () =>
      resolve({ server, close }),
    );
  });
}
