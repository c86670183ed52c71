/** The WebSocket of pushes: one subscription a connection, cut off when it cannot keep up. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { refuseStranger } from './guard.ts';
import type { ControlServerOptions } from './server.ts';

/** Nothing is asked over this socket; a longer message is a mistake. */
const MESSAGE_LIMIT = 4_096;
/** A reader further behind than this is cut off; it asks for a snapshot when it is back. */
const BEHIND_LIMIT = 16 * 1_024 * 1_024;
const CONNECTION_LIMIT = 100;

export interface EventsDoor {
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  close: () => void;
}

export function createEventsDoor({ publisher, token }: Pick<ControlServerOptions, 'publisher' | 'token'>): EventsDoor {
  let sockets: WebSocketServer | undefined;
  let isClosed = false;
  /** The package is loaded for the first reader: a start does without it. */
  const open = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { WebSocketServer: Server } = await import('ws');
    sockets ??= new Server({ noServer: true, maxPayload: MESSAGE_LIMIT });
    if (sockets.clients.size >= CONNECTION_LIMIT)
      return refuse(socket, '503 Service Unavailable', `More than ${CONNECTION_LIMIT} readers.`);
    if (isClosed) return refuse(socket, '503 Service Unavailable', 'Mogoly stops.');
    if (!socket.destroyed) sockets.handleUpgrade(request, socket, head, (opened) => follow(opened, publisher));
  };
  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const stranger = refuseStranger(request, token);
      if (stranger) return refuse(socket, `${stranger.status} Refused`, stranger.problem.message);
      if (request.url?.split('?', 1)[0] !== '/v1/events')
        return refuse(socket, '404 Not Found', 'Events are at /v1/events.');
      void open(request, socket, head);
    },
    close() {
      isClosed = true;
      for (const client of sockets?.clients ?? []) client.close(1001, 'Mogoly stops');
      sockets?.close();
    },
  };
}

function follow(socket: WebSocket, publisher: ControlServerOptions['publisher']): void {
  const unsubscribe = publisher.subscribe((push) => {
    if (socket.bufferedAmount > BEHIND_LIMIT) socket.terminate();
    else socket.send(JSON.stringify(push));
  });
  socket.on('close', unsubscribe);
  socket.on('error', () => socket.terminate());
}

function refuse(socket: Duplex, status: string, text: string): void {
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
