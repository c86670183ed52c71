/** One tiny dev server to route to on a first run: a page, /healthz, and a stream at /events. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { helloPage } from './hello-page.ts';

/** Between two messages of the stream. */
const EVENT_MS = 1_000;
/** Browsers allow six streams a host; anything beyond is a mistake. */
const STREAM_LIMIT = 100;

export interface SampleServer {
  name: string;
  port: number;
  close: () => Promise<void>;
}

/** Listens on IPv4 loopback; rejects when the port is taken. */
export async function startSampleServer(name: string, port: number): Promise<SampleServer> {
  const streams = new Set<ServerResponse>();
  let count = 0;
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path === '/healthz') return sendText(response, 200, 'ok\n');
    if (path === '/favicon.ico') return sendText(response, 404, 'none\n');
    if (path === '/events') return openStream(name, streams, response);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return sendText(response, 405, 'This sample server only answers GET.\n', { allow: 'GET, HEAD' });
    count += 1;
    sendPage(name, count, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  return {
    name,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const stream of streams) stream.end();
        server.closeAllConnections();
      }),
  };
}

function sendPage(name: string, count: number, request: IncomingMessage, response: ServerResponse): void {
  const host = request.headers['x-forwarded-host'] ?? request.headers.host ?? 'localhost';
  const html = helloPage({ server: name, count, host: String(host), path: request.url ?? '/' });
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-sample-server': name,
  });
  response.end(request.method === 'HEAD' ? undefined : html);
}

/** Server-sent events (WHATWG HTML §9.2): the time, once a second. */
function openStream(name: string, streams: Set<ServerResponse>, response: ServerResponse): void {
  if (streams.size >= STREAM_LIMIT) return sendText(response, 503, 'Too many streams.\n');
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const say = (): void => void response.write(`data: ${name}, ${new Date().toISOString().slice(11, 19)} UTC\n\n`);
  say();
  const timer = setInterval(say, EVENT_MS);
  streams.add(response);
  response.on('close', () => {
    clearInterval(timer);
    streams.delete(response);
  });
}

function sendText(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(text);
}
