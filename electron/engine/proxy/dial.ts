/** Opens a raw connection to a backend, both loopback families tried, for upgraded protocols. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Origin } from '../generation.ts';
import { CONNECT_TIMEOUT_MS, connectOptions } from './connect.ts';

export function dial(origin: Origin): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const options = { ...connectOptions(origin), host: origin.hostname, port: origin.port, timeout: 0 };
    const secure = origin.protocol === 'https';
    const socket = secure ? connectTls({ ...options, servername: origin.hostname }) : connectTcp(options);
    const timer = setTimeout(
      () => fail(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })),
      CONNECT_TIMEOUT_MS,
    );
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
