/** A server on a Unix socket that says of itself what a Docker or a Podman does, and follows nothing but its own end. */
import { createServer, type Server } from 'node:http';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface FakeDocker {
  host: string;
  /** Sends one line of the event stream to each who listens. */
  tell: (event: object) => void;
  close: () => Promise<void>;
}

/** `answers`: further paths of the Engine API, without the query. */
export async function startFakeDocker(
  socket: string,
  { components = ['Engine'], answers = {} }: { components?: string[]; answers?: Record<string, unknown> } = {},
): Promise<FakeDocker> {
  mkdirSync(dirname(socket), { recursive: true });
  const listeners = new Set<NodeJS.WritableStream>();
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]!;
    if (path === '/_ping') return void response.end('OK');
    if (path === '/events') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      listeners.add(response);
      return;
    }
    const body =
      path === '/version' ? { Version: '9.9', Components: components.map((Name) => ({ Name })) } : answers[path];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { message: 'no such thing' }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    tell: (event) => listeners.forEach((listener) => listener.write(`${JSON.stringify(event)}\n`)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
