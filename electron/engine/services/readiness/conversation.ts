/** One short talk with a database over TCP: connect, send, read whole messages, end; bounded in time and size. */
import { connect, type Socket } from 'node:net';

/** A server that says nothing for so long is not ready. */
const SILENCE_MS = 4_000;
/** No greeting of a database is longer. */
const ANSWER_LIMIT = 1_048_576;

export interface Conversation {
  send: (bytes: Buffer) => void;
  /** Exactly so many bytes; rejects at the end, after silence, or when the talk is over. */
  read: (length: number) => Promise<Buffer>;
  /** What is there, at least a byte. */
  readSome: () => Promise<Buffer>;
  close: () => void;
}

/** Rejects when nobody listens. */
export async function converse<T>(port: number, talk: (conversation: Conversation) => Promise<T>): Promise<T> {
  const socket = connect({ host: '127.0.0.1', port });
  const inbox = createInbox(socket);
  try {
    return await talk({
      send: (bytes) => void socket.write(bytes),
      read: inbox.read,
      readSome: () => inbox.read(undefined),
      close: () => socket.destroy(),
    });
  } finally {
    socket.destroy();
  }
}

function createInbox(socket: Socket): { read: (length: number | undefined) => Promise<Buffer> } {
  let held = Buffer.alloc(0);
  let ended: Error | undefined;
  let wake: () => void = () => undefined;
  const end = (error: Error): void => {
    ended ??= error;
    wake();
  };
  socket.setTimeout(SILENCE_MS, () => end(new Error('it says nothing')));
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    if (held.length > ANSWER_LIMIT) end(new Error('it says too much'));
    wake();
  });
  socket.on('error', end);
  socket.on('close', () => end(new Error('it closed the connection')));
  return {
    async read(length) {
      while (held.length < (length ?? 1)) {
        if (ended !== undefined) throw ended;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const taken = held.subarray(0, length ?? held.length);
      held = held.subarray(taken.length);
      return taken;
    },
  };
}
