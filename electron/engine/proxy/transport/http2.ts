/** HTTP/2 to a backend, cleartext with prior knowledge or over TLS, so that gRPC passes (RFC 9113). */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Origin } from '../../generation.ts';
import { CONNECT_TIMEOUT_MS, connectOptions } from './connect.ts';
import {
  UNKNOWN_LENGTH,
  type OutboundNeeds,
  type OutboundRequest,
  type ResponseHandler,
  type ResponseHead,
  type Transport,
} from './transport.ts';
import { PASS, LENGTH, responseFieldKind } from './response-fields.ts';
import { TransportError } from './transport-error.ts';

/** Requests that found the session closing are sent again on a new one. */
export function createHttp2Transport(origin: Origin): Transport {
  let session: ClientHttp2Session | undefined;
  const open = (): ClientHttp2Session => {
    if (session !== undefined && !session.closed && !session.destroyed) return session;
    const next = connect(origin.origin, { ...connectOptions(origin), timeout: 0 } as never);
    next.on('error', () => undefined); // every stream of it reports the error by itself
    next.on('goaway', () => {
      if (session === next) session = undefined;
    });
    next.on('close', () => {
      if (session === next) session = undefined;
    });
    next.setTimeout(0);
    next.unref();
    session = next;
    return next;
  };
  return {
    dispatch(request, handler, needs) {
      const current = open();
      if (!current.connecting) send(current, request, handler, needs);
      else awaitConnect(current, () => send(current, request, handler, needs), handler);
    },
    close: () =>
      new Promise((resolve) => (session === undefined || session.destroyed ? resolve() : session.close(resolve))),
    destroy: () => {
      session?.destroy();
      return Promise.resolve();
    },
  };
}

function awaitConnect(session: ClientHttp2Session, connected: () => void, handler: ResponseHandler): void {
  const timer = setTimeout(
    () => session.destroy(new TransportError('CONNECT_TIMEOUT', 'no connection in time')),
    CONNECT_TIMEOUT_MS,
  );
  const clear = (): void => {
    clearTimeout(timer);
    session.off('connect', onConnect);
    session.off('error', onError);
    session.off('close', onClose);
  };
  const onConnect = (): void => {
    clear();
    connected();
  };
  const onError = (error: Error): void => {
    clear();
    handler.onError(error);
  };
  const onClose = (): void => onError(Object.assign(new Error('the connection closed'), { code: 'ECONNREFUSED' }));
  session.once('connect', onConnect);
  session.once('error', onError);
  session.once('close', onClose);
}

function send(
  session: ClientHttp2Session,
  request: OutboundRequest,
  handler: ResponseHandler,
  needs: OutboundNeeds | undefined,
): void {
  let stream: ClientHttp2Stream;
  try {
    stream = openStream(session, request, needs);
  } catch (error) {
    handler.onError(error as Error);
    return;
  }
  let ended = false;
  let trailers: string[] = [];
  const fail = (error: Error): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    stream.close(constants.NGHTTP2_CANCEL);
    handler.onError(error);
  };
  const timer =
    request.responseTimeoutMs > 0
      ? setTimeout(() => fail(new TransportError('RESPONSE_TIMEOUT', 'no response in time')), request.responseTimeoutMs)
      : undefined;
  handler.onConnect(() => fail(new Error('aborted')));
  stream.on('continue', () => handler.onInformational(100, []));
  stream.on('headers', (headers) => handler.onInformational(Number(headers[':status']), flat(headers)));
  stream.on('response', (headers, flags) => {
    clearTimeout(timer);
    try {
      if (!handler.onHead(headOf(headers, flags), () => void stream.resume())) stream.pause();
    } catch (error) {
      fail(error as Error);
    }
  });
  stream.on('data', (chunk: Buffer) => {
    if (handler.onData(chunk) === 'full') stream.pause();
  });
  stream.on('trailers', (headers) => (trailers = flat(headers)));
  stream.on('error', fail);
  stream.on('close', () => {
    if (!ended) fail(Object.assign(new Error('the stream was reset'), { code: 'ECONNRESET' }));
  });
  stream.on('end', () => {
    if (ended || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
    ended = true;
    handler.onComplete(trailers);
  });
  if (request.body !== null) {
    request.body.on('error', fail);
    if (timer !== undefined) request.body.on('data', () => timer.refresh()); // the time of the upload does not count
    request.body.pipe(stream);
  }
}

function openStream(
  session: ClientHttp2Session,
  request: OutboundRequest,
  needs: OutboundNeeds | undefined,
): ClientHttp2Stream {
  const waits = needs?.trailers !== undefined;
  const stream = session.request(toHttp2(request, needs), { endStream: request.body === null, waitForTrailers: waits });
  if (waits) stream.on('wantTrailers', () => stream.sendTrailers(toObject(needs.trailers?.() ?? [])));
  return stream;
}

function toHttp2(request: OutboundRequest, needs: OutboundNeeds | undefined): OutgoingHttpHeaders {
  const headers = toObject(request.headers);
  const authority = headers['host'];
  delete headers['host'];
  headers[':method'] = request.method;
  headers[':path'] = request.path;
  if (authority !== undefined) headers[':authority'] = String(authority);
  if (needs?.acceptsTrailers) headers['te'] = 'trailers';
  if (needs?.expectContinue) headers['expect'] = '100-continue';
  return headers;
}

function toObject(flatFields: string[]): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = Object.create(null) as OutgoingHttpHeaders;
  for (let i = 0; i < flatFields.length; i += 2) {
    const name = flatFields[i]!.toLowerCase();
    const value = flatFields[i + 1]!;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else
      headers[name] =
        name === 'cookie'
          ? `${String(before)}; ${value}`
          : [...(Array.isArray(before) ? before : [String(before)]), value];
  }
  return headers;
}

function headOf(headers: IncomingHttpHeaders, flags: number): ResponseHead {
  const isOver = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
  const length = isOver ? '0' : headers['content-length'];
  return {
    status: Number(headers[':status']),
    statusText: '',
    headers: flat(headers),
    length: length === undefined ? UNKNOWN_LENGTH : Number(length),
  };
}

/** End-to-end fields only: HTTP/2 has no others (RFC 9113 section 8.2.2), so those are in error and dropped. */
function flat(headers: IncomingHttpHeaders): string[] {
  const out: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined || !passes(name)) continue;
    if (Array.isArray(value)) for (const item of value) out.push(name, item);
    else out.push(name, String(value));
  }
  return out;
}

function passes(name: string): boolean {
  const kind = responseFieldKind(name);
  return kind === PASS || kind === LENGTH;
}
