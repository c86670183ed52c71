/** Keys of TLS session tickets (RFC 5077, RFC 8446 section 4.6.1): changed so that no session outlives its certificate. */
import { randomBytes } from 'node:crypto';

/** What Node's TLS server takes: name, HMAC key and AES key. */
const KEY_BYTES = 48;
/** A key that leaks opens half a day of recorded sessions at most. */
const MAX_AGE_MS = 12 * 3_600_000;

/** How long a session may be resumed, in seconds, as `sessionTimeout` of a server. */
export const SESSION_TIMEOUT_S = 300;

export type Tickets = ReturnType<typeof createTickets>;

/** Every listener has the same keys, so that a session is resumed on 127.0.0.1 and ::1 alike. */
export function createTickets(now: () => number) {
  let keys = randomBytes(KEY_BYTES);
  let madeAt = now();
  const listeners = new Set<(keys: Buffer) => void>();
  const rotate = (): void => {
    keys = randomBytes(KEY_BYTES);
    madeAt = now();
    for (const listener of listeners) listener(keys);
  };
  return {
    keys: (): Buffer => keys,
    /** Ends all sessions: the next handshake of each client is a full one. */
    rotate,
    /** Rotates keys that are old, or from a future that the clock has left. */
    age(): void {
      if (Math.abs(now() - madeAt) >= MAX_AGE_MS) rotate();
    },
    /** Calls with the keys now and with each next ones; returns the call that ends it. */
    follow(listener: (keys: Buffer) => void): () => void {
      listeners.add(listener);
      listener(keys);
      return () => void listeners.delete(listener);
    },
  };
}
