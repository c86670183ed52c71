import { describe, expect, it } from 'vitest';
import { fault } from '../../../electron/engine/middleware/fault.ts';
import { headers } from '../../../electron/engine/middleware/headers.ts';
import { ipFilter } from '../../../electron/engine/middleware/ip-filter.ts';
import { logging } from '../../../electron/engine/middleware/logging.ts';
import { ping } from '../../../electron/engine/middleware/ping.ts';
import { redirect } from '../../../electron/engine/middleware/redirect.ts';
import { rewrite } from '../../../electron/engine/middleware/rewrite.ts';
import { build, makeContext, makeRequest, makeResponse, replyOf } from '../../kit/middleware-request.ts';

describe('logging', () => {
  it('writes one line with the path as it came and without its query', () => {
    const context = makeContext();
    const middleware = build(logging, { level: 'debug' }, context);
    const request = makeRequest({ path: '/a?token=secret' });
    middleware.onRequest!(request);
    request.path = '/rewritten';
    middleware.onEnd!({ status: 200, durationMs: 12.345, bytesOut: 7, backend: 'web-1', error: undefined }, request);
    expect(context.lines).toHaveLength(1);
    expect(context.lines[0]).toMatchObject({ level: 'debug', message: 'GET shop.local/a 200 12.3 ms 7 B web-1' });
    expect(context.lines[0]!.fields).toMatchObject({
      path: '/a',
      status: 200,
      duration_ms: 12.3,
      bytes: 7,
      backend: 'web-1',
      error: null,
    });
  });

  it('keeps only the fields asked for', () => {
    const context = makeContext();
    build(logging, { fields: ['status'] }, context).onEnd!(
      { status: 502, durationMs: 1, bytesOut: 0, backend: undefined, error: 'BACKEND_REFUSED' },
      makeRequest(),
    );
    expect(context.lines[0]!.fields).toEqual({ status: 502 });
    expect(context.lines[0]!.message).toContain('BACKEND_REFUSED');
  });
});

describe('headers', () => {
  it('removes, sets and adds on both ways', () => {
    const middleware = build(headers, {
      request: { set: { 'X-A': '1' }, remove: ['x-b'] },
      response: { add: { 'Set-Cookie': 'b=2' }, set: { Server: 'x' } },
    });
    const request = makeRequest({}, ['x-a', '0', 'X-B', 'gone']);
    middleware.onRequest!(request);
    expect(request.headers.entries()).toEqual([['X-A', '1']]);
    const response = makeResponse(200, ['Set-Cookie', 'a=1']);
    middleware.onResponse!(response, request);
    expect(response.headers.getAll('set-cookie')).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('server')).toBe('x');
  });

  it('refuses names and values that cannot be sent, framing fields, and Host', () => {
    for (const set of [{ 'a b': 'x' }, { a: 'x\r\nb: y' }, { 'Content-Length': '1' }, { host: 'x' }]) {
      expect(headers.schema.safeParse({ request: { set } }).success, JSON.stringify(set)).toBe(false);
    }
    expect(headers.schema.safeParse({ response: { remove: ['transfer-encoding'] } }).success).toBe(false);
  });
});

describe('ip_filter', () => {
  it('denies before it allows', async () => {
    const middleware = build(ipFilter, { allow: ['10.0.0.0/8', '::1'], deny: ['10.0.0.9'] });
    expect(middleware.onRequest!(makeRequest({ client: '10.1.2.3' }))).toBeUndefined();
    expect(middleware.onRequest!(makeRequest({ client: '::ffff:10.1.2.3' }))).toBeUndefined();
    for (const client of ['10.0.0.9', '::ffff:10.0.0.9', '192.168.0.1', 'unknown']) {
      expect((await replyOf(middleware, makeRequest({ client }))).status, client).toBe(403);
    }
    expect(build(ipFilter, { deny: ['10.0.0.9'] }).onRequest!(makeRequest({ client: '1.1.1.1' }))).toBeUndefined();
  });

  it('refuses what is no address, and an empty filter', () => {
    expect(ipFilter.schema.safeParse({ allow: ['10.0.0.0/33'] }).success).toBe(false);
    expect(ipFilter.schema.safeParse({}).success).toBe(false);
  });
});

