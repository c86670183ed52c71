/** A real HTTP backend for tests: says what it was asked, and misbehaves on request. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * How a backend answers: `ok` says what it got · `hang` never answers · `reset` drops the connection with a TCP reset ·
 * `status:503` that status · `slow:200` as `ok` after so many milliseconds · `garbage` bytes that are not HTTP.
 */
export type BackendMode = 'ok' | 'hang' | 'reset' | 'garbage' | `status:${number}` | `slow:${number}`;

/** A request as the backend got it, noted when its head arrived. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  /** Names and values in turn, in the order and case of the wire. */
  rawHeaders: string[];
}

/** The JSON body of an `ok` answer. */
export interface BackendReply {
  backend: string;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  /** Bytes of the request's body. */
  bodyLength: number;
}

export interface BackendOptions {
  /** 0, the default, lets the kernel choose. */
  port?: number;
  /** Address to listen on; 127.0.0.1 unless told. */
  host?: string;
  /** Answers in `ok` mode in place of the JSON echo. */
  handler?: RequestListener;
  /** The name it gives in its replies. */
  name?: string;
}

export interface TestBackend {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Connections open right now. */
  connectionCount(): number;
  setMode(mode: BackendMode): void;
  /** Accepts no more and ends idle connections; resolves when the last one is gone. */
  close(): Promise<void>;
  /** Stops as a killed process would: every connection is torn down at once. */
  kill(): Promise<void>;
}

/** Starts a backend and resolves once it listens. */
export async function startBackend(options: BackendOptions = {}): Promise<TestBackend> {
  const { port = 0, host = '127.0.0.1', name = 'backend' } = options;
  const handler = options.handler ?? ((request, response) => echo(name, request, response));
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let mode: BackendMode = 'ok';

  const server = createServer((request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request;
    requests.push({ method, url, headers, rawHeaders });
    answer(mode, handler, request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, resolve);
  });

  const bound = (server.address() as AddressInfo).port;
  const stopped = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return {
    name,
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    requests,
    connectionCount: () => sockets.size,
    setMode: (next) => void (mode = next),
    close: () => {
      const closed = stopped();
      server.closeIdleConnections();
      return closed;
    },
    kill: () => {
      const closed = stopped();
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

function answer(mode: BackendMode, handler: RequestListener, request: IncomingMessage, response: ServerResponse): void {
  const [kind, argument] = mode.split(':');
  switch (kind) {
    case 'hang':
      request.resume();
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'garbage':
      request.socket.end('\x00\x01this is not HTTP\r\n\r\n');
      return;
    case 'status':
      request.resume();
      response.writeHead(Number(argument), { 'content-type': 'text/plain' }).end(`status ${argument}\n`);
      return;
    case 'slow': {
      const timer = setTimeout(() => handler(request, response), Number(argument));
      response.on('close', () => clearTimeout(timer));
      return;
    }
    default:
      handler(request, response);
  }
}

function echo(backend: string, request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '', headers } = request;
  let bodyLength = 0;
  request.on('data', (chunk: Buffer) => void (bodyLength += chunk.length));
  request.on('end', () => {
    const reply: BackendReply = { backend, method, url, headers, bodyLength };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(reply));
  });
}
