/** Asks a port once, quickly, whether it speaks HTTP. */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

export type Spoken =
  /** `answer` is the head and the start of the body. */
  | { kind: 'http' | 'https'; answer: string }
  /** It speaks something else, or ends the connection. */
  | { kind: 'other' }
  /** It accepts and says nothing: busy, or waiting for another protocol. */
  | { kind: 'silent' };

/** A dev server that compiles its page first takes longer; one that is known by its command line needs no answer. */
const DEADLINE_MS = 1_000;
const MAX_ANSWER_LENGTH = 16 * 1024;

export async function probe(address: string, port: number, deadlineMs = DEADLINE_MS): Promise<Spoken> {
  const host = reachable(address);
  const plain = await ask(() => connect({ host, port }), port, deadlineMs);
  if (plain === undefined) return { kind: 'silent' };
  if (plain.startsWith('HTTP/') && !isForTls(plain) && !isInspector(plain)) return { kind: 'http', answer: plain };
  if (isInspector(plain)) return { kind: 'other' };
  // The certificate is not looked at: nothing is sent that matters, and a dev server signs its own.
  const secured = await ask(() => connectTls({ host, port, rejectUnauthorized: false }), port, deadlineMs);
  return secured?.startsWith('HTTP/') ? { kind: 'https', answer: secured } : { kind: 'other' };
}

/** nginx and Go answer plain HTTP on a TLS port in words. */
const isForTls = (answer: string): boolean =>
  /^HTTP\/1\.\d 400 /.test(answer) && /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS/.test(answer);

/** Node's debugger. */
const isInspector = (answer: string): boolean => answer.includes('WebSockets request was expected');

/** Where an address that stands for all is reached. */
const reachable = (address: string): string =>
  address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;

/** What came until the answer was long enough, ended, or the time was over; undefined when nothing did in time. */
function ask(open: () => ReturnType<typeof connect>, port: number, deadlineMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const socket = open();
    const end = (answer: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(said === '' ? undefined : said), deadlineMs);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      said += text;
      if (said.length >= MAX_ANSWER_LENGTH) end(said);
    });
    socket.on('end', () => end(said));
    socket.on('error', () => end(said));
    socket.write(
      `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: text/html,*/*;q=0.8\r\nUser-Agent: mogoly-discovery\r\nConnection: close\r\n\r\n`,
    );
  });
}
