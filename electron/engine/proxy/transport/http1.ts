/** HTTP/1.1 to a backend over kept connections: one for each request under way, the latest used first. */
import type { Origin } from '../../generation.ts';
import { dialHttp1 } from './dial.ts';
import { Http1Connection, type ConnectionOwner } from './http1-connection.ts';
import type { OutboundNeeds, OutboundRequest, ResponseHandler, Transport } from './transport.ts';
import { TransportError } from './transport-error.ts';

/** Between looks for idle connections that are too old. */
const SWEEP_MS = 2_000;

export const createHttp1Transport = (origin: Origin): Transport => new Http1Transport(origin);

class Http1Transport implements Transport, ConnectionOwner {
  readonly #origin: Origin;
  readonly #all = new Set<Http1Connection>();
  #idle: Http1Connection[] = [];
  #dialling = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #isClosed = false;
  #whenEmpty: (() => void) | undefined;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  dispatch(request: OutboundRequest, handler: ResponseHandler, needs: OutboundNeeds | undefined): void {
    if (this.#isClosed) return handler.onError(removed());
    const connection = this.#takeIdle();
    if (connection === undefined) this.#dial(request, handler, needs);
    else connection.send(request, handler, needs);
  }

  #takeIdle(): Http1Connection | undefined {
    if (this.#idle.length === 0) return undefined;
    const now = performance.now();
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.isUsable(now)) return connection;
      connection.destroy();
    }
    return undefined;
  }

  #dial(request: OutboundRequest, handler: ResponseHandler, needs: OutboundNeeds | undefined): void {
    this.#dialling++;
    dialHttp1(this.#origin, (error, dialled) => {
      this.#dialling--;
      if (error === undefined) {
        const opened = new Http1Connection(dialled, this);
        this.#all.add(opened);
        opened.send(request, handler, needs);
      } else handler.onError(error);
      this.#tellEmpty();
    });
  }

  onIdle(connection: Http1Connection): void {
    if (this.#isClosed) return connection.destroy();
    this.#idle.push(connection);
    this.#sweeper ??= this.#sweepLater();
  }

  onClosed(connection: Http1Connection): void {
    this.#all.delete(connection);
    this.#tellEmpty();
  }

  close(): Promise<void> {
    const waiting = this.#idle;
    this.#idle = [];
    return this.#finish(waiting, (connection) => connection.destroy());
  }

  destroy(): Promise<void> {
    return this.#finish([...this.#all], (connection) => connection.cut(removed()));
  }

  #finish(connections: Http1Connection[], end: (connection: Http1Connection) => void): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#sweeper);
    const before = this.#whenEmpty;
    const done = new Promise<void>((resolve) => {
      this.#whenEmpty = () => {
        before?.();
        resolve();
      };
    });
    connections.forEach(end);
    this.#tellEmpty();
    return done;
  }

  #tellEmpty(): void {
    if (this.#all.size === 0 && this.#dialling === 0) this.#whenEmpty?.();
  }

  #sweepLater(): NodeJS.Timeout {
    return setTimeout(() => {
      const now = performance.now();
      const all = this.#idle;
      this.#idle = all.filter((connection) => connection.isUsable(now));
      for (const connection of all) if (!connection.isUsable(now)) connection.destroy();
      this.#sweeper = this.#idle.length > 0 ? this.#sweepLater() : undefined;
    }, SWEEP_MS).unref();
  }
}

const removed = (): TransportError => new TransportError('TRANSPORT_CLOSED', 'backend was removed');
