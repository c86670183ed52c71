/** The slow way over HTTP/1.1: Expect: 100-continue and request trailers, which undici does not carry. */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Origin } from '../generation.ts';
import { connectOptions, MAX_RESPONSE_HEAD_BYTES } from './connect.ts';
import type { OutboundNeeds, OutboundRequest, ResponseHandler, Transport } from './transport.ts';

export function createNodeTransport(origin: Origin): Transport {
  const secure = origin.protocol === 'https';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const underWay = new Set<Promise<void>>();
  return {
    dispatch(request, handler, needs) {
      const options = {
        ...connectOptions(origin),
        agent,
        host: origin.hostname,
        port: origin.port,
        method: request.method,
        path: request.path,
        headers: outgoingFields(request.headers, request.body !== null, needs),
        setHost: false,
        maxHeaderSize: MAX_RESPONSE_HEAD_BYTES,
        timeout: request.headersTimeout,
      };
      const outgoing = secure ? httpsRequest(options) : httpRequest(options);
      const done = relay(outgoing, request, handler, needs, secure).finally(() => underWay.delete(done));
      underWay.add(done);
    },
    close: async () => {
      await Promise.allSettled(underWay);
      agent.destroy();
    },
    destroy: async () => {
      agent.destroy();
      await Promise.allSettled(underWay);
    },
  };
}

/** Flat, as Node takes them too: order, spelling and repeated fields stay. */
function outgoingFields(flat: string[], hasBody: boolean, needs: OutboundNeeds | undefined): string[] {
  const fields = [...flat];
  if (needs?.expectContinue) fields.push('expect', '100-continue');
  // Node frames the body of a GET or DELETE only when it is told how.
  if (hasBody && !flat.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length'))
    fields.push('transfer-encoding', 'chunked');
  return fields;
}

function relay(
  outgoing: ClientRequest,
  request: OutboundRequest,
  handler: ResponseHandler,
  needs: OutboundNeeds | undefined,
  secure: boolean,
): Promise<void> {
  return new Promise((resolve) => {
    let ended = false;
    const fail = (error: Error): void => {
      if (ended) return;
      ended = true;
      outgoing.destroy();
      handler.onError(error);
      resolve();
    };
    const abort = (reason?: Error): void => fail(reason ?? new Error('aborted'));
    const start = (): void => {
      handler.onConnect(abort);
      if (!ended) sendBody(outgoing, request, needs);
    };
    outgoing.once('socket', (socket: Socket) => {
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', start);
      else start();
    });
    outgoing.on('error', fail);
    outgoing.on('timeout', () =>
      fail(Object.assign(new Error('no response in time'), { code: 'UND_ERR_HEADERS_TIMEOUT' })),
    );
    outgoing.on('information', (info: { statusCode: number; rawHeaders: string[]; statusMessage: string }) => {
      if (info.statusCode !== 100)
        handler.onHeaders(info.statusCode, info.rawHeaders, () => undefined, info.statusMessage);
    });
    outgoing.on('continue', () => void handler.onHeaders(100, [], () => undefined, 'Continue'));
    outgoing.on('response', (response: IncomingMessage) => {
      outgoing.setTimeout(0);
      const resume = (): void => void response.resume();
      if (!handler.onHeaders(response.statusCode ?? 502, response.rawHeaders, resume, response.statusMessage ?? ''))
        response.pause();
      response.on('data', (chunk: Buffer) => {
        if (!handler.onData(chunk)) response.pause();
      });
      response.on('error', fail);
      response.on('end', () => {
        if (ended) return;
        ended = true;
        handler.onComplete(response.rawTrailers);
        resolve();
      });
    });
  });
}

/** Once connected. A client that waits for 100 Continue sends nothing before it, so the body may be awaited at once. */
function sendBody(outgoing: ClientRequest, request: OutboundRequest, needs: OutboundNeeds | undefined): void {
  const { body } = request;
  outgoing.flushHeaders();
  if (body === null) {
    outgoing.end();
    return;
  }
  body.on('end', () => {
    const trailers = needs?.trailers?.() ?? [];
    const pairs: [string, string][] = [];
    for (let i = 0; i < trailers.length; i += 2) pairs.push([trailers[i]!, trailers[i + 1]!]);
    if (pairs.length > 0) outgoing.addTrailers(pairs);
    outgoing.end();
  });
  body.on('error', (error) => outgoing.destroy(error));
  body.pipe(outgoing, { end: false });
}
