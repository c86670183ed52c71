/** The printed JSON Schema, read by a validator: it takes what the engine takes and refuses what the engine refuses. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../shared/config.ts';
import { createMiddlewareRegistry } from '../../electron/engine/middleware/index.ts';
import { cli } from '../kit/cli.ts';
import { tempHome } from '../kit/temp-home.ts';

let printed: { properties: Record<string, unknown>; $defs: Record<string, Record<string, unknown>> };
let validate: ValidateFunction;

beforeAll(async () => {
  const { out } = await cli(join(tmpdir(), 'mogoly-needs-no-home'), ['schema']);
  printed = JSON.parse(out) as typeof printed;
  validate = new Ajv2020({ strictTypes: false, formats: { email: /@/, uri: /^https?:/ }, allErrors: true }).compile(
    printed,
  );
});

/** `place: what is wrong` for each. */
const errorsOf = (config: unknown): string[] => {
  validate(config);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
};

const shop = (...middlewares: unknown[]): Record<string, unknown> => ({
  server: [{ name: 'shop.test', url: 'http://localhost:5173', middlewares }],
});
const inRoute = (...middlewares: unknown[]): Record<string, unknown> => ({
  server: [{ name: 'shop.test', routes: [{ path: '/api/*', url: 'http://localhost:3000', middlewares }] }],
});
const checked = async (config: unknown): Promise<number> =>
  (await cli(tempHome(), ['check', '-'], { stdin: JSON.stringify(config) })).code;

it('has every key of the file, and every option of every built-in middleware with its meaning', () => {
  expect(Object.keys(printed.properties).sort()).toEqual(Object.keys(configSchema.shape).sort());
  for (const { name, description, jsonSchema } of createMiddlewareRegistry().docs()) {
    const described = printed.$defs[`middleware.${name}`]!;
    expect(described['description']).toBe(description);
    expect(described['required']).toEqual(jsonSchema['required']);
    expect(Object.keys(described['properties'] as object)).toEqual(Object.keys(jsonSchema['properties'] as object));
    for (const option of Object.values(described['properties'] as Record<string, { description?: string }>))
      expect(option.description, name).toMatch(/\S/);
  }
});

it('keys of the author begin with x- at the top; the engine takes them too', async () => {
  const config = { ...shop(), 'x-usual': { anything: true } };
  expect(errorsOf(config)).toEqual([]);
  expect(await checked(config)).toBe(0);
});

const hash = `scrypt:16384:8:1:${Buffer.alloc(16).toString('base64')}:${Buffer.alloc(32).toString('base64')}`;

const right: [string, unknown][] = [
  ['ratelimit', { name: 'ratelimit', config: { request_per_minute: 100, limit_window: '60s' } }],
  ['ratelimit by its old name', { name: 'mogoly:ratelimiter', config: { request_per_minute: 5 } }],
  ['headers', { name: 'headers', config: { response: { set: { 'X-Powered-By': 'us' }, remove: ['server'] } } }],
  ['ip_filter', { name: 'ip_filter', config: { allow: ['10.0.0.0/8'] } }],
  ['rewrite', { name: 'rewrite', config: { rules: [{ from: '/a/*', to: '/b/{rest}' }] } }],
  ['cors without config', { name: 'cors' }],
  ['compress', { name: 'compress', config: { encodings: ['gzip'] } }],
  ['fault', { name: 'fault', config: { delay: '2s', probability: 0.5 } }],
];

const wrong: [string, unknown, string][] = [
  ['a name there is not', { name: 'ratelimt', config: {} }, '/name: must be equal to one of the allowed values'],
  [
    'a text for a number',
    { name: 'ratelimit', config: { request_per_minute: 'many' } },
    '/config/request_per_minute: ',
  ],
  ['a wrong value under the old name', { name: 'mogoly:ratelimiter', config: { request_per_minute: 0 } }, '/config/'],
  ['a duration that is none', { name: 'fault', config: { delay: 'soon' } }, '/config/delay: '],
  ['a status that is no redirect', { name: 'redirect', config: { to: '/x', status: 200 } }, '/config/status: '],
  ['a config that lacks a key', { name: 'basic_auth', config: {} }, "/config: must have required property 'users'"],
  ['no config where one is needed', { name: 'rewrite' }, ": must have required property 'config'"],
];

describe('a middleware', () => {
  it.each(right)('%s is right, for the engine too', async (_, middleware) => {
    for (const config of [shop(middleware), inRoute(middleware)]) {
      expect(errorsOf(config)).toEqual([]);
      expect(await checked(config)).toBe(0);
    }
  });

  it.each(wrong)('%s is wrong where it stands, for the engine too', async (_, middleware, said) => {
    for (const [config, place] of [
      [shop({ name: 'cors' }, middleware), '/server/0/middlewares/1'],
      [inRoute({ name: 'cors' }, middleware), '/server/0/routes/0/middlewares/1'],
    ] as const) {
      expect(
        errorsOf(config).some((error) => error.startsWith(`${place}${said}`)),
        errorsOf(config).join('\n'),
      ).toBe(true);
      expect(await checked(config)).toBe(1);
    }
  });

  it('a key that it does not have is told of; the engine warns', async () => {
    const config = shop(
      { name: 'ratelimit', config: { request_per_minute: 5, burst: 2 } },
      { name: 'ping', path: '/' },
    );
    const said = 'must NOT have additional properties';
    expect(errorsOf(config)).toContain(`/server/0/middlewares/0/config: ${said}`);
    expect(errorsOf(config)).toContain(`/server/0/middlewares/1: ${said}`);
    expect(await checked(config)).toBe(0);
  });

  it.each(['./mw.mjs', '../mw.mjs', '/opt/mw.mjs', 'C:\\mw.mjs', 'file:///opt/mw.mjs'])(
    'a module %s takes a config of its own',
    (name) => expect(errorsOf(shop({ name, config: { anything: [1, 2] } }))).toEqual([]),
  );
});

it('a user name with its hash is right; one in the example of the README as well', async () => {
  expect(errorsOf(shop({ name: 'basic_auth', config: { users: { dev: hash } } }))).toEqual([]);
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, example] = /```yaml\n(server:[\s\S]*?)```/.exec(readme) ?? [];
  expect(errorsOf(parse(example!))).toEqual([]);
});
