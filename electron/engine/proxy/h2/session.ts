/** One HTTP/2 connection of a client: its frames in, its streams, and how it ends (RFC 9113). */
import type { Socket } from 'node:net';
import { Http2Client, type StreamHost } from '../client/http2-client.ts';
import { allowNoise, allowResets, CONNECTION_WINDOW_BYTES, MAX_STREAMS, MAX_WINDOW } from './bounds.ts';
import { Credit } from './credit.ts';
import { FrameReader } from './frame-reader.ts';
import { ConnectionError, ERROR, goAwayFrame, resetFrame, StreamError, windowUpdateFrame } from './frames.ts';
import { HpackEncoder } from './hpack-encoder.ts';
import { Output } from './output.ts';
import { ResetMemory } from './reset-memory.ts';
import type { StreamHead } from './request-head.ts';
import { SessionFrames, type FrameOwner } from './session-frames.ts';
import { DEFAULT_WINDOW_BYTES, GREETING, type ClientSettings } from './settings.ts';
import type { StreamBody } from './stream-body.ts';

export interface SessionHandlers {
  onRequest: (socket: Socket, client: Http2Client) => void;
  /** Its head is larger than we take. */
  onLargeHead: (client: Http2Client) => void;
  /** CONNECT, also for another protocol (RFC 8441). */
  onTunnel: (socket: Socket, client: Http2Client) => void;
}

const NOTHING = Buffer.alloc(0);

/** Of a request whose head was not kept. */
const NO_HEAD: StreamHead = {
  method: 'GET',
  target: '',
  rawHeaders: [],
  length: undefined,
  expectsContinue: false,
  protocol: undefined,
};

export class Session implements StreamHost, FrameOwner {
  readonly socket: Socket;
  readonly encoder = new HpackEncoder();
  readonly output: Output;
  sendWindow = DEFAULT_WINDOW_BYTES;
  /** Turns of the sweep that it has been waiting for each. */
  readonly turns = { quiet: 0, amidst: 0, unagreed: 0, ending: 0 };
  /** Our settings are acknowledged. */
  isAgreed = false;
  readonly #handlers: SessionHandlers;
  readonly #frames: SessionFrames;
  readonly #reader: FrameReader;
  readonly #streams = new Map<number, Http2Client>();
  readonly #waiting = new Set<StreamBody>();
  readonly #resets = allowResets();
  readonly #noise = allowNoise();
  readonly #credit = new Credit(CONNECTION_WINDOW_BYTES);
  readonly #resetLately = new ResetMemory();
  /** The highest of the client's. */
  #lastId = 0;
  #streamWindow = DEFAULT_WINDOW_BYTES;
  #hasRoom = false;
  /** Our goodbye is said. */
  #isLeaving = false;
  /** The client's is. */
  #isLeft = false;
  #isEnding = false;

