/** Memory that sockets read into: one piece for all of them, and pieces of their own for those that stream. */

/** As much as libuv asks for at a time. */
const READ_BYTES = 64 * 1024;
/** For a socket whose last read was full: fewer turns and writes for a long body. */
const LONG_READ_BYTES = 256 * 1024;
/** Copying less than this is cheaper than another piece of memory. */
const COPY_BELOW_BYTES = 16 * 1024;

/** Bytes in it are good until the reader of the socket returns: nothing else reads meanwhile. */
const COMMON = Buffer.allocUnsafeSlow(READ_BYTES);

export interface ByteLender {
  /** Takes what was read; false pauses the socket. */
  onBytes: (bytes: Buffer) => boolean;
  /** More of the same body is to come: read it into memory that can be kept. */
  isStreaming: boolean;
  /** The bytes themselves or a copy, to keep. */
  keep: (part: Buffer) => Buffer;
  /** Nobody keeps what was kept of the present bytes: their memory is read into again, and stays warm. */
  takeBack: () => void;
  /** `onread` of node:net. */
  nextBuffer: () => Buffer;
  onRead: (size: number, buffer: Uint8Array) => boolean;
}

export function createLender(): ByteLender {
  let current = COMMON;
  let isGiven = false;
  let wasFull = false;
  const lender: ByteLender = {
    onBytes: () => true,
    isStreaming: false,
    keep(part) {
      if (part.buffer === COMMON.buffer) return Buffer.from(part);
      if (part.buffer !== current.buffer) return part;
      if (part.length < COPY_BELOW_BYTES) return Buffer.from(part);
      isGiven = true;
      return part;
    },
    takeBack() {
      isGiven = false;
    },
    nextBuffer() {
      const wanted = wasFull ? LONG_READ_BYTES : READ_BYTES;
      if (!lender.isStreaming) current = COMMON;
      else if (isGiven || current === COMMON || current.length < wanted) current = Buffer.allocUnsafeSlow(wanted);
      isGiven = false;
      return current;
    },
    onRead(size) {
      wasFull = size === current.length;
      return lender.onBytes(current.subarray(0, size));
    },
  };
  return lender;
}
