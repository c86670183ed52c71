/** Opens a raw connection to a backend, both loopback families tried. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Origin } from '../../generation.ts';
import { CONNECT_TIMEOUT_MS, connectOptions } from './connect.ts';
import { createLender, type ByteLender } from './lender.ts';
import { TransportError } from './transport-error.ts';

/** An open connection whose bytes go where `bytes.onBytes` says. */
export interface Dialled {
  socket: Socket;
  bytes: ByteLender;
}

/** For upgraded protocols, which read the socket themselves. */
export function dial(origin: Origin): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = origin.protocol === 'https' ? openTls(origin) : connectTcp(targetOf(origin));
    awaitOpen(socket, origin, (error) => (error === undefined ? resolve(socket) : reject(error)));
  });
}

/** For HTTP/1: cleartext is read into lent memory, TLS has its own. */
export function dialHttp1(origin: Origin, done: (error: Error | undefined, dialled: Dialled) => void): void {
  const bytes = createLender();
  const secure = origin.protocol === 'https';
  const { nextBuffer: buffer, onRead: callback } = bytes;
  const socket = secure ? openTls(origin) : connectTcp({ ...targetOf(origin), onread: { buffer, callback } });
  if (secure) {
    socket.on('data', (chunk: Buffer) => {
      if (!bytes.onBytes(chunk)) socket.pause();
    });
  }
  socket.setNoDelay(true);
  awaitOpen(socket, origin, (error) => done(error, { socket, bytes }));
}

const targetOf = (origin: Origin) => ({
  ...connectOptions(origin),
  host: origin.hostname,
  port: origin.port,
  timeout: 0,
});

const openTls = (origin: Origin): Socket =>
  connectTls({ ...targetOf(origin), ...(isIP(origin.hostname) ? {} : { servername: origin.hostname }) });

function awaitOpen(socket: Socket, { protocol }: Origin, done: (error: Error | undefined) => void): void {
  const opened = protocol === 'https' ? 'secureConnect' : 'connect';
  const end = (error: Error | undefined): void => {
    clearTimeout(timer);
    socket.off('error', fail);
    socket.off('close', onClose);
    socket.off(opened, onOpen);
    done(error);
  };
  const fail = (error: Error): void => {
    end(error);
    socket.on('error', () => undefined); // said already
    socket.destroy();
  };
  const onOpen = (): void => end(undefined);
  const onClose = (): void => fail(new TransportError('CONNECTION_CLOSED', 'connection closed before it was open'));
  const timer = setTimeout(
    () => fail(new TransportError('CONNECT_TIMEOUT', 'no connection in time')),
    CONNECT_TIMEOUT_MS,
  );
  socket.once('error', fail);
  socket.once('close', onClose);
  socket.once(opened, onOpen);
}
