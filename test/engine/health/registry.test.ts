/** Which backends the registry watches, and what it reports when asked, over real servers. */
import { describe, expect, it } from 'vitest';
import { setUpRegistry, startServer } from '../../kit/health-registry.ts';
import { healthPolicy } from '../../kit/health.ts';
import { until } from '../../kit/wait.ts';

describe('adoption', () => {
  it('keeps the live part and state of an unchanged backend, and starts a moved one afresh', async () => {
    const { registry, make, probed } = setUpRegistry();
    const url = (await startServer()).url;
    const first = make({ name: 'a', url });
    registry.adopt([first]);
    await probed(first, 1);
    const again = make({ name: 'a', url });
    const moved = make({ name: 'a', url: (await startServer()).url });
    expect(again.live).toBe(first.live);
    expect(moved.live).not.toBe(first.live);
    expect(make({ name: 'a', url: moved.origin.origin }).live).toBe(moved.live);
    registry.adopt([again]);
    expect(again.live.health).toBe('healthy');
    registry.adopt([moved]);
    await probed(moved, 1);
    registry.reportFailure(first, 'late');
    expect(moved.live).toMatchObject({ health: 'healthy' });
    expect(moved.live.lastFailure).toBeUndefined();
  });

  it('forgets what is gone, and its timer with it', async () => {
    const { registry, clock, make } = setUpRegistry();
    const one = await startServer('hang');
    const gone = make({ name: 'gone', url: one.url });
    registry.adopt([gone]);
    clock.advance(1);
    await until(() => one.requests.length === 1);
    registry.adopt([]);
    await until(() => one.connectionCount() === 0, { message: 'the probe to be dropped' });
    clock.advance(60_000);
    expect([one.requests.length, clock.timerCount, gone.live.checkedAt]).toEqual([1, 0, undefined]);
    expect(make({ name: 'gone', url: one.url }).live).not.toBe(gone.live);
  });

  it('probes anew when the policy changes', async () => {
    const { registry, make, probed } = setUpRegistry();
    const one = await startServer();
    const backend = make({ name: 'a', url: one.url });
    registry.adopt([backend]);
    await probed(backend, 1);
    const changed = { ...backend, health: healthPolicy({ path: '/other' }) };
    registry.adopt([changed]);
    await probed(changed, 1);
    expect(one.requests.map((request) => request.url)).toEqual(['/', '/other']);
  });

  it('takes in 100,000 backends over many turns, with a bounded number of probes and one timer', async () => {
    let running = 0;
    let most = 0;
    const { registry, clock, make } = setUpRegistry({
      probe: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return { ok: true, durationMs: 1 };
      },
    });
    const backends = Array.from({ length: 100_000 }, (_, i) => make({ name: `b${i}`, url: 'http://127.0.0.1:1' }));
    registry.adopt(backends);
    for (let i = 0; i < 100; i++) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
      expect(clock.timerCount).toBeLessThanOrEqual(1);
    }
    expect(most).toBeLessThanOrEqual(64);
    expect(backends.filter(({ live }) => live.health === 'healthy').length).toBeGreaterThan(500);
  });
});

describe('checks', () => {
  it('report every backend, and count as probes', async () => {
    const { registry, make } = setUpRegistry();
    const up = make({ name: 'up', url: (await startServer()).url });
    const bad = make({ name: 'bad', url: (await startServer('status:500')).url });
    const off = make({ name: 'off', url: (await startServer()).url, disabled: true });
    registry.adopt([up, bad, off]);
    const report = await registry.checkAll([up, bad, off]);
    const durationMs: unknown = expect.any(Number);
    expect(report.pass).toEqual([{ name: 'up', url: up.origin.origin, healthy: true, status: 200, durationMs }]);
    expect(report.fail).toEqual([
      {
        name: 'bad',
        url: bad.origin.origin,
        healthy: false,
        error: 'status 500 is not in 200-399',
        status: 500,
        durationMs,
      },
    ]);
    expect(report.duration).toBeGreaterThan(0);
    await registry.checkOne(bad);
    expect([up.live.health, bad.live.health]).toEqual(['healthy', 'down']);
    expect((await registry.checkOne(off)).pass).toHaveLength(1);
    expect(off.live.health).toBe('unknown');
  });

  it('end at once when the registry is closed', async () => {
    const { registry, make } = setUpRegistry();
    const hung = await startServer('hang');
    const backend = make({ url: hung.url });
    registry.adopt([backend]);
    const report = registry.checkAll([backend]);
    await until(() => hung.requests.length === 1);
    await registry.close();
    expect((await report).fail[0]?.error).toBe('the probe was stopped');
  });
});
