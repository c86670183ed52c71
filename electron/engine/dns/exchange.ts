/** One question to one upstream, over UDP or TCP; what is no answer to it is not taken. */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { readFrames, writeFrame } from './frames.ts';
import { isAnswerTo, withId } from './question.ts';
import type { Upstream } from './resolvers.ts';
import { isTruncated } from './wire.ts';

type Endpoint = Extract<Upstream, { kind: 'dns' }>;

/** A datagram may be lost, and a client that asks again only joins the question under way. */
const RESEND_MS = 700;

/** Rejects when the upstream is not there or does not answer in time. An answer that was cut comes whole, over TCP. */
export async function exchange(
  upstream: Endpoint,
  query: Buffer,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Buffer> {
  const answer = await overUdp(upstream, query, signal, timeoutMs);
  return isTruncated(answer) ? overTcp(upstream, query, signal, timeoutMs).catch(() => answer) : answer;
}

/** A socket of its own, and so a port, for each question (RFC 5452 section 9.2). */
function overUdp({ address, port }: Endpoint, query: Buffer, signal: AbortSignal, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const message = withId(query);
    const socket = createSocket(isIPv6(address.split('%')[0]!) ? 'udp6' : 'udp4');
    let isOpen = true;
    let resend: NodeJS.Timeout | undefined;
    const end = (act: () => void): void => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      clearInterval(resend);
      signal.removeEventListener('abort', abort);
      socket.close();
      act();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const abort = (): void => fail(new Error('given up'));
    const timer = setTimeout(() => fail(new Error('no answer in time')), timeoutMs);
    signal.addEventListener('abort', abort);
    socket.on('error', fail);
    socket.on('message', (answer) => {
      if (isAnswerTo(message, answer)) end(() => resolve(answer)); // others may be forged: wait on
    });
    // Without a callback a network that is not there is an event like the other errors.
    socket.on('connect', () => {
      socket.send(message);
      resend = setInterval(() => socket.send(message), RESEND_MS);
    });
    socket.connect(port, address);
  });
}

function overTcp({ address, port }: Endpoint, query: Buffer, signal: AbortSignal, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const message = withId(query);
    const socket = connect({ host: address, port });
    const end = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      act();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const abort = (): void => fail(new Error('given up'));
    const timer = setTimeout(() => fail(new Error('no answer in time')), timeoutMs);
    signal.addEventListener('abort', abort);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('closed without an answer')));
    readFrames(socket, (answer) => {
      if (isAnswerTo(message, answer)) end(() => resolve(answer));
    });
    writeFrame(socket, message);
  });
}
