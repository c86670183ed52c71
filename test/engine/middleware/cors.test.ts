import { describe, expect, it } from 'vitest';
import { cors } from '../../../electron/engine/middleware/cors.ts';
import { isOriginPattern, matchOrigin } from '../../../electron/engine/middleware/origin-pattern.ts';
import { build, makeRequest, makeResponse, replyOf } from '../../kit/middleware-request.ts';

const ORIGIN = 'https://app.shop.local';
const preflight = (origin = ORIGIN) =>
  makeRequest({ method: 'OPTIONS' }, [
    'Origin',
    origin,
    'Access-Control-Request-Method',
    'PUT',
    'Access-Control-Request-Headers',
    'x-token',
  ]);

describe('cors', () => {
  it('answers the preflight of an allowed origin with 204', async () => {
    const reply = await replyOf(
      build(cors, { allow_origins: ['https://*.shop.local'], allow_credentials: true, max_age: '1m' }),
      preflight(),
    );
    expect(reply.status).toBe(204);
    expect(reply.headers).toMatchObject({
      'Access-Control-Allow-Origin': ORIGIN,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Headers': 'x-token',
      'Access-Control-Max-Age': '60',
    });
  });

  it('answers the preflight of another origin with 403 and no grant', async () => {
    const reply = await replyOf(build(cors, { allow_origins: ['https://other.test'] }), preflight());
    expect(reply.status).toBe(403);
    expect(Object.keys(reply.headers!).some((name) => name.startsWith('Access-Control'))).toBe(false);
  });

  it('puts its own grant in the place of the backend’s, and varies by origin', () => {
    const middleware = build(cors, { allow_origins: [ORIGIN], expose_headers: ['X-Total'] });
    const response = makeResponse(200, [
      'Access-Control-Allow-Origin',
      'http://localhost:3000',
      'Access-Control-Allow-Origin',
      '*',
    ]);
    middleware.onResponse!(response, makeRequest({}, ['Origin', ORIGIN]));
    expect(response.headers.getAll('access-control-allow-origin')).toEqual([ORIGIN]);
    expect(response.headers.get('access-control-expose-headers')).toBe('X-Total');
    expect(response.headers.get('vary')).toBe('Origin');
    const other = makeResponse();
    middleware.onResponse!(other, makeRequest({}, ['Origin', 'https://evil.test']));
    expect(other.headers.entries()).toEqual([['Vary', 'Origin']]);
  });

  it('says * to everyone by default, and lets plain OPTIONS go on', () => {
    const middleware = build(cors, {});
    const response = makeResponse();
    middleware.onResponse!(response, makeRequest({}, ['Origin', 'https://any.test']));
    expect(response.headers.entries()).toEqual([['Access-Control-Allow-Origin', '*']]);
    expect(middleware.onRequest!(makeRequest({ method: 'OPTIONS' }))).toBeUndefined();
  });

  it('refuses credentials for every origin, and what is no origin', () => {
    expect(cors.schema.safeParse({ allow_credentials: true }).success).toBe(false);
    for (const bad of ['shop.local', 'https://a.b/path', 'https://*', 'https://a.*.b', ''])
      expect(isOriginPattern(bad), bad).toBe(false);
  });

  it('matches patterns by their parts', () => {
    expect(matchOrigin('https://*.shop.local', 'https://a.b.shop.local')).toBe(true);
    expect(matchOrigin('http://localhost:*', 'http://localhost:5173')).toBe(true);
    expect(matchOrigin('https://a.test:443', 'https://a.test')).toBe(true);
    for (const evil of [
      'https://shop.local',
      'https://evilshop.local',
      'http://a.shop.local',
      'https://a.shop.local:8443',
      'https://evil.test#.shop.local',
      'https://a.shop.local.evil.test',
      'null',
    ]) {
      expect(matchOrigin('https://*.shop.local', evil), evil).toBe(false);
    }
  });
});
