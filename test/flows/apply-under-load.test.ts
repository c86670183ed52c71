/** No request is lost to an apply: kept connections under load, slow requests over the swap, listeners that come and go. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { startLoad } from '../kit/load.ts';
import { until } from '../kit/wait.ts';
import type { ConfigFile } from '../../shared/config.ts';
import type { Engine } from '../../electron/engine/index.ts';

const APPLIES = 50;

let one: TestBackend;
let two: TestBackend;
let running: TestEngine;

beforeEach(async () => {
  [one, two] = await Promise.all([startBackend({ name: 'one' }), startBackend({ name: 'two' })]);
});

afterEach(async () => {
  await running.close();
  await Promise.all([one.kill(), two.kill()]);
});

const slow = (port: number, address?: string): Promise<string> =>
  send(port, { host: 'slow.test', ...(address === undefined ? {} : { address }) }).then(
    ({ body }) => (JSON.parse(body) as BackendReply).backend,
  );

async function apply(engine: Engine, config: ConfigFile): Promise<void> {
  const result = await engine.apply(JSON.stringify(config));
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
}

const config = (http: string, i: number): ConfigFile => ({
  listen: { http, https: 'off', dns: 'off' },
  server: [
    site(
      'shop.test',
      i % 2 === 0
        ? [{ name: 'one', url: one.url }]
        : [
            { name: 'two', url: two.url, weight: 1 + i },
            { name: 'one', url: one.url },
          ],
      i % 3 === 0
        ? {}
        : { middlewares: [{ name: 'headers', config: { response: { set: { 'x-apply': String(i) } } } }] },
    ),
    ...Array.from({ length: i % 5 }, (_, n) => site(`extra${n}.test`, [{ url: two.url }])),
  ],
});

describe('under load', () => {
  it(`${APPLIES} applies fail no request`, async () => {
    running = await startEngine(config('127.0.0.1:0', 0));
    const load = startLoad(running.port, { host: 'shop.test' });
    for (let i = 1; i <= APPLIES; i++) {
      const before = load.answered();
      await apply(running.engine, config('127.0.0.1:0', i));
      await until(() => load.answered() > before + 4);
    }
    expect(await load.stop()).toEqual([]);
    expect(load.answered()).toBeGreaterThan(APPLIES * 4);
    expect(running.engine.snapshot().revision).toBe(APPLIES + 1);
    await until(() => running.engine.snapshot().traffic.active === 0);
  });

  it('a slow request is answered over a swap that takes its site and backend away', async () => {
    const slowBackend = await startBackend({ name: 'slow' });
    slowBackend.setMode('slow:500');
    running = await startEngine({ server: [site('slow.test', [{ url: slowBackend.url }])] });
    const answer = slow(running.port);
    await until(() => slowBackend.requests.length === 1);
    await apply(running.engine, config('127.0.0.1:0', 0));
    expect((await send(running.port, { host: 'slow.test' })).status).toBe(404);
    expect(await answer).toBe('slow');
    await slowBackend.kill();
  });
});

describe('a listener change', () => {
  const listening = (http: string): ConfigFile => ({
    listen: { http, https: 'off', dns: 'off' },
    server: [site('slow.test', [{ url: one.url }])],
  });

  it('lets requests under way end, and refuses new ones on the old address', async () => {
    const [from, to] = [await freePort(), await freePort()];
    running = await startEngine(listening(`127.0.0.1:${from}`));
    one.setMode('slow:400');
    const answers = Promise.all(Array.from({ length: 8 }, () => slow(from)));
    await until(() => one.requests.length === 8);
    await apply(running.engine, listening(`127.0.0.1:${to}`));
    await expect(slow(from)).rejects.toThrow('ECONNREFUSED');
    expect(await slow(to)).toBe('one');
    expect(await answers).toEqual(new Array(8).fill('one'));
  });

  it('keeps an address that stays, so that its connections do not notice', async () => {
    const port = await freePort();
    running = await startEngine(listening(`127.0.0.1:${port}`));
    const load = startLoad(port, { host: 'slow.test' });
    for (const http of [`localhost:${port}`, `127.0.0.1:${port}`, `localhost:${port}`]) {
      const before = load.answered();
      await apply(running.engine, listening(http));
      await until(() => load.answered() > before + 20);
      expect(running.engine.snapshot().listeners.map(({ address }) => address)).toEqual(
        http.startsWith('localhost') ? ['127.0.0.1', '::1'] : ['127.0.0.1'],
      );
    }
    expect(await slow(port, '::1')).toBe('one');
    expect(await load.stop()).toEqual([]);
  });

  it('from loopback to every address and back works on the same port, with requests under way', async () => {
    const port = await freePort();
    running = await startEngine(listening(`127.0.0.1:${port}`));
    one.setMode('slow:300');
    const first = slow(port);
    await until(() => one.requests.length === 1);
    await apply(running.engine, listening(`0.0.0.0:${port}`));
    expect(running.engine.snapshot().listeners).toEqual([{ kind: 'http', address: '0.0.0.0', port }]);
    const second = slow(port, '127.0.0.2');
    await until(() => one.requests.length === 2);
    await apply(running.engine, listening(`127.0.0.1:${port}`));
    await expect(slow(port, '127.0.0.2')).rejects.toThrow('ECONNREFUSED');
    expect(await Promise.all([first, second, slow(port)])).toEqual(['one', 'one', 'one']);
  });

  it('says what opened and what closed', async () => {
    const [from, to] = [await freePort(), await freePort()];
    running = await startEngine(listening(`127.0.0.1:${from}`));
    const seen: string[] = [];
    running.engine.on('listener.opened', ({ port }) => seen.push(`opened ${port}`));
    running.engine.on('listener.closed', ({ port }) => seen.push(`closed ${port}`));
    await apply(running.engine, listening(`127.0.0.1:${to}`));
    expect(seen.sort()).toEqual([`closed ${from}`, `opened ${to}`].sort());
  });
});
