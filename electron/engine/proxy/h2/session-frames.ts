/** What each frame of a client means to its connection, and which are in error (RFC 9113 section 6). */
import { latin1 } from '../../latin1.ts';
import { MAX_WINDOW } from './bounds.ts';
import type { FrameSink } from './frame-reader.ts';
import * as F from './frames.ts';
import { ConnectionError, ERROR, StreamError } from './frames.ts';
import { addToBlock, HeadBlocks, type OpenBlock } from './head-blocks.ts';
import { checkTrailers, type StreamHead } from './request-head.ts';
import type { Output } from './output.ts';
import { readSettings, type ClientSettings } from './settings.ts';
import type { Http2Client } from '../client/http2-client.ts';

const PRIORITY_BYTES = 5;

/** The connection: its streams, and what frames mean to them. Calls throw a ConnectionError or a StreamError. */
export interface FrameOwner {
  readonly output: Output;
  readonly turns: { amidst: number };
  isAgreed: boolean;
  sendWindow: number;
  find: (id: number) => Http2Client | undefined;
  isIdle: (id: number) => boolean;
  checkLate: (id: number) => void;
  begin: (id: number) => void;
  open: (id: number, head: StreamHead | undefined, isWhole: boolean) => void;
  finishRequest: (client: Http2Client, trailers?: string[]) => void;
  onReset: (client: Http2Client) => void;
  refuse: (id: number, code: number) => void;
  onSettings: (settings: ClientSettings) => void;
  onWindow: () => void;
  onGoAway: () => void;
  countNoise: () => void;
  takeCredit: (bytes: number) => void;
  giveBack: (bytes: number) => void;
  consumed: (client: Http2Client, bytes: number) => void;
}

export class SessionFrames implements FrameSink {
  readonly #session: FrameOwner;
  readonly #blocks = new HeadBlocks();
  #block: OpenBlock | undefined;
  #hasSettings = false;
  /** Of the DATA frame whose bytes are coming; undefined where nobody wants them. */
  #data: Http2Client | undefined;
  #isLastData = false;

  constructor(session: FrameOwner) {
    this.#session = session;
  }

  get isAmidst(): boolean {
    return this.#block !== undefined || !this.#hasSettings;
  }

  /** Who takes no answers is not read from. */
  get isHeld(): boolean {
    return this.#session.output.isFlooded;
  }

  onFrame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    this.#checkOrder(type, id);
    if (this.#block === undefined) this.#session.turns.amidst = 0;
    try {
      this.#dispatch(type, flags, id, bytes, start, end);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#session.refuse(id, error.code);
    }
  }

  onDataBegin(flags: number, id: number, length: number): void {
    this.#checkOrder(F.DATA, id);
    this.#beginData(flags, id, length, 0);
    if (length === 0) this.#endData(this.#data);
  }

  onDataPart(part: Buffer, isLast: boolean): void {
    const client = this.#data;
    if (client === undefined || client.isClosed) this.#session.giveBack(part.length);
    else client.feed(part);
    if (isLast) this.#endData(client);
  }

