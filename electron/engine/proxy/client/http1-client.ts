/** A client that speaks HTTP/1.0 or 1.1, as node:http has parsed it (RFC 9112). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from './client.ts';

export class Http1Client implements Client {
  readonly version: '1.0' | '1.1';
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: string[];
  readonly expectsContinue: boolean;
  readonly hasBody = undefined;
  readonly source: IncomingMessage;
  readonly sink: ServerResponse;
  status = 0;

  constructor(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) {
    this.version = request.httpVersionMinor === 0 ? '1.0' : '1.1';
    this.method = request.method ?? 'GET';
    this.target = request.url ?? '/';
    this.rawHeaders = request.rawHeaders;
    this.expectsContinue = expectsContinue;
    this.source = request;
    this.sink = response;
  }

  get isComplete(): boolean {
    return this.source.complete;
  }

  get rawTrailers(): string[] {
    return this.source.rawTrailers;
  }

  get isGone(): boolean {
    return this.sink.destroyed;
  }

  onClose(listener: () => void): void {
    this.sink.on('close', listener);
  }

  sendContinue(): void {
    if (this.expectsContinue && this.version !== '1.0') this.sink.writeContinue();
  }

  sendEarlyHints(headers: string[]): void {
    if (this.version === '1.0' || this.status !== 0) return;
    const hints: Record<string, string | string[]> = {};
    const links: string[] = [];
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!.toLowerCase();
      if (name === 'link') links.push(...headers[i + 1]!.split(/,\s*(?=<)/));
      else hints[name] = headers[i + 1]!;
    }
    if (links.length === 0) return;
    try {
      this.sink.writeEarlyHints({ ...hints, link: links });
    } catch {
      // Node takes only plain Link values; a hint may be left out (RFC 8297 section 2)
    }
  }

  sendHead(status: number, statusText: string, headers: string[], hasBody: boolean): void {
    if (statusText === '') this.sink.writeHead(status, headers);
    else this.sink.writeHead(status, statusText, headers);
    this.status = status;
    if (!hasBody) this.sink.end();
  }

  flushHead(): void {
    process.nextTick(flush, this.sink);
  }

  /**
   * Text is joined to the head; bytes, or the empty write of end(chunk), would make it a vectored write, which costs
   * more than twice as much. A response that waits for its turn on the connection has no socket yet.
   */
  endWithText(body: string): void {
    const response = this.sink;
    const { socket } = response;
    if (socket === null || socket.writableLength > 0) {
      response.end(body, 'latin1');
      return;
    }
    socket.cork();
    response.write(body, 'latin1');
    socket.uncork();
    response.end();
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
  }

  setTrailers(trailers: string[]): void {
    const pairs: [string, string][] = [];
    for (let i = 0; i < trailers.length; i += 2) pairs.push([trailers[i]!, trailers[i + 1]!]);
    if (pairs.length > 0) this.sink.addTrailers(pairs);
  }

  destroy(): void {
    this.sink.destroy();
  }
}

function flush(response: ServerResponse): void {
  if (!response.writableEnded && !response.destroyed) response.flushHeaders();
}
