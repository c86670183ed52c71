/** Engines that name one Redis count together; without it each counts by itself, and no request fails. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { SHARED_WAIT_MS } from '../../electron/engine/middleware/shared-count.ts';
import type { SiteFile } from '../../shared/config.ts';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { missingProgram } from '../kit/dns-peers.ts';
import { configText, site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { startRedis } from '../kit/redis.ts';
import { until } from '../kit/wait.ts';

let backend: TestBackend;
beforeAll(async () => {
  expect(missingProgram('redis-server', 'redis-server')).toBeUndefined();
  backend = await startBackend();
});
afterAll(() => backend.close());

interface Counting extends TestEngine {
  /** Of the log: what was said of the shared count, in order. */
  said: () => string[];
  /** Among the problems of the snapshot: what windows and `mogoly status` show. */
  shown: () => string[];
}

async function counting(share: string, limit: number, window = '60s'): Promise<Counting> {
  const config = { request_per_minute: limit, limit_window: window, share };
  const started = await startEngine({
    server: [site('shop.test', [{ url: backend.url }], { middlewares: [{ name: 'ratelimit', config }] })],
  });
  onTestFinished(started.close);
  const said = (): string[] =>
    started.engine.log
      .list(1_000, 'info')
      .map(({ event }) => event)
      .filter((event) => event.startsWith('ratelimit.'));
  const shown = (): string[] => started.engine.snapshot().problems.map(({ code, severity }) => `${severity} ${code}`);
  return { ...started, said, shown };
}

const AWAY = ['warning RATELIMIT_SHARE_AWAY'];

const statusOf = async ({ port }: TestEngine): Promise<number> => (await send(port, { host: 'shop.test' })).status;

async function statuses(engine: TestEngine, count: number): Promise<number[]> {
  const list: number[] = [];
  for (let i = 0; i < count; i++) list.push(await statusOf(engine));
  return list;
}

/** Until what one engine lets through is seen by the other; how many requests are left then. */
async function together(one: Counting, other: Counting): Promise<number> {
  const leftOf = async ({ port }: TestEngine): Promise<number> =>
    Number((await send(port, { host: 'shop.test' })).headers['ratelimit-remaining']);
  let left = 0;
  await until(
    async () => {
      left = await leftOf(one);
      return (await leftOf(other)) === left - 1 && (await leftOf(one)) === left - 2;
    },
    { message: 'both engines to count together' },
  );
  return left - 2;
}

/** Two addresses of one Redis, so that each engine has a connection of its own. */
async function twoEngines(port: number, limit: number, window?: string): Promise<[Counting, Counting, number]> {
  const one = await counting(`redis://127.0.0.1:${port}/3`, limit, window);
  const other = await counting(`redis://localhost:${port}/3`, limit, window);
  return [one, other, await together(one, other)];
}

it('two engines let through together what one alone would, also at once', async () => {
  const redis = await startRedis();
  const [one, other, left] = await twoEngines(redis.port, 200);
  const all = await Promise.all(Array.from({ length: 150 }, () => [statusOf(one), statusOf(other)]).flat());
  expect(all.filter((status) => status === 200).length).toBe(left);
  expect([...new Set(all)].sort()).toEqual([200, 429]);
  for (const engine of [one, other]) {
    const refused = await send(engine.port, { host: 'shop.test' });
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, expect.stringMatching(/^[1-9]\d?$/)]);
  }
  expect([one.said(), other.said()]).toEqual([[], []]);
});

it('an event loop that is held is not taken for a Redis that does not answer', async () => {
  const redis = await startRedis();
  const engine = await counting(`redis://127.0.0.1:${redis.port}`, 1_000);
  await until(async () => (await statusOf(engine)) === 200 && engine.shown().length === 0);
  const asked = Array.from({ length: 50 }, () => statusOf(engine));
  for (let held = 0; held < 20; held++) {
    await new Promise((resolve) => setImmediate(resolve));
    const heldUntil = performance.now() + SHARED_WAIT_MS;
    while (performance.now() < heldUntil);
  }
  expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
  expect(engine.said()).toEqual([]);
});

