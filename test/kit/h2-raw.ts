/** An HTTP/2 server of ours on a plain socket, and a client that sends whatever frames a test likes. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Http2Client } from '../../electron/engine/proxy/client/http2-client.ts';
import * as F from '../../electron/engine/proxy/h2/frames.ts';
import { HpackDecoder } from '../../electron/engine/proxy/h2/hpack-decoder.ts';
import { integer } from '../../electron/engine/proxy/h2/hpack-encoder.ts';
import { createHttp2Server } from '../../electron/engine/proxy/http2-server.ts';
import { until } from './wait.ts';

export interface RawFrame {
  type: number;
  flags: number;
  id: number;
  payload: Buffer;
}

export interface RawServer {
  port: number;
  /** Every stream that reached a handler. */
  clients: Http2Client[];
  /** Connections open now. */
  sockets: Set<Socket>;
  server: ReturnType<typeof createHttp2Server>;
}

/** Echoes the method, the path and the body, unless told otherwise. */
export async function startRawServer(
  answer: (client: Http2Client) => void = echo,
  options: Parameters<typeof createHttp2Server>[1] = {},
): Promise<RawServer> {
  const clients: Http2Client[] = [];
  const onRequest = (_socket: Socket, client: Http2Client): void => {
    clients.push(client);
    answer(client);
  };
  const server = createHttp2Server({ onRequest, onTunnel: onRequest }, options);
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    server.accept(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => {
    sockets.forEach((socket) => socket.destroy());
    listener.close();
    server.close();
  });
  return { port: (listener.address() as AddressInfo).port, clients, sockets, server };
}

export function echo(client: Http2Client): void {
  let body = '';
  const reply = (): void => {
    client.sendHead(200, '', ['content-type', 'text/plain', 'x-trailers', client.rawTrailers.join(' ')], true);
    client.endWithText(`${client.method} ${client.target} ${body}`);
  };
  if (!client.hasBody) return reply();
  client.source.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
  client.source.on('end', reply);
}

/** A header block of literals, none of them put into the table. */
export const block = (fields: readonly (readonly [string, string])[]): string =>
  fields.map(([name, value]) => `\0${text(name)}${text(value)}`).join('');
const text = (value: string): string => integer(value.length, 7, 0) + value;

export const GET = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/'],
  [':authority', 'shop.test'],
] as const;
export const POST = [[':method', 'POST'], ...GET.slice(1)] as const;

export const headers = (
  id: number,
  fields: readonly (readonly [string, string])[] = GET,
  flags = F.END_HEADERS | F.END_STREAM,
): string => F.frame(F.HEADERS, flags, id, block(fields));

export const data = (id: number, body: string, isEnd = true): string =>
  F.frame(F.DATA, isEnd ? F.END_STREAM : 0, id, body);

export const SETTINGS = F.frame(F.SETTINGS, 0, 0, '');
export const uint32 = (value: number): string =>
  String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
export const setting = (id: number, value: number): string => String.fromCharCode(0, id) + uint32(value);

export class RawClient {
  readonly socket: Socket;
  readonly frames: RawFrame[] = [];
  isClosed = false;
  readonly #decoder = new HpackDecoder();
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: number | Socket) {
    this.socket = typeof source === 'number' ? connect(source, '127.0.0.1') : source;
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
    this.socket.on('data', (bytes: Buffer) => this.#read(Buffer.concat([this.#rest, bytes])));
    onTestFinished(() => void this.socket.destroy());
  }

  /** With the preface and settings said. */
  static async open(source: number | Socket, settings = SETTINGS): Promise<RawClient> {
    const client = new RawClient(source);
    client.send(F.PREFACE + settings);
    await client.frame(({ type, flags }) => type === F.SETTINGS && flags === F.ACK);
    client.send(F.frame(F.SETTINGS, F.ACK, 0, ''));
    return client;
  }

  send(frames: string): void {
    if (!this.socket.destroyed) this.socket.write(frames, 'latin1');
  }

  frame(test: (frame: RawFrame) => boolean): Promise<RawFrame> {
    return until(() => this.frames.find(test) ?? (this.isClosed ? noFrame() : undefined));
  }

  /** The code of the RST_STREAM for a stream, or of a GOAWAY. */
  async reset(id: number): Promise<number> {
    const { payload } = await this.frame((frame) => frame.type === F.RST_STREAM && frame.id === id);
    return payload.readUInt32BE(0);
  }

  /** The code of the GOAWAY, when the connection has ended. */
  async goAway(): Promise<number> {
    await until(() => this.isClosed);
    const last = this.frames.findLast(({ type }) => type === F.GOAWAY);
    return last === undefined ? -1 : last.payload.readUInt32BE(4);
  }

  /** A whole answer: its fields as text lines, and its body. */
  async answer(id: number): Promise<{ head: string[]; body: string; trailers: string[] }> {
    await this.frame((frame) => frame.id === id && isLast(frame));
    const own = this.frames.filter((frame) => frame.id === id);
    const heads = own.filter(({ type }) => type === F.HEADERS).map(({ payload }) => this.#fields(payload));
    const body = own.filter(({ type }) => type === F.DATA).map(({ payload }) => payload.toString('latin1'));
    const finals = heads.filter((head) => !/^:status: 1/.test(head[0] ?? ''));
    return { head: finals[0] ?? [], body: body.join(''), trailers: finals[1] ?? [] };
  }

  readonly #known = new Map<Buffer, string[]>();

  #fields(payload: Buffer): string[] {
    return this.#known.get(payload) ?? [];
  }

  #read(bytes: Buffer): void {
    let at = 0;
    while (bytes.length - at >= F.FRAME_HEAD_BYTES) {
      const end = at + F.FRAME_HEAD_BYTES + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      const payload = bytes.subarray(at + F.FRAME_HEAD_BYTES, end);
      const [type, flags, id] = [bytes[at + 3]!, bytes[at + 4]!, bytes.readUInt32BE(at + 5)];
      if (type === F.HEADERS) this.#known.set(payload, lines(this.#decoder.decode(payload, 0, payload.length).fields));
      this.frames.push({ type, flags, id, payload });
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }
}

const isLast = ({ type, flags }: RawFrame): boolean =>
  (type === F.DATA || type === F.HEADERS) && (flags & F.END_STREAM) !== 0;

const lines = (flat: readonly string[]): string[] =>
  flat.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${flat[i + 1]!}`] : []));

function noFrame(): never {
  throw new Error('the connection has closed without it');
}