  /** The first frame is SETTINGS, and nothing comes between the frames of a header block. */
  #checkOrder(type: number, id: number): void {
    if (!this.#hasSettings && type !== F.SETTINGS) throw protocol('a first frame that is not SETTINGS');
    if (this.#block !== undefined && (type !== F.CONTINUATION || id !== this.#block.id))
      throw protocol('a header block that is interrupted');
  }

  #dispatch(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    switch (type) {
      case F.DATA:
        return this.#onPaddedData(flags, id, bytes, start, end);
      case F.HEADERS:
        return this.#onHeaders(flags, id, bytes, start, end);
      case F.PRIORITY:
        return this.#onPriority(id, end - start);
      case F.RST_STREAM:
        return this.#onReset(id, end - start);
      case F.SETTINGS:
        return this.#onSettings(flags, id, bytes, start, end);
      case F.PUSH_PROMISE:
        throw protocol('a push from a client');
      case F.PING:
        return this.#onPing(flags, id, bytes, start, end);
      case F.GOAWAY:
        return this.#onGoAway(id, end - start);
      case F.WINDOW_UPDATE:
        return this.#onWindowUpdate(id, bytes, start, end);
      case F.CONTINUATION:
        return this.#onContinuation(flags, bytes, start, end);
      default:
        this.#session.countNoise(); // unknown frames are passed over (RFC 9113 section 4.1)
    }
  }

  #onPaddedData(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (start === end) throw frameSize();
    const padding = bytes[start]! + 1;
    if (padding > end - start) throw protocol('padding longer than its frame');
    this.#beginData(flags, id, end - start - padding, padding);
    const client = this.#data;
    if (client === undefined) this.#session.giveBack(padding);
    else this.#session.consumed(client, padding);
    const last = end - padding + 1;
    if (last > start + 1) this.onDataPart(bytes.subarray(start + 1, last), true);
    else this.#endData(client);
  }

  #beginData(flags: number, id: number, length: number, padding: number): void {
    if (this.#session.isIdle(id)) throw protocol('a body of no stream');
    this.#data = undefined;
    this.#isLastData = (flags & F.END_STREAM) !== 0;
    this.#session.takeCredit(length + padding);
    if (length === 0 && !this.#isLastData) this.#session.countNoise();
    const client = this.#session.find(id);
    if (client === undefined) return this.#session.checkLate(id);
    try {
      client.take(length, padding);
      this.#data = client;
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  #endData(client: Http2Client | undefined): void {
    this.#data = undefined;
    if (!this.#isLastData || client === undefined || client.isClosed) return;
    try {
      this.#session.finishRequest(client);
    } catch (error) {
      this.#refuse(client.id, error);
    }
  }

  #refuse(id: number, error: unknown): void {
    if (!(error instanceof StreamError)) throw error;
    this.#session.refuse(id, error.code);
  }

  #onHeaders(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id % 2 === 0) throw protocol('a stream that no client opens');
    let from = start;
    let to = end;
    if ((flags & F.PADDED) !== 0) to -= bytes[from++]!;
    if ((flags & F.WITH_PRIORITY) !== 0) from += PRIORITY_BYTES;
    if (from > to || from > end) throw protocol('padding longer than its frame');
    if ((flags & F.END_HEADERS) !== 0) return this.#onBlock(flags, id, bytes, from, to);
    this.#block = { id, flags, parts: [Buffer.from(bytes.subarray(from, to))], bytes: to - from, continuations: 0 };
  }

  #onContinuation(flags: number, bytes: Buffer, start: number, end: number): void {
    const block = this.#block;
    if (block === undefined) throw protocol('the rest of no header block');
    addToBlock(block, bytes.subarray(start, end));
    if ((flags & F.END_HEADERS) === 0) return;
    this.#block = undefined;
    const whole = Buffer.concat(block.parts);
    this.#onBlock(block.flags, block.id, whole, 0, whole.length);
  }

  #onBlock(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const isEnd = (flags & F.END_STREAM) !== 0;
    if (this.#session.isIdle(id)) {
      this.#session.begin(id);
      return this.#session.open(id, this.#blocks.head(bytes, start, end), isEnd);
    }
    const { fields, isTooLarge } = this.#blocks.fields(bytes, start, end);
    const client = this.#session.find(id);
    if (client === undefined) return this.#session.checkLate(id);
    if (client.isWhole) throw new StreamError(ERROR.STREAM_CLOSED, 'fields after the end of the request');
    if (!isEnd || isTooLarge) throw new StreamError(ERROR.PROTOCOL_ERROR, 'fields in the middle of a body');
    checkTrailers(fields);
    this.#session.finishRequest(client, fields);
  }

  /** Ours to ignore (RFC 9113 section 5.3.2). */
  #onPriority(id: number, length: number): void {
    if (id === 0) throw protocol('the priority of no stream');
    if (length !== PRIORITY_BYTES) throw frameSize();
    this.#session.countNoise();
  }

  #onReset(id: number, length: number): void {
    if (this.#session.isIdle(id)) throw protocol('a reset of no stream');
    if (length !== 4) throw frameSize();
    const client = this.#session.find(id);
    if (client === undefined) this.#session.countNoise();
    else this.#session.onReset(client);
  }

  #onSettings(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) throw protocol('settings of a stream');
    const isAck = (flags & F.ACK) !== 0;
    if (!this.#hasSettings && isAck) throw protocol('a first frame that is not SETTINGS');
    this.#hasSettings = true;
    this.#session.countNoise();
    if (isAck) {
      if (start !== end) throw frameSize();
      this.#session.isAgreed = true;
      return;
    }
    this.#session.onSettings(readSettings(bytes, start, end));
    this.#session.output.send(F.frame(F.SETTINGS, F.ACK, 0, ''));
  }

  #onPing(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) throw protocol('a ping on a stream');
    if (end - start !== 8) throw frameSize();
    this.#session.countNoise();
    if ((flags & F.ACK) === 0) this.#session.output.send(F.frame(F.PING, F.ACK, 0, latin1(bytes, start, end)));
  }

  #onGoAway(id: number, length: number): void {
    if (id !== 0) throw protocol('a goodbye on a stream');
    if (length < 8) throw frameSize();
    this.#session.onGoAway();
  }

  #onWindowUpdate(id: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw frameSize();
    const increment = bytes.readUInt32BE(start) & MAX_WINDOW;
    if (id === 0) {
      if (increment === 0) throw protocol('a window that does not grow');
      this.#session.sendWindow += increment;
      if (this.#session.sendWindow > MAX_WINDOW) throw overflow(ConnectionError);
    } else {
      if (this.#session.isIdle(id)) throw protocol('a window of no stream');
      const client = this.#session.find(id);
      if (client === undefined) return;
      if (increment === 0) throw new StreamError(ERROR.PROTOCOL_ERROR, 'a window that does not grow');
      client.body.window += increment;
      if (client.body.window > MAX_WINDOW) throw overflow(StreamError);
    }
    this.#session.onWindow();
  }
}

const protocol = (what: string): ConnectionError => new ConnectionError(ERROR.PROTOCOL_ERROR, what);
const frameSize = (): ConnectionError => new ConnectionError(ERROR.FRAME_SIZE_ERROR, 'a frame of the wrong size');
const overflow = (Kind: typeof ConnectionError | typeof StreamError): Error =>
  new Kind(ERROR.FLOW_CONTROL_ERROR, 'a window that is too large');