describe('rewrite', () => {
  const pathAfter = (path: string): string => {
    const request = makeRequest({ path });
    build(rewrite, {
      rules: [
        { from: '/old/*', to: '/new/{rest}' },
        { from: '/exact', to: '/found?v=2' },
        { from: '/old/a', to: '/never' },
      ],
    }).onRequest!(request);
    return request.path;
  };

  it('uses the first rule that matches and keeps the query and the escapes', () => {
    expect(pathAfter('/old/a%2Fb//c?x=1')).toBe('/new/a%2Fb//c?x=1');
    expect(pathAfter('/old/a')).toBe('/new/a');
    expect(pathAfter('/exact?x=1')).toBe('/found?v=2&x=1');
    expect(pathAfter('/other?x=1')).toBe('/other?x=1');
    expect(pathAfter('/old/{path}')).toBe('/new/{path}');
  });

  it('refuses placeholders it does not know and relative paths', () => {
    for (const to of ['/x/{nothing}', 'x', '/a b'])
      expect(rewrite.schema.safeParse({ rules: [{ from: '/a', to }] }).success, to).toBe(false);
  });
});

describe('redirect', () => {
  const locate = async (to: string, path = '/a?x=1'): Promise<unknown> =>
    (await replyOf(build(redirect, { to }), makeRequest({ path }))).headers!['Location'];

  it('fills in the request, with a query placed or kept', async () => {
    expect(await locate('https://{host}{path}?{query}')).toBe('https://shop.local/a?x=1');
    expect(await locate('https://{host}{path}{query}')).toBe('https://shop.local/a?x=1');
    expect(await locate('https://{host}{path}?{query}', '/a')).toBe('https://shop.local/a');
    expect(await locate('https://new.test{path}')).toBe('https://new.test/a?x=1');
  });

  it('does not leave the host through a path that begins with two slashes', async () => {
    expect(await locate('{path}', '//evil.test/')).toBe('/evil.test/');
    expect(await locate('{path}', '/\\evil.test')).toBe('/evil.test');
  });

  it('lets a request that is already there go on', () => {
    const middleware = build(redirect, { to: 'https://{host}{path}' });
    expect(middleware.onRequest!(makeRequest({ scheme: 'https', path: '/a?x=1' }))).toBeUndefined();
    expect(middleware.onRequest!(makeRequest({ path: '/a?x=1' }))).toBeDefined();
  });

  it('refuses other schemes, statuses and placeholders', () => {
    for (const config of [
      { to: 'javascript:alert(1)' },
      { to: '/a', status: 200 },
      { to: '/{rest}' },
      { to: '/a\r\nb' },
    ]) {
      expect(redirect.schema.safeParse(config).success, JSON.stringify(config)).toBe(false);
    }
  });
});

describe('ping', () => {
  it('answers pong on its path alone', async () => {
    const middleware = build(ping, {});
    expect(await replyOf(middleware, makeRequest({ path: '/ping?x' }))).toMatchObject({ status: 200, body: 'pong' });
    expect(middleware.onRequest!(makeRequest({ path: '/pingx' }))).toBeUndefined();
    expect(middleware.onRequest!(makeRequest({ path: '/ping', method: 'POST' }))).toBeUndefined();
  });
});

describe('fault', () => {
  it('answers, drops or delays', async () => {
    expect((await replyOf(build(fault, { status: 503 }), makeRequest())).status).toBe(503);
    expect(build(fault, { abort: true }).onRequest!(makeRequest())).toEqual({ abort: true });
    const started = performance.now();
    expect(await build(fault, { delay: '30ms' }).onRequest!(makeRequest())).toBeUndefined();
    expect(performance.now() - started).toBeGreaterThanOrEqual(25);
  });

  it('ends its delays when it is closed', async () => {
    const middleware = build(fault, { delay: '5m', status: 500 });
    const reply = replyOf(middleware, makeRequest());
    middleware.close!();
    expect((await reply).status).toBe(500);
  });

  it('strikes only what it is told to', () => {
    const middleware = build(fault, { status: 500, methods: ['post'], paths: ['/api/*'] });
    expect(middleware.onRequest!(makeRequest({ method: 'POST', path: '/api/x?y' }))).toBeDefined();
    expect(middleware.onRequest!(makeRequest({ path: '/api/x' }))).toBeUndefined();
    expect(middleware.onRequest!(makeRequest({ method: 'POST', path: '/' }))).toBeUndefined();
    expect(build(fault, { status: 500, probability: 0 }).onRequest!(makeRequest())).toBeUndefined();
  });

  it('refuses a config that does nothing, and delays without end', () => {
    for (const config of [{}, { delay: '1h' }, { status: 99 }, { abort: true, probability: 2 }])
      expect(fault.schema.safeParse(config).success).toBe(false);
  });
});
