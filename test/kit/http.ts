/** Sends one HTTP/1.1 request to a port of this machine under any Host, and gives the whole answer. */
import { request, type Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export interface SendOptions {
  /** The Host header; 127.0.0.1 with the port unless given. */
  host?: string;
  path?: string;
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer | Readable;
  agent?: Agent;
  /** Address to dial; 127.0.0.1 unless told. */
  address?: string;
  /** Give up after this many milliseconds; 10,000 unless told. */
  timeoutMs?: number;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  /** Names and values in turn. */
  rawHeaders: string[];
  body: string;
  bytes: Buffer;
  trailers: Record<string, string | undefined>;
  /** Heads of 1xx answers before it. */
  informational: { status: number; headers: IncomingHttpHeaders }[];
}

export function send(port: number, options: SendOptions = {}): Promise<Reply> {
  const {
    host,
    path = '/',
    method = 'GET',
    headers = {},
    body,
    agent,
    address = '127.0.0.1',
    timeoutMs = 60_000,
  } = options;
  return new Promise((resolve, reject) => {
    const informational: Reply['informational'] = [];
    const outgoing = request({
      host: address,
      port,
      path,
      method,
      agent: agent ?? false,
      headers: host === undefined ? headers : { host, ...headers },
    });
    const deadline = setTimeout(
      () => outgoing.destroy(new Error(`no whole answer to ${method} ${path} within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      reject(error);
    };
    outgoing.on('error', fail);
    outgoing.on('information', (info) => informational.push({ status: info.statusCode, headers: info.headers }));
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () => {
        clearTimeout(deadline);
        const bytes = Buffer.concat(chunks);
        const { statusCode = 0, headers: got, rawHeaders, trailers } = incoming;
        resolve({
          status: statusCode,
          headers: got,
          rawHeaders,
          body: bytes.toString('utf8'),
          bytes,
          trailers,
          informational,
        });
      });
    });
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body);
    else body.on('error', fail).pipe(outgoing);
  });
}
