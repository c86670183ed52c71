/** DNS messages on a TCP connection, each after its length (RFC 1035 section 4.2.2, RFC 7766). */
import type { Socket } from 'node:net';

/** Calls with each whole message as it comes. */
export function readFrames(socket: Socket, onMessage: (message: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 2) {
      const end = 2 + rest.readUInt16BE(0);
      if (rest.length < end) return;
      const message = rest.subarray(2, end);
      rest = rest.subarray(end);
      onMessage(message);
    }
  });
}

export function writeFrame(socket: Socket, message: Buffer): boolean {
  const frame = Buffer.allocUnsafe(2 + message.length);
  frame.writeUInt16BE(message.length);
  message.copy(frame, 2);
  return socket.write(frame);
}
