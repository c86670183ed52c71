/** The body of a response, cut into DATA frames as the windows of its stream and connection allow (RFC 9113 section 6.9). */
import { DATA, END_STREAM, frameHead, headersFrames, MAX_FRAME_BYTES } from './frames.ts';
import type { HpackEncoder } from './hpack-encoder.ts';
import type { Output } from './output.ts';

/** The connection that it goes over. */
export interface BodyHost {
  readonly output: Output;
  readonly encoder: HpackEncoder;
  /** What may be sent on all streams together. */
  sendWindow: number;
  /** It is advanced, in turn with the others, when there is room. */
  wait: (body: StreamBody) => void;
  leaveQueue: (body: StreamBody) => void;
}

export class StreamBody {
  /** What may be sent on this stream. */
  window: number;
  readonly #host: BodyHost;
  readonly #id: number;
  readonly #onSent: () => void;
  /** Waits for room; empty where only the socket has to take what it was given. */
  #queue: Buffer[] | undefined;
  #isEnding = false;
  #trailers: readonly string[] = [];
  #drain: (() => void) | undefined;

  /** `onSent` is called when the last frame has been handed to the connection. */
  constructor(host: BodyHost, id: number, window: number, onSent: () => void) {
    this.#host = host;
    this.#id = id;
    this.window = window;
    this.#onSent = onSent;
  }

  /** False asks to wait for onDrain. */
  write(chunk: Buffer): boolean {
    if (this.#queue !== undefined) {
      this.#queue.push(chunk);
      return false;
    }
    const sent = this.#send(chunk, false);
    if (sent === chunk.length && !this.#host.output.isClogged) return true;
    this.#wait(sent === chunk.length ? [] : [chunk.subarray(sent)]);
    return false;
  }

  onDrain(listener: () => void): void {
    this.#drain = listener;
  }

  /** The whole of it in one frame, where it fits; false when it was not sent. */
  endWithText(text: string): boolean {
    const { length } = text;
    if (length > MAX_FRAME_BYTES || length > this.window || length > this.#host.sendWindow) return false;
    if (this.#queue !== undefined) return false;
    this.#host.sendWindow -= length;
    this.#host.output.send(frameHead(length, DATA, END_STREAM, this.#id) + text);
    this.#onSent();
    return true;
  }

  end(chunk: Buffer | undefined, trailers: readonly string[]): void {
    this.#isEnding = true;
    this.#trailers = trailers;
    const hasBytes = chunk !== undefined && chunk.length > 0;
    if (this.#queue !== undefined) {
      if (hasBytes) this.#queue.push(chunk);
    } else if (!hasBytes) this.#finish(false);
    else {
      const sent = this.#send(chunk, true);
      if (sent === chunk.length) this.#finish(true);
      else this.#wait([chunk.subarray(sent)]);
    }
  }

  /** One frame when its turn comes; false when there is no room for it. */
  advance(): boolean {
    const queue = this.#queue;
    const chunk = queue?.[0];
    if (queue === undefined) return false;
    if (chunk !== undefined) {
      const sent = this.#sendFrame(chunk, 0, queue.length === 1);
      if (sent === 0) return false;
      if (sent < chunk.length) queue[0] = chunk.subarray(sent);
      else queue.shift();
      if (queue.length > 0) return true;
    }
    this.#queue = undefined;
    this.#host.leaveQueue(this);
    if (this.#isEnding) this.#finish(chunk !== undefined);
    else this.#tellDrained();
    return true;
  }

  /** Nothing of it is sent any more. */
  drop(): void {
    this.#queue = undefined;
    this.#drain = undefined;
    this.#host.leaveQueue(this);
  }

  #wait(queue: Buffer[]): void {
    this.#queue = queue;
    this.#host.wait(this);
  }

  #tellDrained(): void {
    const drain = this.#drain;
    this.#drain = undefined;
    drain?.();
  }

  /** How much of it is sent. */
  #send(chunk: Buffer, isLast: boolean): number {
    let at = 0;
    while (at < chunk.length && !this.#host.output.isClogged) {
      const sent = this.#sendFrame(chunk, at, isLast);
      if (sent === 0) break;
      at += sent;
    }
    return at;
  }

  #sendFrame(chunk: Buffer, at: number, isLast: boolean): number {
    const left = chunk.length - at;
    const size = Math.min(left, MAX_FRAME_BYTES, this.window, this.#host.sendWindow);
    if (size <= 0) return 0;
    this.window -= size;
    this.#host.sendWindow -= size;
    const isEnd = isLast && size === left && this.#isEnding && this.#trailers.length === 0;
    const payload = size === chunk.length ? chunk : chunk.subarray(at, at + size);
    this.#host.output.sendBytes(frameHead(size, DATA, isEnd ? END_STREAM : 0, this.#id), payload);
    return size;
  }

  /** `isTold`: the last of its bytes said so, where no trailers follow. */
  #finish(isTold: boolean): void {
    const { output, encoder } = this.#host;
    if (this.#trailers.length > 0) output.send(headersFrames(this.#id, encoder.trailers(this.#trailers), true));
    else if (!isTold) output.send(frameHead(0, DATA, END_STREAM, this.#id));
    this.#onSent();
  }
}
