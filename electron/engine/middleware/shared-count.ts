/** Counts of requests that several engines keep in one Redis: one connection a URL, and none waits for one that is away. */
import { warning, type Problem } from '../../../shared/problem.ts';
import type { MiddlewareContext } from '../generation.ts';
import type { Standing, WindowRule } from './standing.ts';
import { openRedis, type CountingClient } from './redis-client.ts';

/** A request waits no longer than this for the shared count; then it is counted here. */
export const SHARED_WAIT_MS = 250;
/** The wait is counted in looks: while something holds the event loop, an answer that is there cannot be read. */
const LOOKS = 5;
/** While Redis does not answer in time, one request in so long asks it again. */
const ASK_AGAIN_MS = 1_000;

type User = Pick<MiddlewareContext, 'log' | 'degraded'>;

export interface SharedCount {
  /** Undefined, now or later, while Redis is away: the caller counts by itself. */
  admit: (key: string, rule: WindowRule) => Promise<Standing | undefined> | undefined;
  release: () => void;
}

/** By URL; each is closed with its last user. */
const connections = new Map<string, Connection>();

/** Says once, to the log of one of its users, when Redis goes and when it is back; meanwhile each is degraded. */
export function openSharedCount(url: string, user: User): SharedCount {
  const connection = connections.get(url) ?? new Connection(url);
  connections.set(url, connection);
  connection.join(user);
  return {
    admit: (key, rule) => connection.admit(key, rule),
    release: () => {
      connection.users.delete(user);
      user.degraded(undefined);
      if (connection.users.size > 0) return;
      connections.delete(url);
      connection.close();
    },
  };
}

const shareAway = (place: string, why: string): Problem =>
  warning('RATELIMIT_SHARE_AWAY', `ratelimit counts by itself: Redis at ${place} is away (${why}).`, {
    fix: 'Start that Redis, or correct share of ratelimit; as soon as it answers, requests are counted together again.',
  });

class Connection {
  readonly users = new Set<User>();
  /** Without the password. */
  readonly #place: string;
  #client: CountingClient | undefined;
  #isClosed = false;
  /** Why it does not count; undefined while it does. */
  #away: Problem | undefined;
  #askAtMs = 0;

  constructor(url: string) {
    this.#place = new URL(url).host;
    void this.#open(url);
  }

  async #open(url: string): Promise<void> {
    try {
      const client = await openRedis(url, { onLost: (why) => this.#lost(why), onReady: () => this.#found() });
      if (this.#isClosed) client.close();
      else this.#client = client;
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
    }
  }

  join(user: User): void {
    this.users.add(user);
    if (this.#away !== undefined) user.degraded(this.#away);
  }

  admit(key: string, rule: WindowRule): Promise<Standing | undefined> | undefined {
    const client = this.#client;
    if (client?.isReady() !== true) return undefined;
    const nowMs = performance.now();
    if (this.#away !== undefined) {
      if (nowMs < this.#askAtMs) return undefined;
      this.#askAtMs = nowMs + ASK_AGAIN_MS;
    }
    return this.#ask(client, key, rule);
  }

  async #ask(client: CountingClient, key: string, rule: WindowRule): Promise<Standing | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      let left = LOOKS;
      timer = setInterval(() => {
        if (--left === 0) reject(new Error(`no answer within ${SHARED_WAIT_MS} ms`));
      }, SHARED_WAIT_MS / LOOKS);
    });
    try {
      const standing = await Promise.race([client.admit(key, rule), late]);
      this.#found();
      return standing;
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
      return undefined;
    } finally {
      clearInterval(timer);
    }
  }

  #lost(why: string): void {
    if (this.#away !== undefined || this.#isClosed) return;
    this.#away = shareAway(this.#place, why);
    this.#askAtMs = performance.now() + ASK_AGAIN_MS;
    for (const user of this.users) user.degraded(this.#away);
    this.#say('warn', 'ratelimit.shareLost', `Redis at ${this.#place} is away (${why}): this engine counts by itself.`);
  }

  #found(): void {
    if (this.#away === undefined || this.#isClosed) return;
    this.#away = undefined;
    for (const user of this.users) user.degraded(undefined);
    this.#say('info', 'ratelimit.shareFound', `Redis at ${this.#place} is back: requests are counted together again.`);
  }

  #say(level: 'warn' | 'info', event: string, message: string): void {
    const [user] = this.users;
    user?.log(level, event, message, { redis: this.#place });
  }

  close(): void {
    this.#isClosed = true;
    this.#client?.close();
  }
}
