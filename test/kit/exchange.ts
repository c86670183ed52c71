/** A recorded exchange as the proxy hands it over. */
import type { RecordedExchange } from '../../electron/engine/record/exchanges.ts';

export function recorded(rest: Partial<RecordedExchange> = {}): RecordedExchange {
  return {
    id: 0,
    startedAt: 1_700_000_000_000,
    durationMs: 12,
    firstByteMs: 10,
    site: 'shop.local',
    route: '/',
    method: 'GET',
    host: 'shop.local',
    path: '/',
    status: 200,
    backend: 'web-1',
    attempts: [{ backend: 'web-1' }],
    client: '127.0.0.1',
    protocol: '1.1',
    bytesIn: 0,
    bytesOut: 100,
    rawRequestHeaders: [],
    rawResponseHeaders: [],
    ...rest,
  };
}
