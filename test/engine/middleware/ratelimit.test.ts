import { describe, expect, it } from 'vitest';
import { MAX_CLIENTS, admit, cleanupVisitors, ratelimit } from '../../../electron/engine/middleware/ratelimit.ts';
import type { Visitor } from '../../../electron/engine/middleware/ratelimit.ts';
import { build, makeContext, makeRequest, makeResponse, replyOf } from '../../kit/middleware-request.ts';

describe('ratelimit', () => {
  it('answers 429 with Retry-After and RateLimit fields past the limit, and lets go on when the window has passed', async () => {
    const context = makeContext();
    const middleware = build(ratelimit, { request_per_minute: 2, limit_window: '10s' }, context);
    expect(middleware.onRequest!(makeRequest())).toBeUndefined();
    context.clock.nowMs = 4_000;
    expect(middleware.onRequest!(makeRequest())).toBeUndefined();
    context.clock.nowMs = 5_500;
    const reply = await replyOf(middleware, makeRequest());
    expect(reply.status).toBe(429);
    expect(reply.headers).toMatchObject({
      'Retry-After': '5',
      'RateLimit-Limit': '2',
      'RateLimit-Remaining': '0',
      'RateLimit-Reset': '5',
    });
    expect(reply.refusal).toMatchObject({ code: 'RATE_LIMITED', fix: expect.stringContaining('5 s') as string });
    context.clock.nowMs = 10_000;
    expect(middleware.onRequest!(makeRequest())).toBeUndefined();
    expect((await replyOf(middleware, makeRequest())).status).toBe(429);
  });

  it('never lets more than the limit pass in any window, and grants it whole after a silent one', () => {
    for (const limit of [1, 3, 64, 65, 500]) {
      const visitors = new Map<string, Visitor>();
      const passed: number[] = [];
      for (let nowMs = 0; nowMs < 5_000; nowMs++)
        if (admit(visitors, 'a', { limit, windowMs: 1_000, nowMs }).allowed) passed.push(nowMs);
      for (const [index, at] of passed.entries())
        expect((passed[index + limit] ?? Infinity) - at).toBeGreaterThanOrEqual(1_000);
      expect(visitors.get('a')!.groups.length).toBeLessThanOrEqual(66);
      const later = Array.from(
        { length: limit },
        () => admit(visitors, 'a', { limit, windowMs: 1_000, nowMs: 9_000 }).allowed,
      );
      expect(later.every(Boolean)).toBe(true);
    }
  });

  it('counts each client alone, and an IPv6 /64 as one', async () => {
    const middleware = build(ratelimit, { request_per_minute: 1 });
    expect(middleware.onRequest!(makeRequest({ client: '10.0.0.1' }))).toBeUndefined();
    expect(middleware.onRequest!(makeRequest({ client: '10.0.0.2' }))).toBeUndefined();
    expect((await replyOf(middleware, makeRequest({ client: '::ffff:10.0.0.2' }))).status).toBe(429);
    expect(middleware.onRequest!(makeRequest({ client: '2001:db8::1' }))).toBeUndefined();
    expect((await replyOf(middleware, makeRequest({ client: '2001:db8:0:0:ffff::2' }))).status).toBe(429);
    expect(middleware.onRequest!(makeRequest({ client: '2001:db8:0:1::1' }))).toBeUndefined();
  });

  it('tells the standing on passing responses', () => {
    const middleware = build(ratelimit, { request_per_minute: 3 });
    const request = makeRequest();
    middleware.onRequest!(request);
    const response = makeResponse();
    middleware.onResponse!(response, request);
    expect(response.headers.get('ratelimit-remaining')).toBe('2');
    expect(response.headers.get('ratelimit-reset')).toBe('60');
  });

  it('keeps at most MAX_CLIENTS visitors and forgets the one silent the longest', () => {
    const visitors = new Map<string, Visitor>();
    for (let index = 0; index <= MAX_CLIENTS; index++)
      admit(visitors, `client-${index}`, { limit: 1, windowMs: 1_000_000, nowMs: index });
    expect(visitors.size).toBe(MAX_CLIENTS);
    expect(visitors.has('client-0')).toBe(false);
  });

  it('cleans up visitors whose window has passed', () => {
    const visitors = new Map<string, Visitor>();
    admit(visitors, 'old', { limit: 5, windowMs: 1_000, nowMs: 0 });
    admit(visitors, 'new', { limit: 5, windowMs: 1_000, nowMs: 900 });
    expect(cleanupVisitors(visitors, 1_500, 1_000)).toBe(1);
    expect([...visitors.keys()]).toEqual(['new']);
  });

  it('refuses a limit below one', () => {
    expect(ratelimit.schema.safeParse({ request_per_minute: 0 }).success).toBe(false);
    expect(ratelimit.schema.safeParse({ request_per_minute: 1.5 }).success).toBe(false);
    expect(ratelimit.schema.safeParse({ limit_window: '1m' }).success).toBe(false);
    expect(ratelimit.schema.safeParse({ request_per_minute: 1, limit_window: 0 }).success).toBe(false);
  });
});
