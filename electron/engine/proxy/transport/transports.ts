/** Makes the transport of an origin when it is first needed, and drains those of origins that are gone. */
import type { Origin } from '../../generation.ts';
import { createHttp1Transport } from './http1.ts';
import { createHttp2Transport } from './http2.ts';
import { createTlsTransport } from './tls.ts';
import type { Transport, Transports } from './transport.ts';

/** Drained connections are cut after this. */
const DRAIN_DEADLINE_MS = 30_000;

const create = (origin: Origin): Transport => {
  if (origin.protocol === 'h2c') return createHttp2Transport(origin);
  return origin.protocol === 'https' ? createTlsTransport(origin) : createHttp1Transport(origin);
};

const keyOf = (origin: Origin): string => (origin.protocol === 'h2c' ? `h2c ${origin.origin}` : origin.origin);

export function createTransports(): Transports {
  const open = new Map<string, Transport>();
  const draining = new Set<Promise<void>>();
  const drain = (transport: Transport): void => {
    const deadline = setTimeout(() => void transport.destroy(), DRAIN_DEADLINE_MS);
    deadline.unref();
    const done = transport
      .close()
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(deadline);
        draining.delete(done);
      });
    draining.add(done);
  };
  return {
    get(origin) {
      const key = keyOf(origin);
      let transport = open.get(key);
      if (transport === undefined) open.set(key, (transport = create(origin)));
      return transport;
    },
    retain(origins) {
      const kept = new Set<string>();
      for (const origin of origins) kept.add(keyOf(origin));
      for (const [key, transport] of open) {
        if (kept.has(key)) continue;
        open.delete(key);
        drain(transport);
      }
    },
    async close() {
      await Promise.allSettled([...open.values()].map((transport) => transport.destroy()));
      open.clear();
      await Promise.allSettled(draining);
    },
  };
}
