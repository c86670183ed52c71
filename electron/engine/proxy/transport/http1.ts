/** HTTP/1.1 to a backend over kept connections: one for each request under way, the latest used first. */
import type { Origin } from '../../generation.ts';
import { dialHttp1 } from './dial.ts';
import { Http1Connection } from './http1-connection.ts';
import type { Transport } from './transport.ts';
import { TransportError } from './transport-error.ts';

/** Between looks for idle connections that are too old. */
const SWEEP_MS = 2_000;

export function createHttp1Transport(origin: Origin): Transport {
  const all = new Set<Http1Connection>();
  let idle: Http1Connection[] = [];
  let sweeper: NodeJS.Timeout | undefined;
  let whenEmpty: (() => void) | undefined;
  let dialling = 0;
  let isClosed = false;
  const tellEmpty = (): void => {
    if (all.size === 0 && dialling === 0) whenEmpty?.();
  };

  const sweep = (): void => {
    const now = performance.now();
    const kept: Http1Connection[] = [];
    for (const connection of idle) {
      if (connection.isUsable(now)) kept.push(connection);
      else connection.destroy();
    }
    idle = kept;
    sweeper = idle.length > 0 ? setTimeout(sweep, SWEEP_MS).unref() : undefined;
  };
  const owner = {
    onIdle(connection: Http1Connection): void {
      if (isClosed) connection.destroy();
      else {
        idle.push(connection);
        sweeper ??= setTimeout(sweep, SWEEP_MS).unref();
      }
    },
    onClosed(connection: Http1Connection): void {
      all.delete(connection);
      tellEmpty();
    },
  };
  const takeIdle = (): Http1Connection | undefined => {
    if (idle.length === 0) return undefined;
    const now = performance.now();
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      if (connection.isUsable(now)) return connection;
      connection.destroy();
    }
    return undefined;
  };
  const finish = (end: (connection: Http1Connection) => void): Promise<void> => {
    isClosed = true;
    clearTimeout(sweeper);
    const done = new Promise<void>((resolve) => (whenEmpty = resolve));
    for (const connection of [...all]) end(connection);
    tellEmpty();
    return done;
  };

  const connect: Transport['dispatch'] = (request, handler, needs) => {
    dialling++;
    dialHttp1(origin, (error, dialled) => {
      dialling--;
      if (error === undefined) {
        const opened = new Http1Connection(dialled, owner);
        all.add(opened);
        opened.send(request, handler, needs);
      } else handler.onError(error);
      tellEmpty();
    });
  };

  return {
    dispatch(request, handler, needs) {
      const connection = isClosed ? undefined : takeIdle();
      if (connection !== undefined) connection.send(request, handler, needs);
      else if (isClosed) handler.onError(removed());
      else connect(request, handler, needs);
    },
    close: () => {
      const waiting = new Set(idle);
      idle = [];
      return finish((connection) => {
        if (waiting.has(connection)) connection.destroy();
      });
    },
    destroy: () => finish((connection) => connection.cut(removed())),
  };
}

const removed = (): TransportError => new TransportError('TRANSPORT_CLOSED', 'backend was removed');
