/** From changes by name to edits of the file. */
import { describe, expect, it } from 'vitest';
import {
  addBackend,
  addSite,
  removeBackend,
  removeSite,
  replaceBackend,
  replacePool,
  setBackend,
  setSite,
  type ChangeBase,
} from '../../electron/engine/changes.ts';
import type { Result } from '../../shared/problem.ts';

const base: ChangeBase = {
  config: {
    server: [
      {
        name: 'shop.local',
        balance: [{ name: 'web-1', url: 'http://localhost:5173' }, { url: 'http://localhost:80' }],
        routes: [{ path: '/api/*', url: 'http://localhost:3000' }],
      },
      { name: 'single.local', host: 'localhost', port: 3000, is_healthy: true },
      { name: 'nested.local', balance: [{ name: 'pool-b', balance: [{ name: 'b-1', url: 'http://localhost:6001' }] }] },
      { name: 'variable.local', url: 'http://localhost:${PORT}' },
    ],
  },
  backends: [
    { site: 'shop.local', name: 'localhost:3000', path: ['server', 0, 'routes', 0] },
    { site: 'shop.local', name: 'web-1', path: ['server', 0, 'balance', 0] },
    { site: 'shop.local', name: 'localhost', path: ['server', 0, 'balance', 1] },
    { site: 'single.local', name: 'localhost:3000', path: ['server', 1] },
    { site: 'nested.local', name: 'b-1', path: ['server', 2, 'balance', 0, 'balance', 0] },
    { site: 'variable.local', name: 'localhost:4000', path: ['server', 3] },
  ],
};

const edits = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.problems[0]!.code);
  return result.value;
};
const code = (result: Result<unknown>): string | undefined => (result.ok ? undefined : result.problems[0]?.code);

describe('a backend among others', () => {
  it('is found by its name, and by its address where it has none', () => {
    expect(edits(setBackend(base, 'SHOP.local', 'web-1', { weight: 3 }))).toEqual([
      { op: 'set', path: ['server', 0, 'balance', 0, 'weight'], value: 3 },
    ]);
    expect(edits(removeBackend(base, 'shop.local', 'localhost'))).toEqual([
      { op: 'remove', path: ['server', 0, 'balance', 1] },
    ]);
  });

  it('null takes a key away, a key that is not there needs no edit', () => {
    expect(edits(setBackend(base, 'shop.local', 'web-1', { url: null, weight: null }))).toEqual([
      { op: 'remove', path: ['server', 0, 'balance', 0, 'url'] },
    ]);
  });

  it('the last of a pool cannot go, its pool among backends can be named as well', () => {
    expect(code(removeBackend(base, 'nested.local', 'b-1'))).toBe('POOL_EMPTY');
    expect(edits(setBackend(base, 'nested.local', 'pool-b', { weight: 2 }))).toEqual([
      { op: 'set', path: ['server', 2, 'balance', 0, 'weight'], value: 2 },
    ]);
  });

  it('a name that is taken or unknown is a problem', () => {
    expect(code(addBackend(base, 'shop.local', { name: 'web-1', url: 'http://localhost:1' }))).toBe('BACKEND_EXISTS');
    expect(code(setBackend(base, 'shop.local', 'web-9', {}))).toBe('BACKEND_UNKNOWN');
    expect(code(setBackend(base, 'none.local', 'web-1', {}))).toBe('SITE_UNKNOWN');
  });
});

describe('a backend that its site writes as a plain address', () => {
  it('set turns it into a list of one with the patch on it', () => {
    expect(edits(setBackend(base, 'single.local', 'localhost:3000', { weight: 2, is_healthy: null }))).toEqual([
      { op: 'remove', path: ['server', 1, 'host'] },
      { op: 'remove', path: ['server', 1, 'port'] },
      { op: 'remove', path: ['server', 1, 'is_healthy'] },
      { op: 'set', path: ['server', 1, 'balance'], value: [{ host: 'localhost', port: 3000, weight: 2 }] },
    ]);
  });

  it('remove says POOL_EMPTY and what to do, for a route too', () => {
    const site = removeBackend(base, 'single.local', 'localhost:3000');
    expect(code(site)).toBe('POOL_EMPTY');
    expect(!site.ok && site.problems[0]!.fix).toContain('Remove the site single.local');
    const route = removeBackend(base, 'shop.local', 'localhost:3000');
    expect(!route.ok && route.problems[0]!.fix).toContain('Remove its route');
  });

  it('replace puts a list of the other one in its place', () => {
    expect(
      edits(replaceBackend(base, 'shop.local', 'localhost:3000', { name: 'api', url: 'http://localhost:3001' })),
    ).toEqual([
      { op: 'remove', path: ['server', 0, 'routes', 0, 'url'] },
      {
        op: 'set',
        path: ['server', 0, 'routes', 0, 'balance'],
        value: [{ name: 'api', url: 'http://localhost:3001' }],
      },
    ]);
  });

  it('a variable in its url is no hindrance, and stays as written', () => {
    expect(edits(setBackend(base, 'variable.local', 'localhost:4000', { weight: 5 }))).toContainEqual({
      op: 'set',
      path: ['server', 3, 'balance'],
      value: [{ url: 'http://localhost:${PORT}', weight: 5 }],
    });
  });

  it('add makes a list of both', () => {
    expect(edits(addBackend(base, 'variable.local', { url: 'http://localhost:4001' })).at(-1)).toEqual({
      op: 'set',
      path: ['server', 3, 'balance'],
      value: [{ url: 'http://localhost:${PORT}' }, { url: 'http://localhost:4001' }],
    });
    expect(code(addBackend(base, 'single.local', { url: 'http://localhost:3000' }))).toBe('BACKEND_EXISTS');
  });
});

describe('a site', () => {
  it('is added at the end, made the first where there is none, and removed', () => {
    expect(edits(addSite(base, { name: 'new.local', url: 'http://localhost:1' }))).toEqual([
      { op: 'insert', path: ['server', 4], value: { name: 'new.local', url: 'http://localhost:1' } },
    ]);
    expect(edits(addSite({ config: {}, backends: [] }, { name: 'new.local' }))).toEqual([
      { op: 'set', path: ['server'], value: [{ name: 'new.local' }] },
    ]);
    expect(edits(removeSite(base, 'nested.local'))).toEqual([{ op: 'remove', path: ['server', 2] }]);
    expect(code(addSite(base, { name: 'Shop.local' }))).toBe('SITE_EXISTS');
  });

  it('takes patches and another pool', () => {
    expect(edits(setSite(base, 'shop.local', { strategy: 'random', routes: null }))).toEqual([
      { op: 'set', path: ['server', 0, 'strategy'], value: 'random' },
      { op: 'remove', path: ['server', 0, 'routes'] },
    ]);
    expect(edits(replacePool(base, 'single.local', [{ url: 'http://localhost:9' }])).at(-1)).toEqual({
      op: 'set',
      path: ['server', 1, 'balance'],
      value: [{ url: 'http://localhost:9' }],
    });
  });
});
