/** A client on a raw socket: says exact bytes, and gives the answers as they were on the wire. */
import { connect, type Socket } from 'node:net';
import { readAnswers, statusOf, type WireMessage } from './http1-text.ts';
import { until } from './wait.ts';

/** Who has said nothing for so long is taken to wait for more. */
const SILENCE_MS = 4_000;

export class Conversation {
  readonly socket: Socket;
  /** All that came, a character a byte. */
  text = '';
  isClosed = false;
  readonly #methods: string[];

  constructor(port: number, methods: string[] = []) {
    this.#methods = methods;
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
  }

  say(bytes: string): this {
    this.socket.write(bytes, 'latin1');
    return this;
  }

  get answers(): WireMessage[] {
    return readAnswers(this.text, this.#methods);
  }

  /** Answers that are not 1xx. */
  get finals(): WireMessage[] {
    return this.answers.filter((answer) => statusOf(answer) >= 200 || statusOf(answer) === 101);
  }

  /** What came up to here is enough, the connection has ended, or nothing comes any more. */
  async hears(isEnough: (heard: Conversation) => boolean): Promise<this> {
    await until(() => isEnough(this) || this.isClosed, { timeoutMs: SILENCE_MS }).catch(() => undefined);
    return this;
  }

  /** So many whole answers. */
  hearsAnswers(count = 1): Promise<this> {
    return this.hears(({ finals }) => finals.filter(({ isWhole }) => isWhole).length >= count);
  }

  end(): void {
    this.socket.destroy();
  }
}

/** Says the bytes, waits for so many answers, and hangs up. */
export async function converse(port: number, bytes: string, count = 1, methods: string[] = []): Promise<Conversation> {
  const talk = new Conversation(port, methods).say(bytes);
  await talk.hearsAnswers(count);
  talk.end();
  return talk;
}

/** In a word: the status, or what came instead of one. */
export function outcome(talk: Conversation): string {
  const finals = talk.finals.map((answer) => String(statusOf(answer)));
  if (finals.length > 0) return finals.join(', ');
  if (talk.text !== '') return 'bytes that are no HTTP';
  return talk.isClosed ? 'closed' : 'no answer';
}
