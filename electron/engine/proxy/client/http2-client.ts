/** A client that speaks HTTP/2: one stream of its connection (RFC 9113). */
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Client } from './client.ts';

export class Http2Client implements Client {
  readonly version = '2';
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: string[];
  readonly expectsContinue: boolean;
  readonly hasBody: boolean;
  readonly source: ServerHttp2Stream;
  readonly sink: ServerHttp2Stream;
  rawTrailers: string[] = [];
  status = 0;
  #trailers: string[] = [];
  #isEnded = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]) {
    this.method = String(headers[':method']);
    this.target = String(headers[':path']);
    this.rawHeaders = rawHeaders;
    this.expectsContinue = headers.expect?.toLowerCase() === '100-continue';
    this.hasBody = (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0;
    this.source = stream;
    this.sink = stream;
    if (this.hasBody)
      stream.on('trailers', (_headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
        this.rawTrailers = raw;
      });
  }

  get isComplete(): boolean {
    return !this.hasBody || this.source.readableEnded;
  }

  get isGone(): boolean {
    return this.sink.destroyed || this.sink.closed;
  }

  onClose(listener: () => void): void {
    this.sink.on('close', listener);
  }

  sendContinue(): void {
    if (this.expectsContinue && this.status === 0 && !this.isGone) this.sink.additionalHeaders({ ':status': 100 });
  }

  sendEarlyHints(headers: string[]): void {
    if (this.status === 0 && !this.isGone) this.sink.additionalHeaders({ ...toObject(headers), ':status': 103 });
  }

  sendHead(status: number, _statusText: string, headers: string[], hasBody: boolean): void {
    if (this.isGone) return;
    const fields = toObject(headers);
    const mayHaveTrailers = hasBody && fields['content-length'] === undefined;
    fields[':status'] = status;
    if (mayHaveTrailers) this.sink.on('wantTrailers', () => this.#sendTrailers());
    this.sink.respond(fields, { endStream: !hasBody, waitForTrailers: mayHaveTrailers });
    this.status = status;
    if (!hasBody) this.#leaveRequest();
  }

  flushHead(): void {
    // respond() has sent it
  }

  endWithText(body: string): void {
    this.sink.end(body, 'latin1');
    this.#leaveRequest();
  }

  write(chunk: Buffer): boolean {
    return this.sink.write(chunk);
  }

  onDrain(listener: () => void): void {
    this.sink.once('drain', listener);
  }

  end(chunk?: Buffer): void {
    if (chunk === undefined) this.sink.end();
    else this.sink.end(chunk);
    this.#leaveRequest();
  }

  setTrailers(trailers: string[]): void {
    this.#trailers = trailers;
  }

  destroy(): void {
    this.sink.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  #sendTrailers(): void {
    this.sink.sendTrailers(toObject(this.#trailers));
  }

  /** Who has its answer need not go on sending (RFC 9113 section 8.1). */
  #leaveRequest(): void {
    if (this.#isEnded || this.isComplete) return;
    this.#isEnded = true;
    const stream = this.sink;
    const leave = (): void => {
      if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
    };
    if (stream.writableFinished) leave();
    else stream.once('finish', leave);
  }
}

/** Names of HTTP/2 are lower case (RFC 9113 section 8.2.1). */
function toObject(flat: readonly string[]): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null) as OutgoingHttpHeaders;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!.toLowerCase();
    const value = flat[i + 1]!;
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else fields[name] = [...(Array.isArray(before) ? before : [String(before)]), value];
  }
  return fields;
}
