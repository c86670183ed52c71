/** The addresses we accept on: opened before an apply swaps, kept when it changes nothing for them. */
import { createServer, type Server } from 'node:net';
import { failure, success, type Result } from '../../../shared/problem.ts';
import type { ListenAddress } from '../generation.ts';
import { listenProblem } from '../listen-problem.ts';
import { createHttpServer, type Http1Handlers } from './http-server.ts';

/** Between looks for idle connections while a listener closes. */
const IDLE_SWEEP_MS = 50;

export interface OpenListener extends ListenAddress {
  /** `keyOf` what was asked for: port 0 is bound to another one. */
  key: string;
  /** Stops accepting at once; ends when the last request has, or at the deadline. */
  close: (deadlineMs: number) => Promise<void>;
}

export const keyOf = (address: ListenAddress): string => `${address.kind} ${address.address} ${address.port}`;

/** What an apply has to open, and which of the running ones it no longer needs. */
export function planListeners(
  running: readonly OpenListener[],
  next: readonly ListenAddress[],
): { open: ListenAddress[]; keep: OpenListener[]; close: OpenListener[] } {
  const wanted = new Set(next.map(keyOf));
  const have = new Set(running.map((listener) => listener.key));
  return {
    open: next.filter((address) => !have.has(keyOf(address))),
    keep: running.filter((listener) => wanted.has(listener.key)),
    close: running.filter((listener) => !wanted.has(listener.key)),
  };
}

/** What a listener accepts with, and how it lets go. */
export interface Acceptor {
  server: Server;
  /** Cuts the connections that carry nothing now; called again and again while the listener closes. */
  cutIdle: () => void;
  /** At the deadline. */
  cutAll: () => void;
  /** When nothing is open any more. */
  onClosed?: () => void;
}

/** Errors: LISTEN_PORT_TAKEN, LISTEN_PORT_PRIVILEGED, LISTEN_ADDRESS_UNKNOWN, LISTEN_FAILED. */
export function openHttpListener(address: ListenAddress, handlers: Http1Handlers): Promise<Result<OpenListener>> {
  const http = createHttpServer(handlers);
  const server = createServer({ noDelay: true }, http.accept);
  return listen(address, { server, cutIdle: http.cutIdle, cutAll: http.cutAll, onClosed: http.close });
}

export function listen(address: ListenAddress, acceptor: Acceptor): Promise<Result<OpenListener>> {
  const { server } = acceptor;
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      acceptor.onClosed?.();
      resolve(failure(listenProblem(address, error)));
    });
    server.listen(
      { host: address.address, port: address.port, exclusive: true, ipv6Only: address.address.includes(':') },
      () => {
        const bound = server.address();
        const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
        const close = (deadlineMs: number): Promise<void> => closeAcceptor(acceptor, deadlineMs);
        resolve(success({ ...address, key: keyOf(address), port, close }));
      },
    );
  });
}

function closeAcceptor({ server, cutIdle, cutAll, onClosed }: Acceptor, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(cutAll, deadlineMs);
    // A connection under way turns idle when its response ends; Node would keep it until its timeout.
    const sweep = setInterval(cutIdle, IDLE_SWEEP_MS);
    server.close(() => {
      clearTimeout(deadline);
      clearInterval(sweep);
      onClosed?.();
      resolve();
    });
    cutIdle();
  });
}
