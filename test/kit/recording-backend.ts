/** A backend of raw bytes: keeps what it gets as it was on the wire, and answers by the request's X-Do. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fieldOf, readRequests, type WireMessage } from './http1-text.ts';

/** How a request is answered, where the connection is at the end of its head; `go` resolves when the test says so. */
export type Script = (
  connection: Pick<Socket, 'end' | 'destroy' | 'resetAndDestroy'> & Speaker,
  go: Promise<void>,
) => void;

export interface Speaker {
  say: (bytes: string) => void;
}

export interface RecordingBackend {
  readonly port: number;
  /** Each request that came, the one under way included. */
  requests: () => WireMessage[];
  /** Every byte of every connection, a text each. */
  connections: () => string[];
  /** Lets the scripts that wait go on. */
  go: () => void;
  /** Forgets what came. */
  forget: () => void;
  close: () => Promise<void>;
}

interface Kept {
  text: string;
  answered: number;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok';

/** Scripts answer when the head is there, all else when the request is whole. */
export async function startRecordingBackend(scripts: Record<string, Script> = {}): Promise<RecordingBackend> {
  let kept: Kept[] = [];
  let release: () => void = () => undefined;
  let gate = new Promise<void>((resolve) => (release = resolve));
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const connection: Kept = { text: '', answered: 0 };
    kept.push(connection);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      if (!kept.includes(connection)) {
        // Forgotten while it stayed open: what comes now is new.
        Object.assign(connection, { text: '', answered: 0 });
        kept.push(connection);
      }
      connection.text += chunk.toString('latin1');
      answerAll(socket, connection);
    });
  });

  const answerAll = (socket: Socket, connection: Kept): void => {
    const { requests } = readRequests(connection.text);
    while (connection.answered < requests.length) {
      const request = requests[connection.answered]!;
      const script = scripts[fieldOf(request, 'x-do') ?? ''];
      if (script === undefined && !request.isWhole) return;
      connection.answered++;
      if (script === undefined) socket.write(OK);
      else script(Object.assign(socket, { say: (bytes: string) => void socket.write(bytes, 'latin1') }), gate);
    }
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => kept.flatMap(({ text }) => readRequests(text).requests),
    connections: () => kept.map(({ text }) => text).filter((text) => text !== ''),
    go: () => {
      release();
      gate = new Promise<void>((resolve) => (release = resolve));
    },
    forget: () => (kept = []),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
