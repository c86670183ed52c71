/** Probes and real requests decide who gets traffic; each change is one event. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SiteFile } from '../../shared/config.ts';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
const QUICK = { interval: '100ms', interval_when_down: '50ms', timeout: '30s', unhealthy_after: 2, healthy_after: 2 };
let first: TestBackend;
let second: TestBackend;
let running: TestEngine | undefined;

beforeEach(async () => {
  [first, second] = await Promise.all([startBackend({ name: 'first' }), startBackend({ name: 'second' })]);
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  await Promise.all([first.kill(), second.kill()]);
});

type Change = { name: string; from: string; to: string; reason?: string };

async function serve(rest: Partial<SiteFile>): Promise<TestEngine & { changes: Change[] }> {
  const changes: Change[] = [];
  const backends = [
    { name: 'first', url: first.url },
    { name: 'second', url: second.url },
  ];
  running = await startEngine(
    { server: [site(HOST, backends, rest)] },
    { prepare: (engine) => engine.on('backend.healthChanged', (change) => changes.push(change)) },
  );
  return { ...running, changes };
}

const healthOf = (name: string): string | undefined => running?.engine.getBackend(HOST, name)?.health;

describe('probes', () => {
  it('find a good backend at once', async () => {
    const { changes } = await serve({ health_check: { ...QUICK, interval: '1h', path: '/healthz' } });
    await until(() => healthOf('first') === 'healthy' && healthOf('second') === 'healthy');
    expect(first.requests[0]).toMatchObject({ method: 'GET', url: '/healthz' });
    expect(changes.map(({ to }) => to)).toEqual(['healthy', 'healthy']);
  });

  it('take a dead backend out and bring it back, with one event for each change', async () => {
    const { port, changes } = await serve({ health_check: QUICK });
    await until(() => healthOf('first') === 'healthy' && healthOf('second') === 'healthy');
    changes.length = 0;
    await first.kill();
    await until(() => healthOf('first') === 'down');
    for (let i = 0; i < 4; i++)
      expect(JSON.parse((await send(port, { host: HOST })).body)).toMatchObject({ backend: 'second' });
    first = await startBackend({ name: 'first', port: first.port });
    await until(() => healthOf('first') === 'healthy');
    await until(
      async () => (JSON.parse((await send(port, { host: HOST })).body) as { backend: string }).backend === 'first',
    );
    expect(changes.map(({ name, from, to }) => `${name} ${from} ${to}`)).toEqual([
      'first healthy degraded',
      'first degraded down',
      'first down healthy',
    ]);
    expect(changes[1]?.reason).toMatch(/refused/);
  });

  it('go by the status they expect', async () => {
    first.setMode('status:503');
    await serve({ health_check: { ...QUICK, expect: '200-299' } });
    await until(() => healthOf('first') === 'down');
    expect(running?.engine.getBackend(HOST, 'first')?.lastFailure).toContain('503');
    expect(healthOf('second')).toBe('healthy');
  });

  it('count a slow answer as none', async () => {
    first.setMode('hang');
    await serve({ health_check: { ...QUICK, timeout: '100ms' } });
    await until(() => healthOf('first') === 'down');
  });

  it('make a site with nothing left answer 503 with the reason, until one is back', async () => {
    const { port } = await serve({ health_check: QUICK });
    await Promise.all([first.kill(), second.kill()]);
    await until(() => healthOf('first') === 'down' && healthOf('second') === 'down');
    const reply = await send(port, { host: HOST, headers: { accept: 'application/json' } });
    expect(reply.status).toBe(503);
    const { error } = JSON.parse(reply.body) as { error: { code: string; details: { label: string; text: string }[] } };
    expect(error.code).toBe('POOL_EMPTY');
    expect(error.details.map(({ label }) => label)).toEqual([`first ${first.url}`, `second ${second.url}`]);
    for (const { text } of error.details) expect(text).toMatch(/^down: .*refused/);
    first = await startBackend({ name: 'first', port: first.port });
    await until(async () => (await send(port, { host: HOST })).status === 200);
  });

  it('leave a stopped site alone, and go on as soon as it is started', async () => {
    const { engine, changes } = await serve({ health_check: QUICK });
    await engine.addSite(site('other.local', [{ url: second.url }], { health_check: { ...QUICK, path: '/other' } }));
    const others = (): number => second.requests.filter(({ url }) => url === '/other').length;
    const probesOfOthers = async (count: number): Promise<void> => {
      const seen = others();
      await until(() => others() >= seen + count);
    };
    await first.kill();
    await until(() => healthOf('first') === 'down' && healthOf('second') === 'healthy');
    first = await startBackend({ name: 'first', port: first.port });
    expect((await engine.setSite(HOST, { disabled: true })).ok).toBe(true);
    changes.length = 0;
    await probesOfOthers(1); // what was under way has arrived
    const before = first.requests.length;
    await probesOfOthers(5);
    expect(first.requests).toHaveLength(before);
    expect(engine.getSite(HOST)).toMatchObject({ disabled: true, health: 'unknown' });
    expect([healthOf('first'), healthOf('second')]).toEqual(['unknown', 'unknown']);
    expect((await engine.checkAll(HOST)).pass).toEqual([]);
    expect(changes).toEqual([]);
    const again = { ...QUICK, interval: '1h', interval_when_down: '1h' };
    await engine.setSite(HOST, { disabled: null, health_check: again });
    await until(() => healthOf('first') === 'healthy' && healthOf('second') === 'healthy');
    expect(changes.map(({ name, from, to }) => `${name} ${from} ${to}`).sort()).toEqual([
      'first unknown healthy',
      'second unknown healthy',
    ]);
  });

  it('leave a disabled pool inside another alone', async () => {
    const off = { name: 'off', disabled: true, balance: [{ name: 'second', url: second.url }] };
    running = await startEngine({
      server: [site(HOST, [{ name: 'first', url: first.url }, off], { health_check: QUICK })],
    });
    await until(() => first.requests.length > 3);
    expect(second.requests).toEqual([]);
    expect(running.engine.getSite(HOST)?.health).toBe('healthy');
  });

  it('stop with the engine', async () => {
    const { engine } = await serve({ health_check: QUICK });
    await until(() => first.requests.length > 1);
    await engine.stop();
    const count = first.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(first.requests.length).toBeLessThanOrEqual(count + 1);
  });
});

describe('real requests', () => {
  it('that fail take a backend out, and a cooldown gives it another chance', async () => {
    const { port, engine, changes } = await serve({ passive_health: { max_fails: 2, cooldown: '3s' } });
    first.setMode('reset');
    for (let i = 0; i < 6; i++) expect((await send(port, { host: HOST })).status).toBe(200);
    expect(first.requests).toHaveLength(2);
    expect(changes.some(({ name, to }) => name === 'first' && to === 'down')).toBe(true);
    first.setMode('ok');
    await until(async () => (await send(port, { host: HOST })).status === 200 && first.requests.length > 2);
    await until(() => engine.getBackend(HOST, 'first')?.health === 'healthy');
  });

  it('that a backend answers with an error are not failures of it', async () => {
    const { port, engine } = await serve({ passive_health: { max_fails: 1 } });
    first.setMode('status:500');
    second.setMode('status:404');
    for (let i = 0; i < 4; i++) await send(port, { host: HOST });
    expect([engine.getBackend(HOST, 'first')?.failures, engine.getBackend(HOST, 'second')?.failures]).toEqual([0, 0]);
  });
});

describe('checks on demand', () => {
  it('report who passes, who fails and why', async () => {
    const { engine } = await serve({ health_check: { ...QUICK, interval: '1h' } });
    await second.kill();
    const report = await engine.checkAll(HOST);
    expect(report.pass).toMatchObject([{ name: 'first', healthy: true }]);
    expect(report.fail).toMatchObject([
      { name: 'second', healthy: false, error: expect.stringMatching(/refused/) as string },
    ]);
    expect(await engine.checkOne(HOST, 'first')).toMatchObject({
      ok: true,
      value: { pass: [{ name: 'first' }], fail: [] },
    });
    expect(await engine.checkOne(HOST, 'nobody')).toMatchObject({ ok: false, problems: [{ code: 'BACKEND_UNKNOWN' }] });
    expect((await engine.checkSelf()).fail).toEqual([]);
  });
});

describe('the listeners of a port alone', () => {
  it('answer on 127.0.0.1 and on ::1', async () => {
    const port = await freePort();
    running = await startEngine({
      listen: { http: port, https: 'off', dns: 'off' },
      server: [site(HOST, [{ url: first.url }])],
    });
    expect(running.engine.snapshot().listeners.map(({ address }) => address)).toEqual(['127.0.0.1', '::1']);
    for (const address of ['127.0.0.1', '::1']) expect((await send(port, { host: HOST, address })).status).toBe(200);
    const seen = JSON.parse((await send(port, { host: HOST, address: '::1' })).body) as {
      headers: Record<string, string>;
    };
    expect(seen.headers).toMatchObject({ 'x-forwarded-for': '::1', forwarded: `for="[::1]";host=${HOST};proto=http` });
  });
});
