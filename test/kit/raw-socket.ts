/** Says exact bytes to a port over a plain TCP socket, for what no HTTP client would send. */
import { connect } from 'node:net';

export interface RawRequestOptions {
  /** Address to dial; 127.0.0.1 unless told. */
  host?: string;
  /**
   * True (the default): resolve when the peer ends the connection. False: resolve with what has come once the peer
   * has sent something and then been quiet for `quietMs`.
   */
  untilClose?: boolean;
  /** How long a silence ends an answer when `untilClose` is false, in milliseconds; 100 unless told. */
  quietMs?: number;
  /** Give up after this many milliseconds; 5,000 unless told. */
  timeoutMs?: number;
}

/**
 * Sends `bytes` as they are and gives back what the peer said, as latin1, so that every byte is one character. A reset by
 * the peer also ends the answer: what came before it is given back. Rejects when the dial fails or time runs out.
 */
export function rawRequest(port: number, bytes: string | Buffer, options: RawRequestOptions = {}): Promise<string> {
  const { host = '127.0.0.1', untilClose = true, quietMs = 100, timeoutMs = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    let connected = false;
    let quiet: NodeJS.Timeout | undefined;
    const answer = () => Buffer.concat(received).toString('latin1');
    const finish = (settle: () => void) => {
      clearTimeout(deadline);
      clearTimeout(quiet);
      socket.destroy();
      settle();
    };
    const deadline = setTimeout(() => {
      const soFar = JSON.stringify(answer().slice(0, 300));
      finish(() =>
        reject(new Error(`port ${port} did not finish its answer within ${timeoutMs} ms; so far: ${soFar}`)),
      );
    }, timeoutMs);
    const socket = connect({ port, host }, () => {
      connected = true;
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    });
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      if (untilClose) return;
      clearTimeout(quiet);
      quiet = setTimeout(() => finish(() => resolve(answer())), quietMs);
    });
    socket.on('close', () => finish(() => resolve(answer())));
    socket.on('error', (error) => finish(() => (connected ? resolve(answer()) : reject(error))));
  });
}
