/** The functions of the old Go library, by what stands in their place here; the README's table points to these names. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createEngine, type Engine, type MiddlewareFactory } from '../../electron/engine/index.ts';
import { readConfigFile } from '../../electron/engine/config/file.ts';
import { createMiddlewareRegistry } from '../../electron/engine/middleware/index.ts';
import { cleanupVisitors, type Visitor } from '../../electron/engine/middleware/ratelimit.ts';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { configText, site, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { closeShop, openShop, value } from '../kit/shop.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';
import type { HealthReport } from '../../shared/state.ts';

let one: TestBackend;
let two: TestBackend;
let running: TestEngine;
let engine: Engine;

beforeEach(async () => {
  ({ one, two, running, engine } = await openShop());
});
afterEach(() => closeShop({ one, two, running, engine }));
const status = async (host: string, path = '/'): Promise<number> => (await send(running.port, { host, path })).status;
const answering = async (host = 'shop.test'): Promise<string> =>
  (JSON.parse((await send(running.port, { host })).body) as BackendReply).backend;
const poolNames = (): (string | undefined)[] =>
  engine
    .getSite('shop.test')!
    .routes.at(-1)!
    .pool!.members.map(({ name }) => name);

describe('the router', () => {
  it('BuildRouter: createEngine() and start() serve the config of a home', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), configText({ server: [site('built.test', [{ url: one.url }])] }));
    const built = createEngine({ home });
    onTestFinished(() => built.close());
    expect(value(await built.start()).revision).toBe(1);
    expect((await send(built.snapshot().listeners[0]!.port, { host: 'built.test' })).status).toBe(200);
  });

  it('GetRouter: sites() gives every site with its routes and pools', () => {
    expect(engine.sites()).toMatchObject([
      {
        name: 'shop.test',
        hosts: ['shop.test'],
        routes: [{ path: '/', kind: 'proxy', pool: { members: [{ name: 'one' }, { name: 'two' }] } }],
      },
    ]);
  });

  it('ServeHTTP: a request is served by its Host, an unknown one gets 404', async () => {
    expect([await status('shop.test'), await status('none.test')]).toEqual([200, 404]);
  });

  it('NewProxy: a site with a plain url forwards to it', async () => {
    value(await engine.addSite({ name: 'proxy.test', url: `${one.url}/base` }));
    const reply = JSON.parse((await send(running.port, { host: 'proxy.test', path: '/a?b=1' })).body) as BackendReply;
    expect(reply).toMatchObject({ backend: 'one', url: '/base/a?b=1', headers: { 'x-forwarded-host': 'proxy.test' } });
  });

  it('UpgradeProxy: warm() opens the connections before the first request', async () => {
    await engine.warm('shop.test');
    expect([one, two].map((backend) => [backend.connectionCount(), backend.requests[0]?.method])).toEqual([
      [1, 'GET'],
      [1, 'GET'],
    ]);
    await Promise.all([answering(), answering()]);
    expect([one.connectionCount(), two.connectionCount()]).toEqual([1, 1]);
  });
});

describe('sites', () => {
  it('AddServer: addSite() serves it and saves it', async () => {
    value(await engine.addSite({ name: 'new.test', url: two.url }));
    expect(await answering('new.test')).toBe('two');
    expect(value(await readConfigFile(engine.configFile)).text).toContain('new.test');
  });

  it('RemoveServer: removeSite() takes it away', async () => {
    value(await engine.removeSite('shop.test'));
    expect([await status('shop.test'), engine.sites()]).toEqual([404, []]);
  });

  it('GetServer: getSite() and getBackend() find one by its name', () => {
    expect(engine.getSite('SHOP.test')).toMatchObject({ name: 'shop.test' });
    expect(engine.getBackend('shop.test', 'two')).toMatchObject({ name: 'two', url: two.url, weight: 1, drain: false });
    expect([engine.getSite('none'), engine.getBackend('shop.test', 'none')]).toEqual([undefined, undefined]);
  });
});

describe('pools', () => {
  it('AddNewBalancingServer: addBackend() adds one to the pool', async () => {
    const three = await startBackend({ name: 'three' });
    value(await engine.addBackend('shop.test', { name: 'three', url: three.url }));
    const names = [await answering(), await answering(), await answering()];
    expect(names.sort()).toEqual(['one', 'three', 'two']);
    await three.kill();
  });

  it('DelBalancingServer: removeBackend() takes one out, but not the last', async () => {
    value(await engine.removeBackend('shop.test', 'one'));
    expect(poolNames()).toEqual(['two']);
    const last = await engine.removeBackend('shop.test', 'two');
    expect(!last.ok && last.problems[0]!.code).toBe('POOL_EMPTY');
  });

  it('GetNextServer: next() picks by the strategy, and says POOL_EMPTY where none is available', async () => {
    const picked = [1, 2, 3, 4].map(() => value(engine.next('shop.test')).name);
    expect(picked.filter((name) => name === 'one')).toHaveLength(2);
    value(await engine.replacePool('shop.test', [{ name: 'off', url: one.url, disabled: true }]));
    const none = engine.next('shop.test');
    expect(!none.ok && none.problems[0]!.code).toBe('POOL_EMPTY');
  });

  it('RollBack: replacePool() puts another pool in the place of the old one', async () => {
    value(await engine.replacePool('shop.test', [{ name: 'only', url: two.url }]));
    expect([poolNames(), await answering()]).toEqual([['only'], 'two']);
  });

  it('RollBackAny: replaceBackend() puts another backend in the place of one', async () => {
    value(await engine.replaceBackend('shop.test', 'one', { name: 'other', url: two.url }));
    expect(poolNames()).toEqual(['other', 'two']);
    expect([await answering(), await answering()]).toEqual(['two', 'two']);
  });
});

describe('health', () => {
  beforeEach(() => two.kill());

  it('CheckHealthAll: checkAll() probes every backend and reports who passed and who failed', async () => {
    const report = await engine.checkAll();
    expect(report.pass).toMatchObject([{ name: 'one', url: one.url, healthy: true }]);
    expect(report.fail).toMatchObject([{ name: 'two', url: two.url, healthy: false }]);
    expect(report.fail[0]!.error).toContain('refused');
  });

  it('CheckHealthAny: checkOne() probes one', async () => {
    expect(value(await engine.checkOne('shop.test', 'two')).fail.map(({ name }) => name)).toEqual(['two']);
    const unknown = await engine.checkOne('shop.test', 'none');
    expect(!unknown.ok && unknown.problems[0]!.code).toBe('BACKEND_UNKNOWN');
  });

  it('CheckHealthSelf: checkSelf() asks our own listeners, and leaves a site for every host alone', async () => {
    value(await engine.addSite({ name: '*', url: one.url, health_check: { enabled: false } }));
    const report = await engine.checkSelf();
    expect([report.pass, report.fail]).toMatchObject([[{ name: `http 127.0.0.1:${running.port}`, healthy: true }], []]);
    expect(one.requests).toEqual([]);
  });

  it('HealthChecker: probes run by themselves, and a change is one event', async () => {
    const changes: string[] = [];
    engine.on('backend.healthChanged', ({ name, from, to }) => changes.push(`${name} ${from} ${to}`));
    value(
      await engine.setSite('shop.test', {
        health_check: { interval: '50ms', interval_when_down: '50ms', unhealthy_after: 1 },
      }),
    );
    await until(() => changes.length === 2);
    await until(() => one.requests.length > 3);
    expect(changes.sort()).toEqual(['one unknown healthy', 'two unknown down']);
  });

  it('SerializeHealthCheckStatus: a report is plain JSON with pass, fail, checkTime and duration', async () => {
    const report = await engine.checkAll();
    const parsed = JSON.parse(JSON.stringify(report)) as HealthReport;
    expect(parsed).toEqual(report);
    expect(Object.keys(parsed).sort()).toEqual(['checkTime', 'duration', 'fail', 'pass']);
    expect(Math.abs(parsed.checkTime - Date.now())).toBeLessThan(60_000);
  });
});

describe('middlewares', () => {
  it('Ping: the ping middleware answers pong without a backend', async () => {
    value(await engine.setSite('shop.test', { middlewares: [{ name: 'ping' }] }));
    const { status: code, body } = await send(running.port, { host: 'shop.test', path: '/ping' });
    expect([code, body, one.requests.length + two.requests.length]).toEqual([200, 'pong', 0]);
  });

  it('ChainMiddleware: the first is the outermost: first to see the request, last to see the response', async () => {
    const order: string[] = [];
    const named = (name: string): MiddlewareFactory => ({
      description: name,
      schema: z.unknown(),
      create: () => ({
        name,
        onRequest: () => void order.push(`> ${name}`),
        onResponse: () => void order.push(`< ${name}`),
      }),
    });
    for (const name of ['a', 'b', 'c']) engine.registerMiddleware(name, named(name));
    value(await engine.setSite('shop.test', { middlewares: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }));
    await answering();
    expect(order).toEqual(['> a', '> b', '> c', '< c', '< b', '< a']);
  });

  it('RateLimiterMiddleware: ratelimit answers 429 over the limit, under its old name too', async () => {
    value(
      await engine.setSite('shop.test', { middlewares: [{ name: 'mogoly:ratelimiter', config: { ReqPerMinute: 2 } }] }),
    );
    expect([await status('shop.test'), await status('shop.test'), await status('shop.test')]).toEqual([200, 200, 429]);
  });

  it('MiddlewaresList: the registry names every middleware', () => {
    const names = createMiddlewareRegistry().names();
    for (const name of [
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
    ])
      expect(names).toContain(name);
  });

  it('CleanupVisitors: cleanupVisitors() forgets who made no request within the window', () => {
    const visitor = (seenMs: number): Visitor => ({ groups: [], count: 1, seenMs });
    const visitors = new Map([
      ['old', visitor(0)],
      ['older', visitor(900)],
      ['new', visitor(1_500)],
    ]);
    expect(cleanupVisitors(visitors, 2_000, 1_000)).toBe(2);
    expect([...visitors.keys()]).toEqual(['new']);
  });
});
