/** Why a request goes where it goes, without sending it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';

let running: TestEngine;

beforeAll(async () => {
  running = await startEngine({
    server: [
      site(
        'shop.local',
        [
          { name: 'web-1', url: 'http://127.0.0.1:1/base' },
          { name: 'web-2', url: 'http://127.0.0.1:2', disabled: true },
        ],
        {
          hosts: ['shop.local', '*.shop.local'],
          middlewares: [{ name: 'logging' }],
          routes: [
            { path: '/api/*', strip_prefix: '/api', balance: [{ name: 'api', url: 'http://127.0.0.1:3' }] },
            { path: '/old', redirect: '/new' },
          ],
        },
      ),
      site('off.local', [{ url: 'http://127.0.0.1:4' }], { disabled: true }),
      site('down.local', [{ name: 'gone', url: 'http://127.0.0.1:5', disabled: true }]),
    ],
  });
});

afterAll(() => running.close());

const explain = (url: string) => running.engine.explain({ url });

describe('explain', () => {
  it('names the host match, the route, the path as the backend gets it, and the pick', () => {
    expect(explain('http://shop.local/a?b=1')).toMatchObject({
      site: 'shop.local',
      hostMatch: 'exact',
      route: '/',
      kind: 'proxy',
      backendPath: '/base/a?b=1',
      pick: 'web-1',
      middlewares: ['logging'],
    });
    expect(explain('http://x.shop.local:8080/api/v1')).toMatchObject({
      hostMatch: '*.shop.local',
      route: '/api/*',
      backendPath: '/v1',
      pick: 'api',
    });
  });

  it('says of each candidate why it is not picked', () => {
    const { candidates } = explain('shop.local/');
    expect(candidates.map(({ name, available }) => [name, available])).toEqual([
      ['web-1', true],
      ['web-2', false],
    ]);
    expect(candidates[1]!.reason).toBeTruthy();
  });

  it('a redirect has no candidates', () => {
    expect(explain('http://shop.local/old')).toMatchObject({ route: '/old', kind: 'redirect', candidates: [] });
  });

  it('what cannot be answered is a problem with a fix', () => {
    const codes = ['http://none.local/', 'http://off.local/', 'http://down.local/', 'http://%%%/'].map(
      (url) => explain(url).problem,
    );
    expect(codes.map((problem) => problem?.code)).toEqual([
      'HOST_UNKNOWN',
      'SITE_DISABLED',
      'POOL_EMPTY',
      'URL_INVALID',
    ]);
    expect(codes.every((problem) => problem?.fix !== undefined)).toBe(true);
  });

  it('moves nothing: the rotation and the counts stay', () => {
    const before = running.engine.snapshot().sites[0];
    for (let i = 0; i < 5; i++) explain('http://shop.local/');
    expect(running.engine.snapshot().sites[0]).toEqual(before);
  });
});
