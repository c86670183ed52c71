/** HTTP/1.1 to a backend through an undici pool. */
import { Pool } from 'undici';
import type { Origin } from '../generation.ts';
import { connectOptions, MAX_RESPONSE_HEAD_BYTES } from './connect.ts';
import { createNodeTransport } from './transport-node.ts';
import type { Transport } from './transport.ts';

/** HTTP/1.1 through an undici pool; what undici cannot carry goes through node:http. */
export function createHttp1Transport(origin: Origin): Transport {
  const pool = new Pool(origin.origin, {
    connect: connectOptions(origin),
    pipelining: 1,
    maxHeaderSize: MAX_RESPONSE_HEAD_BYTES,
  });
  const node = createNodeTransport(origin);
  return {
    dispatch(request, handler, needs) {
      if (needs !== undefined && (needs.expectContinue || needs.trailers)) node.dispatch(request, handler, needs);
      else pool.dispatch(request as never, handler as never);
    },
    close: async () => {
      await Promise.all([pool.close(), node.close()]);
    },
    destroy: async () => {
      await Promise.all([pool.destroy(), node.destroy()]);
    },
  };
}
