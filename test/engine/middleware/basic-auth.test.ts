import { describe, expect, it } from 'vitest';
import { basicAuth } from '../../../electron/engine/middleware/basic-auth.ts';
import { hashPassword, parsePasswordHash, verifyPassword } from '../../../electron/engine/middleware/password.ts';
import { build, makeRequest, replyOf } from '../../kit/middleware-request.ts';

const basic = (credentials: string): string[] => [
  'Authorization',
  `Basic ${Buffer.from(credentials).toString('base64')}`,
];

describe('basic_auth', () => {
  it('lets a right password pass, removes it from the request, and answers at once the second time', async () => {
    const middleware = build(basicAuth, { users: { dev: await hashPassword('sécret:1') } });
    const request = makeRequest({}, basic('dev:sécret:1'));
    expect(await middleware.onRequest!(request)).toBeUndefined();
    expect(request.headers.has('authorization')).toBe(false);
    expect(middleware.onRequest!(makeRequest({}, basic('dev:sécret:1')))).toBeUndefined();
  });

  it('answers 401 with a challenge to wrong, missing and broken credentials', async () => {
    const middleware = build(basicAuth, { users: { dev: await hashPassword('right') }, realm: 'My "site"' });
    for (const headers of [
      [],
      basic('dev:wrong'),
      basic('nobody:right'),
      basic('nocolon'),
      ['Authorization', 'Bearer x'],
      ['Authorization', 'Basic !!'],
    ]) {
      const reply = await replyOf(middleware, makeRequest({}, headers));
      expect(reply.status).toBe(401);
      expect(reply.headers!['WWW-Authenticate']).toBe('Basic realm="My \\"site\\"", charset="UTF-8"');
    }
    expect(middleware.onRequest!(makeRequest({}, basic('dev:wrong')))).not.toBeInstanceOf(Promise);
  });

  it('bounds the checks under way', async () => {
    const middleware = build(basicAuth, { users: { dev: await hashPassword('right') } });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => replyOf(middleware, makeRequest({}, basic(`dev:${index}`)))),
    );
    expect(replies.filter(({ status }) => status === 503).length).toBe(4);
  });

  it('keeps the header for the backend when told', async () => {
    const middleware = build(basicAuth, { users: { dev: await hashPassword('right') }, forward: true });
    const request = makeRequest({}, basic('dev:right'));
    await middleware.onRequest!(request);
    expect(request.headers.has('authorization')).toBe(true);
  });

  it('refuses plain passwords, hashes that ask too much, and no users', () => {
    const hash = 'scrypt:1048576:8:1:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
    for (const users of [
      { dev: 'secret' },
      { dev: hash },
      { dev: hash.replace('1048576', '1000') },
      {},
      { 'a:b': hash.replace('1048576', '16384') },
    ]) {
      expect(basicAuth.schema.safeParse({ users }).success).toBe(false);
    }
  });

  it('verifies only the password it hashed', async () => {
    const hash = parsePasswordHash(await hashPassword('café'))!;
    expect(await verifyPassword('cafe\u0301', hash)).toBe(true);
    expect(await verifyPassword('cafe', hash)).toBe(false);
  });
});