  constructor(socket: Socket, handlers: SessionHandlers) {
    this.socket = socket;
    this.#handlers = handlers;
    this.output = new Output(socket, () => this.#onRoom());
    this.#frames = new SessionFrames(this);
    this.#reader = new FrameReader(this.#frames);
    this.output.send(GREETING);
    socket.on('data', this.#onData);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#cutStreams());
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Time has passed. */
  turn(): void {
    const { turns } = this;
    turns.quiet++;
    turns.amidst = this.#reader.isAmidst || this.#frames.isAmidst ? turns.amidst + 1 : 0;
    if (!this.isAgreed) turns.unagreed++;
    if (this.#isEnding) turns.ending++;
  }

  /** Says goodbye: streams under way go on, new ones go elsewhere (RFC 9113 section 6.8). */
  leave(): void {
    if (!this.#isLeaving) {
      this.#isLeaving = true;
      this.output.send(goAwayFrame(this.#lastId, ERROR.NO_ERROR, ''));
    }
    this.#endWhenEmpty();
  }

  /** The connection ends now, with the reason. */
  fail({ code, message }: { code: number; message: string }): void {
    if (this.#isEnding) return;
    this.output.send(goAwayFrame(this.#lastId, code, message));
    this.#end();
    this.#cutStreams();
  }

  find(id: number): Http2Client | undefined {
    return this.#streams.get(id);
  }

  /** A stream that the client has not opened yet; after our goodbye those are nobody's. */
  isIdle(id: number): boolean {
    return id % 2 === 0 || (id > this.#lastId && !this.#isLeaving);
  }

  /** What may still come for a stream that is gone; throws where its client should know (RFC 9113 section 5.1). */
  checkLate(id: number): void {
    if (this.#resetLately.has(id) || (this.#isLeaving && id > this.#lastId)) return;
    throw new ConnectionError(ERROR.STREAM_CLOSED, 'a frame for a stream that is closed');
  }

  /** The client opens a stream, whose head is still to be read. */
  begin(id: number): void {
    this.#lastId = id;
  }

  /** `head` undefined: it was larger than we take. */
  open(id: number, head: StreamHead | undefined, isWhole: boolean): void {
    if (isWhole && head?.length !== undefined && head.length > 0)
      throw new StreamError(ERROR.PROTOCOL_ERROR, 'a length without a body');
    if (this.#streams.size >= MAX_STREAMS) throw new StreamError(ERROR.REFUSED_STREAM, 'too many streams');
    const client = new Http2Client(this, id, head ?? NO_HEAD, isWhole, this.#streamWindow);
    this.#streams.set(id, client);
    if (head === undefined) this.#handlers.onLargeHead(client);
    else if (head.method === 'CONNECT') this.#handlers.onTunnel(this.socket, client);
    else this.#handlers.onRequest(this.socket, client);
  }

  /** The client's own reset. */
  onReset(client: Http2Client): void {
    this.#countReset();
    this.#remove(client, true);
  }

  /** What the client does wrong on one stream. */
  refuse(id: number, code: number): void {
    this.#countReset();
    const client = this.#streams.get(id);
    if (client !== undefined) this.reset(client, code);
    else this.#sendReset(id, code);
  }

  finishRequest(client: Http2Client, trailers?: string[]): void {
    client.finishRequest(trailers);
    if (client.isSent) this.#remove(client, false);
  }

  onSettings({ headerTableBytes, windowBytes }: ClientSettings): void {
    if (headerTableBytes !== undefined) this.encoder.resize(headerTableBytes);
    if (windowBytes === undefined) return;
    const change = windowBytes - this.#streamWindow;
    this.#streamWindow = windowBytes;
    for (const { body } of this.#streams.values()) {
      body.window += change;
      if (body.window > MAX_WINDOW) throw new ConnectionError(ERROR.FLOW_CONTROL_ERROR, 'a window that is too large');
    }
    this.#hasRoom = true;
  }

  /** Bodies may go on when all of the client's frames that are here have been read. */
  onWindow(): void {
    this.#hasRoom = true;
  }

  onGoAway(): void {
    this.#isLeft = true;
    this.#endWhenEmpty();
  }

  /** A frame that moves nothing on. */
  countNoise(): void {
    if (!this.#noise.take()) throw new ConnectionError(ERROR.ENHANCE_YOUR_CALM, 'too many frames for nothing');
  }

  takeCredit(bytes: number): void {
    if (!this.#credit.take(bytes)) throw new ConnectionError(ERROR.FLOW_CONTROL_ERROR, 'more than the window');
  }

  giveBack(bytes: number): void {
    const increment = this.#credit.giveBack(bytes);
    if (increment > 0) this.output.send(windowUpdateFrame(0, increment));
  }

  consumed(client: Http2Client, bytes: number): void {
    this.giveBack(bytes);
    const increment = client.isClosed ? 0 : client.giveBack(bytes);
    if (increment > 0) this.output.send(windowUpdateFrame(client.id, increment));
  }

  /** Who has its answer need not go on sending (RFC 9113 section 8.1); tunnels have two ends. */
  onSent(client: Http2Client): void {
    if (client.isWhole) this.#remove(client, false);
    else if (!client.isTunnel) {
      this.#sendReset(client.id, ERROR.NO_ERROR);
      this.#remove(client, false);
    }
  }

  reset(client: Http2Client, code: number): void {
    this.#sendReset(client.id, code);
    this.#remove(client, true);
  }

  wait(body: StreamBody): void {
    this.#waiting.add(body);
  }

  leaveQueue(body: StreamBody): void {
    this.#waiting.delete(body);
  }

  readonly #onData = (bytes: Buffer): void => {
    this.turns.quiet = 0;
    this.#read(bytes);
  };

  #read(bytes: Buffer): void {
    if (this.#isEnding) return; // read, so that the kernel does not take the last frames back
    try {
      this.#reader.read(bytes);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.fail(error);
    }
    if (this.#hasRoom) this.#advance();
    if (this.output.isFlooded) this.socket.pause();
  }

  #onRoom(): void {
    this.#advance();
    if (!this.socket.isPaused() || this.output.isFlooded) return;
    this.socket.resume();
    process.nextTick(() => this.#read(NOTHING)); // what was held back
  }

  /** Each in its turn, a frame at a time. */
  #advance(): void {
    this.#hasRoom = false;
    for (let hasMoved = true; hasMoved && this.#waiting.size > 0;) {
      hasMoved = false;
      for (const body of [...this.#waiting]) {
        if (this.output.isClogged) return;
        if (body.advance()) hasMoved = true;
      }
    }
  }

  #countReset(): void {
    if (!this.#resets.take()) throw new ConnectionError(ERROR.ENHANCE_YOUR_CALM, 'too many streams that end badly');
  }

  #sendReset(id: number, code: number): void {
    this.output.send(resetFrame(id, code));
    this.#resetLately.add(id);
  }

  #remove(client: Http2Client, isCut: boolean): void {
    this.#streams.delete(client.id);
    client.close(isCut);
    if (this.#isLeaving || this.#isLeft) this.#endWhenEmpty();
  }

  #endWhenEmpty(): void {
    if (this.#streams.size > 0) return;
    if (!this.#isEnding) this.#end();
    else if (this.socket.writableFinished) this.socket.destroy();
  }

  #end(): void {
    this.#isEnding = true;
    this.#reader.stop();
    this.output.end();
  }

  #cutStreams(): void {
    for (const client of this.#streams.values()) client.close(true);
    this.#streams.clear();
  }
}