it('the window slides: what was refused is let through when the old requests have left it', async () => {
  const redis = await startRedis();
  const engine = await counting(`redis://127.0.0.1:${redis.port}`, 2, '2s');
  await until(async () => (await statusOf(engine)) === 429, { message: 'the limit' });
  await until(async () => (await statusOf(engine)) === 200, { message: 'the window to pass' });
});

it('a Redis that is killed is told once, requests are counted here, and it is found again by itself', async () => {
  const redis = await startRedis();
  const [one, other] = await twoEngines(redis.port, 30);
  await redis.kill();
  await until(() => one.said().length === 1 && other.said().length === 1, { message: 'both to say it' });
  expect([one.shown(), other.shown()]).toEqual([AWAY, AWAY]);
  const alone = await Promise.all([statuses(one, 40), statuses(other, 40)]);
  for (const list of alone) {
    expect([...new Set(list)].sort()).toEqual([200, 429]);
    expect(list.filter((status) => status === 200).length).toBeLessThanOrEqual(30);
  }
  expect([one.said(), other.said()]).toEqual([['ratelimit.shareLost'], ['ratelimit.shareLost']]);
  await redis.start();
  await until(() => one.said().length === 2 && other.said().length === 2, { message: 'both to find it' });
  expect(one.said()[1]).toBe('ratelimit.shareFound');
  expect([one.shown(), other.shown()]).toEqual([[], []]);
  // The new Redis knows nothing of before.
  const left = await together(one, other);
  const [a, b] = await Promise.all([statuses(one, 30), statuses(other, 30)]);
  expect([...a, ...b].filter((status) => status === 200).length).toBe(left);
});

it('a Redis that hangs holds a request for a moment, and the next ones not at all', async () => {
  const redis = await startRedis();
  const [one] = await twoEngines(redis.port, 1_000);
  redis.freeze();
  expect(await statuses(one, 20)).toEqual(Array.from({ length: 20 }, () => 200));
  expect(one.said()).toEqual(['ratelimit.shareLost']);
  redis.thaw();
  await until(async () => (await statusOf(one)) === 200 && one.said().length === 2, { message: 'it to be found' });
});

it('a Redis that never was there is told once, and requests are counted here', async () => {
  const engine = await counting('redis://127.0.0.1:1/0', 3);
  expect(await statuses(engine, 5)).toEqual([200, 200, 200, 429, 429]);
  await until(() => engine.said().length === 1, { message: 'it to be said' });
});

it('what is shown of a Redis that is away goes with the last site that names it, and is said once for all sites', async () => {
  const engine = await counting('redis://127.0.0.1:1/0', 3);
  const pushed: string[][] = [];
  engine.engine.on('middleware.degraded', ({ problems }) => pushed.push(problems.map(({ code }) => code)));
  await until(() => engine.shown().length === 1, { message: 'it to be shown' });
  const config = { request_per_minute: 9, share: 'redis://127.0.0.1:1/0' };
  const limited = (name: string) =>
    site(name, [{ url: backend.url }], { middlewares: [{ name: 'ratelimit', config }] });
  const apply = async (...server: SiteFile[]): Promise<void> =>
    void expect(await engine.engine.apply(configText({ server }))).toMatchObject({ ok: true });
  await apply(limited('shop.test'), limited('blog.test'));
  expect(engine.shown()).toEqual(AWAY);
  await apply(site('shop.test', [{ url: backend.url }]));
  expect(engine.shown()).toEqual([]);
  expect(pushed).toEqual([[]]);
});

it('a share that is no Redis is a problem of the config', async () => {
  for (const share of ['http://localhost', 'redis://', 'localhost:6379', 'redis://localhost/x'])
    await expect(counting(share, 1)).rejects.toThrow('is not the address of a Redis');
});
