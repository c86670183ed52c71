/** Lets each client make so many requests in a window of time. */
import { z } from 'zod';
import { duration } from '../../../shared/config.ts';
import { clientNetwork } from '../../../shared/cidr.ts';
import type { HeaderList, LocalReply, MiddlewareFactory, MiddlewareRequest } from '../generation.ts';
import { refuse } from './reply.ts';
import { openSharedCount } from './shared-count.ts';
import type { Standing, WindowRule } from './standing.ts';

/** Clients remembered at once for one site; the one silent the longest is forgotten first. */
export const MAX_CLIENTS = 10_000;

/** Groups of requests remembered for one client: up to this limit every request is counted to the millisecond. */
const MAX_GROUPS = 64;

const schema = z
  .strictObject({
    request_per_minute: z.number().int().min(1).meta({
      title: 'Requests',
      description: 'How many requests a client may make within the window of time (a minute unless it says otherwise).',
    }),
    limit_window: duration
      .refine((value) => value > 0, 'use more than 0')
      .default(60_000)
      .meta({ title: 'Window of time', description: 'How far back requests are counted (60s).' }),
    share: z
      .string()
      .refine(isRedisUrl, 'is not the address of a Redis: write it as redis://localhost:6379/0, or rediss:// for TLS')
      .optional()
      .meta({
        title: 'Shared Redis',
        description:
          'A Redis in which all engines that name it count together, as in redis://localhost:6379/0; while it is away, and unless it is given, each counts by itself.',
      }),
  })
  .meta({ title: 'Rate limit' });

function isRedisUrl(text: string): boolean {
  try {
    const { protocol, hostname, pathname } = new URL(text);
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d{0,4})?$/.test(pathname);
  } catch {
    return false;
  }
}

/** Requests that came close together, counted as if all came with the last of them. */
interface Group {
  firstMs: number;
  lastMs: number;
  count: number;
}

/** What one client did within the window, oldest group first. */
export interface Visitor {
  groups: Group[];
  count: number;
  seenMs: number;
}

/**
 * A sliding window: at most `limit` requests in any stretch of `windowMs`, and a refused request does not count.
 * An IPv4 address is a client, an IPv6 /64 is one. Beyond 64 requests, those within a 64th of the window share one
 * timestamp, the later one, so that the limit is never exceeded and memory stays bounded.
 */
export const ratelimit: MiddlewareFactory<typeof schema> = {
  description: 'Answers 429 to a client that makes more requests than its share within a window of time.',
  schema,
  create: ({ request_per_minute: limit, limit_window: windowMs, share }, context) => {
    const visitors = new Map<string, Visitor>();
    const standings = new WeakMap<MiddlewareRequest, Standing>();
    const shared = share === undefined ? undefined : openSharedCount(share, context);
    const scope = ['mogoly:ratelimit', context.site, context.place, windowMs].join(':');
    const verdict = (request: MiddlewareRequest, standing: Standing): LocalReply | undefined => {
      standings.set(request, standing);
      return standing.allowed ? undefined : refuseVisit(standing, { limit, windowMs }, context.site);
    };
    return {
      name: 'ratelimit',
      onRequest: (request) => {
        const client = clientNetwork(request.client);
        // Counted here in any case, so that nobody begins anew when the shared count goes away.
        const own = admit(visitors, client, { limit, windowMs, nowMs: context.now() });
        const asked = shared?.admit(`${scope}:${client}`, { limit, windowMs });
        return asked === undefined
          ? verdict(request, own)
          : asked.then((together) => verdict(request, together ?? own));
      },
      onResponse: (response, request) => {
        const standing = standings.get(request);
        if (standing) setFields(response.headers, limitFields(limit, standing));
      },
      close: () => {
        visitors.clear();
        shared?.release();
      },
    };
  },
};

function refuseVisit(standing: Standing, { limit, windowMs }: WindowRule, site: string): LocalReply {
  const seconds = toSeconds(standing.resetMs);
  const requests = limit === 1 ? '1 request' : `${limit} requests`;
  return refuse(429, 'RATE_LIMITED', `A client of ${site} may make ${requests} in ${windowMs / 1_000} s.`, {
    title: 'Too many requests',
    fix: `Try again in ${seconds} s, or raise request_per_minute of its ratelimit.`,
    headers: { 'Retry-After': String(seconds), ...Object.fromEntries(limitFields(limit, standing)) },
  });
}

/** Forgets every visitor that made no request within the window; returns how many. The map is ordered by last visit. */
export function cleanupVisitors(visitors: Map<string, Visitor>, nowMs: number, windowMs: number): number {
  let dropped = 0;
  for (const [client, visitor] of visitors) {
    if (nowMs - visitor.seenMs < windowMs) break;
    visitors.delete(client);
    dropped++;
  }
  return dropped;
}

/** Counts one request of a client, or refuses it. */
export function admit(visitors: Map<string, Visitor>, client: string, rule: WindowRule & { nowMs: number }): Standing {
  const { limit, windowMs, nowMs } = rule;
  cleanupVisitors(visitors, nowMs, windowMs);
  const visitor = visitors.get(client) ?? { groups: [], count: 0, seenMs: nowMs };
  visitor.seenMs = nowMs;
  visitors.delete(client);
  visitors.set(client, visitor);
  if (visitors.size > MAX_CLIENTS) forgetOldest(visitors);
  expire(visitor, nowMs - windowMs);
  const allowed = visitor.count < limit;
  if (allowed) count(visitor, nowMs, limit > MAX_GROUPS ? windowMs / MAX_GROUPS : 0);
  const oldest = visitor.groups[0];
  return { allowed, remaining: limit - visitor.count, resetMs: oldest ? oldest.lastMs + windowMs - nowMs : 0 };
}

function forgetOldest(visitors: Map<string, Visitor>): void {
  for (const client of visitors.keys()) {
    visitors.delete(client);
    return;
  }
}

function expire(visitor: Visitor, untilMs: number): void {
  const kept = visitor.groups.findIndex((group) => group.lastMs > untilMs);
  const gone = visitor.groups.splice(0, kept < 0 ? visitor.groups.length : kept);
  for (const group of gone) visitor.count -= group.count;
}

function count(visitor: Visitor, nowMs: number, resolutionMs: number): void {
  visitor.count++;
  const newest = visitor.groups.at(-1);
  if (newest && nowMs - newest.firstMs <= resolutionMs) {
    newest.count++;
    newest.lastMs = nowMs;
  } else {
    visitor.groups.push({ firstMs: nowMs, lastMs: nowMs, count: 1 });
  }
}

const toSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

/** The three fields of draft-ietf-httpapi-ratelimit-headers up to its version 05. */
function limitFields(limit: number, standing: Standing): [string, string][] {
  return [
    ['RateLimit-Limit', String(limit)],
    ['RateLimit-Remaining', String(standing.remaining)],
    ['RateLimit-Reset', String(toSeconds(standing.resetMs))],
  ];
}

function setFields(headers: HeaderList, fields: readonly [string, string][]): void {
  for (const [name, value] of fields) headers.set(name, value);
}
