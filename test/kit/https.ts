/** Clients of an HTTPS listener: HTTP/1.1 and HTTP/2, trusting one root, names led to 127.0.0.1. */
import { once } from 'node:events';
import {
  connect as connectHttp2,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { request } from 'node:https';
import { connect as connectTls, type TLSSocket } from 'node:tls';

export interface SecureReply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  trailers: IncomingHttpHeaders;
}

/** A connection with this server name, checked against the root; rejects when the handshake fails. */
export async function handshake(
  port: number,
  servername: string,
  ca: string,
  ALPNProtocols = ['h2', 'http/1.1'],
): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, servername, ca, ALPNProtocols });
  await once(socket, 'secureConnect');
  return socket;
}

export async function openHttp2(port: number, host: string, ca: string): Promise<ClientHttp2Session> {
  const socket = await handshake(port, host, ca);
  const session = connectHttp2(`https://${host}`, { createConnection: () => socket });
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  return session;
}

/** One request over HTTP/2. */
export function ask(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<SecureReply> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined });
    const reply: SecureReply = { status: 0, headers: {}, body: '', trailers: {} };
    stream.setEncoding('utf8');
    stream.on('response', (head) => Object.assign(reply, { status: Number(head[':status']), headers: head }));
    stream.on('trailers', (trailers: IncomingHttpHeaders) => (reply.trailers = trailers));
    stream.on('data', (chunk: string) => (reply.body += chunk));
    stream.on('end', () => resolve(reply));
    stream.on('error', reject);
    if (body !== undefined) stream.end(body);
  });
}

/** One request over HTTP/1.1. */
export function askHttp1(
  port: number,
  host: string,
  ca: string,
  headers: OutgoingHttpHeaders = {},
): Promise<SecureReply> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      servername: host,
      ca,
      agent: false,
      headers: { host, ...headers },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, trailers: {} }),
      );
    });
    outgoing.end();
  });
}
