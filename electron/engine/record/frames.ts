/** Reads WebSocket frames out of one direction of a connection as it passes (RFC 6455 section 5.2). */
import { OPCODES, type CapturedFrame } from '../../../shared/capture.ts';

/** Kept of a payload; what scripts send is longer only when it is a file. */
export const FRAME_PAYLOAD_BYTES = 16 * 1024;
/** Two bytes, eight of an extended length, four of the mask. */
const HEAD_LIMIT = 14;

export type FrameListener = (frame: Omit<CapturedFrame, 'atMs' | 'from'>) => void;

interface Head {
  kind: CapturedFrame['kind'];
  isFinal: boolean;
  isCompressed: boolean;
  size: number;
  mask: Buffer | undefined;
}

export class FrameReader {
  readonly #onFrame: FrameListener;
  readonly #payloadBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #seen = 0;
  #parts: Buffer[] = [];

  constructor(onFrame: FrameListener, payloadBytes = FRAME_PAYLOAD_BYTES) {
    this.#onFrame = onFrame;
    this.#payloadBytes = payloadBytes;
  }

  /** Any bytes will do: those that are no frames are read as frames of an unknown kind. */
  read(bytes: Buffer): void {
    let left = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#rest = Buffer.alloc(0);
    for (;;) {
      if (this.#head === undefined) {
        const length = headLength(left);
        if (length === undefined || left.length < length) {
          this.#rest = Buffer.from(left.subarray(0, HEAD_LIMIT));
          return;
        }
        this.#head = readHead(left, length);
        left = left.subarray(length);
      }
      const used = this.#take(this.#head, left);
      left = left.subarray(used);
      if (this.#seen < this.#head.size) return;
      this.#finish(this.#head);
    }
  }

  #take(head: Head, bytes: Buffer): number {
    const mine = Math.min(bytes.length, head.size - this.#seen);
    const room = this.#payloadBytes - this.#seen;
    if (room > 0 && mine > 0) this.#parts.push(Buffer.from(bytes.subarray(0, Math.min(mine, room))));
    this.#seen += mine;
    return mine;
  }

  #finish({ mask, ...head }: Head): void {
    const payload = Buffer.concat(this.#parts);
    if (mask !== undefined) for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i & 3]!;
    this.#head = undefined;
    this.#parts = [];
    this.#seen = 0;
    this.#onFrame({ ...head, base64: payload.toString('base64') });
  }
}

/** Undefined while that is not known yet. */
function headLength(bytes: Buffer): number | undefined {
  const second = bytes[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0);
}

function readHead(bytes: Buffer, length: number): Head {
  const first = bytes[0]!;
  const second = bytes[1]!;
  const short = second & 0x7f;
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const opcode = first & 0x0f;
  return {
    kind: opcode in OPCODES ? OPCODES[opcode as keyof typeof OPCODES] : 'unknown',
    isFinal: (first & 0x80) !== 0,
    isCompressed: (first & 0x40) !== 0,
    size,
    mask: second & 0x80 ? Buffer.from(bytes.subarray(length - 4, length)) : undefined,
  };
}
