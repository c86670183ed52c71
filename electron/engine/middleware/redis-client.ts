/** The client of Redis with the one command that counts a request; loaded when a config first names a Redis. */
import type { Standing, WindowRule } from './standing.ts';

/** Parts of the window that requests are counted by. */
const BUCKETS = 64;
/** Asked at once; more are counted here. */
const MAX_PENDING = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that died in silence is found by these. */
const PING_INTERVAL_MS = 10_000;
const SILENCE_TIMEOUT_MS = 30_000;
/** Between attempts to connect, longer each time up to the second. */
const RECONNECT_MS = { first: 100, most: 2_000 } as const;

/**
 * One sliding window in one step (Redis runs a script alone): requests of one part of the window count until the part
 * as a whole has left it, by the clock of Redis, so that the limit is never exceeded wherever the requests came in.
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, window, part = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = math.floor((now - window) / part)
local count, first = 0, nil
local parts = redis.call('HGETALL', KEYS[1])
for i = 1, #parts, 2 do
  local at = tonumber(parts[i])
  if at < oldest then
    redis.call('HDEL', KEYS[1], parts[i])
  else
    count = count + tonumber(parts[i + 1])
    if first == nil or at < first then first = at end
  end
end
local allowed = 0
if count < limit then
  allowed = 1
  count = count + 1
  local at = math.floor(now / part)
  redis.call('HINCRBY', KEYS[1], string.format('%d', at), 1)
  redis.call('PEXPIRE', KEYS[1], window + part)
  if first == nil then first = at end
end
local reset = 0
if first ~= nil then reset = (first + 1) * part + window - now end
return { allowed, limit - count, reset }
`;

export interface CountingClient {
  isReady: () => boolean;
  /** Rejects when Redis goes before it answers. */
  admit: (key: string, rule: WindowRule) => Promise<Standing>;
  close: () => void;
}

export interface ClientEvents {
  onLost: (why: string) => void;
  onReady: () => void;
}

/** Connects in the background, again and again until it is closed. */
export async function openRedis(url: string, { onLost, onReady }: ClientEvents): Promise<CountingClient> {
  const { createClient, defineScript } = await import('@redis/client');
  const admit = defineScript({
    SCRIPT,
    NUMBER_OF_KEYS: 1,
    parseCommand(parser, key: string, limit: number, windowMs: number, partMs: number) {
      parser.pushKey(key);
      parser.push(String(limit), String(windowMs), String(partMs));
    },
    transformReply: (reply: unknown): Standing => {
      const [allowed, remaining, resetMs] = reply as [number, number, number];
      return { allowed: allowed === 1, remaining: Math.max(0, remaining), resetMs };
    },
  });
  const client = createClient({
    url,
    scripts: { admit },
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_PENDING,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      reconnectStrategy: (retries) => Math.min(RECONNECT_MS.most, RECONNECT_MS.first * 2 ** Math.min(retries, 10)),
    },
  });
  client.on('error', (error: Error) => onLost(error.message || (error as NodeJS.ErrnoException).code || error.name));
  client.on('ready', onReady);
  // A wrong password ends here; what can pass by itself is tried again.
  client.connect().catch((error: Error) => onLost(error.message));
  return {
    isReady: () => client.isReady,
    admit: (key, { limit, windowMs }) => client.admit(key, limit, windowMs, Math.max(1, Math.ceil(windowMs / BUCKETS))),
    close: () => client.destroy(),
  };
}
