/** What stays the same for all requests of one client connection. */
import type { Socket } from 'node:net';
import { appendForwarded, removeNamedByConnection, type RequestHead } from './headers.ts';

export interface Connection {
  /** Address of the peer, IPv4 also where it came in as ::ffff:…. */
  peer: string;
  /** Port of ours that it came to. */
  port: number;
  scheme: 'http' | 'https';
}

const known = new WeakMap<Socket, Connection>();

export function connectionOf(socket: Socket, scheme: 'http' | 'https'): Connection {
  let connection = known.get(socket);
  if (connection === undefined) {
    const address = socket.remoteAddress ?? '';
    connection = {
      peer: address.startsWith('::ffff:') ? address.slice(7) : address,
      port: socket.localPort ?? 0,
      scheme,
    };
    known.set(socket, connection);
  }
  return connection;
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
