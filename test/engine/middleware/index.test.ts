import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createMiddlewareRegistry } from '../../../electron/engine/middleware/index.ts';
import { makeContext, makeRequest, replyOf } from '../../kit/middleware-request.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mogoly-mw-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return `./${name}`;
};
const registry = createMiddlewareRegistry();
const check = (name: string, config?: unknown) => registry.check(name, config, folder);

describe('the registry', () => {
  it('knows the built-in middlewares, and the old name of the rate limiter with its old keys', async () => {
    expect(registry.names()).toEqual([
      'ratelimit',
      'logging',
      'basic_auth',
      'headers',
      'cors',
      'compress',
      'ip_filter',
      'rewrite',
      'redirect',
      'ping',
      'fault',
    ]);
    expect(await check('mogoly:ratelimiter', { ReqPerMinute: 10, LimitWindow: '1m' })).toEqual([]);
    expect(await check('logging')).toEqual([]);
  });

  it('names the nearest when a middleware is not known', async () => {
    expect(await check('ratelimt')).toMatchObject([
      { code: 'MIDDLEWARE_UNKNOWN', path: [], fix: 'Did you mean "ratelimit"?' },
    ]);
    expect((await check('wholly-other'))[0]!.fix).toContain('./mw.mjs');
  });

  it('places what is wrong inside the config', async () => {
    expect(await check('ratelimit', {})).toMatchObject([{ code: 'MIDDLEWARE_CONFIG', path: ['request_per_minute'] }]);
    expect(await check('rewrite', { rules: [{ from: 'a', to: '/b' }] })).toMatchObject([
      { path: ['rules', 0, 'from'] },
    ]);
    expect(await check('headers', { request: { set: { 'a b': 'x' } } })).toMatchObject([
      { message: expect.stringContaining('not a header name') as string },
    ]);
    expect(await check('ratelimit', 'nonsense')).toMatchObject([{ severity: 'error', path: [] }]);
    const [plain] = await check('basic_auth', { users: { dev: 'secret' } });
    expect(plain).toMatchObject({
      path: ['users', 'dev'],
      fix: expect.stringContaining('mogoly hash-password') as string,
    });
    expect(plain!.message).not.toContain('secret');
  });

  it('says it in sentences, each with what mends it', async () => {
    const all = [
      ...(await check('ratelimt')),
      ...(await check('./no.mjs')),
      ...(await check('ratelimit', 'nonsense')),
      ...(await check('ratelimit', { request_per_minute: 'lots', limit_window: 0 })),
      ...(await check('basic_auth')),
      ...(await check('logging', { level: 'wrn' })),
      ...(await check('ip_filter', { allow: ['1.2.3'] })),
      ...(await check('fault', { delay: '11m' })),
      ...(await check('headers', { request: { set: { te: 'x' } } })),
    ].map(({ message, fix }) => `${message} ${fix}`);
    expect(all.filter((text) => !/^("|[A-Z]).*\. .*[.?]$/.test(text) || /invalid|expected/i.test(text))).toEqual([]);
    expect(all.slice(2)).toEqual([
      'The config of ratelimit must be a map of keys, not "nonsense". Give it a map of keys.',
      '"request_per_minute" in ratelimit must be a number, not "lots". Give it a number.',
      '"limit_window" in ratelimit must be more than 0, not 0. Give it more than 0.',
      '"users" in basic_auth is missing. Add it: a map of keys.',
      '"level" in logging must be debug, info, warn or error, not "wrn". Did you mean "warn"?',
      'Item 1 of "allow" in ip_filter is not an IP address or a CIDR block. Write it as 127.0.0.1 or 10.0.0.0/8.',
      '"delay" in fault must be 10m at most, not "11m". Give it 10m at most.',
      '"te" in headers is decided by the proxy itself and cannot be changed. Remove it.',
    ]);
  });

  it('warns of unknown keys with the nearest one, at any depth', async () => {
    expect(await check('ratelimit', { request_per_minute: 1, limit_windw: 2 })).toMatchObject([
      { severity: 'warning', path: ['limit_windw'], fix: 'Did you mean "limit_window"?' },
    ]);
    expect(await check('headers', { request: { sett: {} } })).toMatchObject([
      { severity: 'warning', path: ['request', 'sett'], fix: 'Did you mean "set"?' },
    ]);
    await expect(registry.create('ping', { extra: 1 }, makeContext(), folder)).resolves.toMatchObject({ name: 'ping' });
  });

  it('creates what the config says and throws its problems otherwise', async () => {
    const middleware = await registry.create(
      'ratelimit',
      { request_per_minute: 1, limit_window: 2 },
      makeContext(),
      folder,
    );
    middleware.onRequest!(makeRequest());
    expect((await replyOf(middleware, makeRequest())).headers).toMatchObject({ 'Retry-After': '2' });
    await expect(registry.create('ratelimit', {}, makeContext(), folder)).rejects.toMatchObject({
      problems: [{ code: 'MIDDLEWARE_CONFIG' }],
    });
  });

  it('takes factories of a program', async () => {
    const own = createMiddlewareRegistry();
    own.register('own', {
      description: 'Ours.',
      schema: z.strictObject({ n: z.number() }),
      create: () => ({ name: 'own' }),
    });
    expect(await own.check('own', { n: 'x' }, folder)).toMatchObject([{ path: ['n'] }]);
    expect(() =>
      own.register('./x.mjs', { description: '', schema: z.unknown(), create: () => ({ name: 'x' }) }),
    ).toThrow(TypeError);
  });

  it('describes every key of every middleware', () => {
    for (const { name, description, jsonSchema } of registry.docs()) {
      expect(description, name).toMatch(/\.$/);
      const properties = jsonSchema['properties'] as Record<string, { description?: string }>;
      for (const [key, value] of Object.entries(properties)) expect(value.description, `${name}.${key}`).toBeTruthy();
    }
  });
});

describe('a module of the user', () => {
  it('may export a function, a factory, or one named middleware', async () => {
    const plain = await write(
      'plain.mjs',
      `export default (config, { site }) => ({ onRequest: () => ({ status: 200, body: site + config.text }) })`,
    );
    const named = await write('named.mjs', `export const middleware = { create: () => ({ name: 'mine' }) }`);
    const common = await write('common.cjs', `module.exports = { create: () => ({ name: 'common' }) }`);
    const made = await registry.create(plain, { text: '!' }, makeContext(), folder);
    expect((await replyOf(made, makeRequest())).body).toBe('shop.local!');
    expect(made.name).toBe('./plain.mjs');
    expect((await registry.create(named, undefined, makeContext(), folder)).name).toBe('mine');
    expect((await registry.create(common, undefined, makeContext(), folder)).name).toBe('common');
    expect(await registry.check(pathToFileURL(join(folder, 'named.mjs')).href, undefined, '/')).toEqual([]);
    expect(await registry.check(join(folder, 'named.mjs'), undefined, '/')).toEqual([]);
  });

  it('is imported anew when its file changes', async () => {
    const name = await write('changing.mjs', `export default () => ({ name: 'one' })`);
    expect((await registry.create(name, {}, makeContext(), folder)).name).toBe('one');
    await write('changing.mjs', `export default () => ({ name: 'two' })`);
    await utimes(join(folder, 'changing.mjs'), new Date(), new Date(Date.now() + 5_000));
    expect((await registry.create(name, {}, makeContext(), folder)).name).toBe('two');
  });

  it('is a clear problem when it is missing, throws, or exports nothing fit', async () => {
    expect(await check('./absent.mjs')).toMatchObject([
      { code: 'MIDDLEWARE_MODULE', message: expect.stringContaining('is not there') as string },
    ]);
    expect(await check(await write('throws.mjs', `throw new Error('boom')`))).toMatchObject([
      { code: 'MIDDLEWARE_MODULE', message: expect.stringContaining('boom') as string },
    ]);
    expect(await check(await write('broken.mjs', `export default (`))).toMatchObject([{ code: 'MIDDLEWARE_MODULE' }]);
    expect(await check(await write('empty.mjs', `export const other = 1`))).toMatchObject([
      { code: 'MIDDLEWARE_MODULE', message: expect.stringContaining('no factory') as string },
    ]);
    expect(await check('file://far.host/x.mjs')).toMatchObject([{ code: 'MIDDLEWARE_MODULE' }]);
  });

  it('is a problem when its factory throws or makes nothing', async () => {
    const throwing = await write('throwing.mjs', `export default () => { throw new Error('no config') }`);
    const nothing = await write('nothing.mjs', `export default () => 5`);
    for (const name of [throwing, nothing]) {
      await expect(registry.create(name, {}, makeContext(), folder)).rejects.toMatchObject({
        problems: [{ code: 'MIDDLEWARE_MODULE' }],
      });
    }
  });
});
