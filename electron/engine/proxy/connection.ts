/** What stays the same for all requests of one client connection. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { appendForwarded, removeNamedByConnection, type RequestHead } from './headers.ts';

export interface Connection {
  /** Address of the peer, IPv4 also where it came in as ::ffff:…. */
  peer: string;
  peerPort: number;
  /** Port of ours that it came to. */
  port: number;
  scheme: 'http' | 'https';
}

const known = new WeakMap<Socket, Connection>();

export function connectionOf(socket: Socket): Connection {
  let connection = known.get(socket);
  if (connection === undefined) known.set(socket, (connection = read(socket, 'encrypted' in socket)));
  return connection;
}

function read(
  { remoteAddress = '', remotePort = 0, localPort = 0 }: Socket | TLSSocket,
  isEncrypted: boolean,
): Connection {
  return {
    peer: remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress,
    peerPort: remotePort,
    port: localPort,
    scheme: isEncrypted ? 'https' : 'http',
  };
}

/** The nearest address to us that no trusted proxy vouches for; the peer itself where there is none. */
export function clientOf(
  peer: string,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
  for (let i = hops.length - 1; i >= 0; i--) {
    const hop = hops[i]!;
    if (hop === '') break;
    if (!isTrusted(hop)) return hop;
  }
  return peer;
}

/** Makes a head ready to go on, with what a backend is told of the client; gives the client's address. */
export function addForwarding(
  head: RequestHead,
  { peer, scheme, port }: Connection,
  isTrusted: (address: string) => boolean,
  httpVersion: string,
  viaToken: string,
): string {
  const trusted = isTrusted(peer);
  const client = trusted ? clientOf(peer, head.forwarded?.for, isTrusted) : peer;
  removeNamedByConnection(head);
  appendForwarded(head, { peer, host: head.host ?? '', scheme, port, httpVersion, viaToken, trusted });
  return client;
}
