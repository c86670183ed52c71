/** One question to one upstream, over UDP, TCP or HTTPS; every answer is checked to be one (RFC 5452). */
import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { Agent, request as httpsRequest } from 'node:https';
import { connect, isIPv6 } from 'node:net';
import { latin1 } from '../latin1.ts';
import { readFrames } from './frames.ts';
import type { Upstream } from './resolvers.ts';
import { HEADER_BYTES, isTruncated, skipName } from './wire.ts';

/** An upstream that takes longer is not one. */
const TIMEOUT_MS = 3_000;
const MAX_MESSAGE_BYTES = 65_535;

const agent = new Agent({ keepAlive: true });

/** Rejects when the upstream is not there, does not answer, or answers something else. */
export async function exchange(upstream: Upstream, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  if (upstream.kind === 'https') return overHttps(upstream.url, query, signal);
  const answer = await overUdp(upstream, query, signal);
  if (!isTruncated(answer)) return answer;
  return overTcp(upstream, query, signal).catch(() => answer);
}

type Endpoint = Extract<Upstream, { kind: 'dns' }>;

/** A port and an id of its own for each question (RFC 5452 section 9.2). */
function withId(query: Buffer, id = randomInt(65_536)): Buffer {
  const copy = Buffer.from(query);
  copy.writeUInt16BE(id, 0);
  return copy;
}

/** The same id and question, whatever the case of its letters. */
export function isAnswerTo(query: Buffer, message: Buffer): boolean {
  if (message.length < HEADER_BYTES || message.readUInt16BE(0) !== query.readUInt16BE(0)) return false;
  if ((message[2]! & 0x80) === 0 || message.readUInt16BE(4) !== 1) return false;
  const end = skipName(query, HEADER_BYTES)! + 4;
  return message.length >= end && lower(message, end) === lower(query, end);
}

const lower = (message: Buffer, end: number): string => latin1(message, HEADER_BYTES, end).toLowerCase();

function overUdp({ address, port }: Endpoint, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const message = withId(query);
    const socket = createSocket(isIPv6(address.split('%')[0]!) ? 'udp6' : 'udp4');
    const end = (error: Error | undefined, answer?: Buffer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.close();
      if (error === undefined) resolve(answer!);
      else reject(error);
    };
    const abort = (): void => end(new Error('given up'));
    const timer = setTimeout(() => end(new Error('no answer in time')), TIMEOUT_MS);
    signal.addEventListener('abort', abort);
    socket.on('error', end);
    socket.on('message', (answer) => {
      if (isAnswerTo(message, answer)) end(undefined, answer); // others may be forged: wait on
    });
    socket.connect(port, address, () => socket.send(message));
  });
}

function overTcp({ address, port }: Endpoint, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const message = withId(query);
    const socket = connect({ host: address, port, signal });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
    readFrames(socket, (answer) => {
      if (!isAnswerTo(message, answer)) return;
      resolve(answer);
      socket.destroy();
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
  });
}

/** DNS over HTTPS (RFC 8484): the id is 0, so that caches on the way may work. */
function overHttps(url: string, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const message = withId(query, 0);
    const headers = {
      'content-type': 'application/dns-message',
      accept: 'application/dns-message',
      'content-length': message.length,
    };
    const outgoing = httpsRequest(url, { method: 'POST', headers, agent, signal, timeout: TIMEOUT_MS });
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_MESSAGE_BYTES) response.destroy(new Error('an answer larger than a DNS message'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200 && isAnswerTo(message, answer)) resolve(answer);
        else reject(new Error(`status ${response.statusCode ?? 0} and no DNS message`));
      });
    });
    outgoing.end(message);
  });
}
