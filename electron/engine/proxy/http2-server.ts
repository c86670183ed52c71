/** The HTTP/2 server behind TLS listeners: fed with connections, routed by stream (RFC 9113). */
import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { MAX_HEAD_BYTES } from './http-server.ts';

export interface Http2Handlers {
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]) => void;
}

/** Of one connection; a browser opens hundreds for a page of modules. */
const MAX_STREAMS = 256;
/** What a stream may send ahead of its reader. */
const WINDOW_BYTES = 256 * 1024;
/** For all streams of a connection together. */
const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024;
/** A kept connection may wait this long for its next request. */
const IDLE_MS = 300_000;

export function createHttp2Server(handlers: Http2Handlers): Http2Server {
  const server = createServer({
    settings: {
      enableConnectProtocol: true, // RFC 8441
      maxConcurrentStreams: MAX_STREAMS,
      initialWindowSize: WINDOW_BYTES,
      maxHeaderListSize: MAX_HEAD_BYTES,
    },
  });
  server.setTimeout(IDLE_MS);
  server.on('timeout', (session: ServerHttp2Session) => session.close());
  server.on('session', (session) => {
    session.on('error', ignore); // its streams have been told
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
  });
  server.on('sessionError', ignore);
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: string[]) => {
    stream.on('error', ignore); // its close says all there is to know
    if (isWellFormed(headers)) handlers.onStream(stream, headers, flags, raw);
    else stream.close(constants.NGHTTP2_PROTOCOL_ERROR);
  });
  return server;
}

/** What would be another request in HTTP/1.1: nghttp2 lets spaces pass (RFC 9113 section 10.3). */
function isWellFormed(headers: IncomingHttpHeaders): boolean {
  const method = headers[':method'];
  const path = headers[':path'];
  return (
    typeof method === 'string' &&
    /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method) &&
    (path === undefined || /^[\x21-\x7e\x80-\xff]+$/.test(path))
  );
}

/** The connections of a server, to end them when it closes. */
export function trackSessions(server: Http2Server): { closeIdle: () => void } {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return {
    /** Says goodbye to all: streams under way go on, new ones go elsewhere (RFC 9113 section 6.8). */
    closeIdle() {
      for (const session of sessions) if (!session.closed) session.close();
    },
  };
}

const ignore = (): void => undefined;
