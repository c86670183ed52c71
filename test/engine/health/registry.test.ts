/** The registry over real servers, on a clock the test moves: probing, taking out, bringing back, and adoption. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createHealthRegistry } from '../../../electron/engine/health/registry.ts';
import { startBackend } from '../../kit/backend.ts';
import { FakeClock } from '../../kit/clock.ts';
import { freePort } from '../../kit/free-port.ts';
import { healthBackend, healthPolicy } from '../../kit/health.ts';
import { until } from '../../kit/wait.ts';
import type { HealthRegistry, HealthRegistryOptions } from '../../../electron/engine/health/registry.ts';
import type { Backend } from '../../../electron/engine/generation.ts';
import type { BackendMode, TestBackend } from '../../kit/backend.ts';
import type { HealthBackendOptions } from '../../kit/health.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

interface Setup {
  registry: HealthRegistry;
  clock: FakeClock;
  changes: string[];
  make: (options: HealthBackendOptions) => Backend;
  /** Moves the clock, then waits for that backend to be probed anew. */
  probed: (backend: Backend, advanceMs: number) => Promise<void>;
}

function setUp(options: Partial<HealthRegistryOptions> = {}): Setup {
  const clock = new FakeClock();
  const changes: string[] = [];
  const { now, setTimer, clearTimer } = clock;
  const registry = createHealthRegistry({
    onChange: (backend, from, to, reason) =>
      void changes.push(`${backend.name}: ${from} > ${to}${reason === undefined ? '' : ` (${reason})`}`),
    random: () => 0.5,
    now,
    setTimer,
    clearTimer,
    ...options,
  });
  closers.push(() => registry.close());
  return {
    registry,
    clock,
    changes,
    make: (backend) => healthBackend({ live: registry.live, ...backend }),
    probed: async (backend, advanceMs) => {
      delete backend.live.checkedAt;
      clock.advance(advanceMs);
      await until(() => backend.live.checkedAt !== undefined, { message: `a probe of ${backend.name}` });
    },
  };
}

async function server(mode: BackendMode = 'ok'): Promise<TestBackend> {
  const backend = await startBackend();
  closers.push(() => backend.kill());
  backend.setMode(mode);
  return backend;
}

describe('probing', () => {
  it('asks all new backends at once, and a dead one again soon', async () => {
    const { registry, clock, changes, make, probed } = setUp();
    const up = make({ name: 'up', url: (await server()).url });
    const failing = make({ name: 'failing', url: (await server('status:500')).url });
    const refused = make({ name: 'refused', url: `http://127.0.0.1:${await freePort()}` });
    const hung = make({
      name: 'hung',
      url: (await server('hang')).url,
      policy: healthPolicy({ timeoutMs: 50, unhealthyAfter: 1 }),
    });
    registry.adopt([up, failing, refused, hung]);
    clock.advance(1);
    await until(() => changes.length === 4, { message: `four changes, not ${changes.join()}` });
    expect([...changes].sort()).toEqual([
      'failing: unknown > degraded (status 500 is not in 200-399)',
      'hung: unknown > down (no answer within 50ms)',
      'refused: unknown > degraded (connection refused)',
      'up: unknown > healthy',
    ]);
    expect([up, failing, refused, hung].map(({ live }) => live.available)).toEqual([true, true, true, false]);
    await probed(refused, 1_000);
    expect(refused.live).toMatchObject({ available: false, health: 'down', lastFailure: 'connection refused' });
  });

  it('follows a flapping backend past its thresholds only, one event a change', async () => {
    const { registry, changes, make, probed } = setUp();
    const flapping = await server();
    const backend = make({ name: 'a', url: flapping.url, policy: healthPolicy({ healthyAfter: 2 }) });
    registry.adopt([backend]);
    for (const mode of [
      'ok',
      'ok',
      'status:500',
      'ok',
      'status:500',
      'status:500',
      'ok',
      'status:500',
      'ok',
      'ok',
    ] as const) {
      flapping.setMode(mode);
      await probed(backend, 10_000);
    }
    expect(changes.map((change) => change.replace(/ \(.*/, ''))).toEqual([
      'a: unknown > healthy',
      'a: healthy > degraded',
      'a: degraded > healthy',
      'a: healthy > degraded',
      'a: degraded > down',
      'a: down > healthy',
    ]);
  });

  it('leaves a disabled backend alone, and shows a draining one as such while it is up', async () => {
    const { registry, make, probed, changes } = setUp();
    const off = await server();
    const leaving = await server();
    const disabled = make({ name: 'off', url: off.url, disabled: true });
    const draining = make({ name: 'leaving', url: leaving.url, drain: true });
    registry.adopt([disabled, draining]);
    await probed(draining, 1);
    expect([disabled.live.health, draining.live.health, off.requests.length]).toEqual(['unknown', 'draining', 0]);
    leaving.setMode('status:500');
    await probed(draining, 10_000);
    await probed(draining, 1_000);
    expect(changes).toEqual(['leaving: draining > down (status 500 is not in 200-399)']);
  });

  it('stops while paused and probes everything on resume', async () => {
    const { registry, clock, make, probed } = setUp();
    const one = await server();
    const backend = make({ url: one.url });
    registry.adopt([backend]);
    await probed(backend, 1);
    registry.pause();
    clock.advance(100_000);
    expect([clock.timerCount, one.requests.length]).toEqual([0, 1]);
    registry.resume();
    await probed(backend, 1);
  });

  it.each([
    ['slept', 3_600_000],
    ['was set back', -3_600_000],
  ])('probes everything soon after the machine %s', async (_what, jumpMs) => {
    const { registry, clock, make, probed } = setUp();
    const policy = healthPolicy({ intervalMs: 86_400_000 });
    const backend = make({ url: (await server()).url, policy });
    registry.adopt([backend]);
    await probed(backend, 1);
    delete backend.live.checkedAt;
    clock.jump(jumpMs);
    await probed(backend, 1);
  });
});

describe('requests', () => {
  it('take a backend out, which stays out until the cooldown is over and a probe passes', async () => {
    const { registry, changes, make, probed } = setUp();
    const backend = make({ name: 'a', url: (await server()).url });
    registry.adopt([backend]);
    await probed(backend, 1);
    for (let i = 0; i < 3; i++) registry.reportFailure(backend, 'connection reset');
    expect(backend.live).toMatchObject({ available: false, health: 'down', lastFailure: 'connection reset' });
    await probed(backend, 1_000);
    expect(backend.live.available).toBe(false);
    await until(async () => {
      await probed(backend, 1_000);
      return backend.live.available;
    });
    expect(changes).toEqual([
      'a: unknown > healthy',
      'a: healthy > degraded (connection reset)',
      'a: degraded > down (connection reset)',
      'a: down > healthy',
    ]);
  });

  it('without probes: out for the cooldown, back on trial, healthy after a success', () => {
    const { registry, clock, changes, make } = setUp();
    const backend = make({ name: 'a', url: 'http://127.0.0.1:1', policy: healthPolicy({ enabled: false }) });
    registry.adopt([backend]);
    for (let i = 0; i < 3; i++) registry.reportFailure(backend, 'connection reset');
    clock.advance(9_999);
    expect(backend.live.available).toBe(false);
    clock.advance(1);
    expect(backend.live).toMatchObject({ available: true, health: 'unknown' });
    registry.reportSuccess(backend);
    expect(changes.at(-1)).toBe('a: unknown > healthy');
    expect(backend.live.checkedAt).toBeUndefined();
  });

  it('that fail ask for a probe at once, but not one each', async () => {
    const { registry, clock, make, probed } = setUp();
    const one = await server();
    const backend = make({ url: one.url, policy: healthPolicy({ maxFails: 1_000 }) });
    registry.adopt([backend]);
    await probed(backend, 1);
    clock.advance(500);
    registry.reportFailure(backend, 'connection reset');
    await probed(backend, 0);
    for (let i = 0; i < 50; i++) registry.reportFailure(backend, 'connection reset');
    clock.advance(249);
    expect(one.requests).toHaveLength(2);
    await probed(backend, 1);
    expect(one.requests).toHaveLength(3);
  });

  it('change the state only with an event, and an event comes only with a change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.constantFrom('ok', 'fail', 'probe', 'drain'), fc.boolean(), fc.integer({ min: 0, max: 9_000 })),
          { maxLength: 40 },
        ),
        async (steps) => {
          let passes = true;
          const seen: [string, string][] = [];
          const { registry, clock, make } = setUp({
            onChange: (_backend, from, to) => void seen.push([from, to]),
            probe: () => Promise.resolve(passes ? { ok: true, durationMs: 1 } : { ok: false, reason: 'no' }),
          });
          let backend = make({ name: 'a', url: 'http://127.0.0.1:1' });
          let shown: string = backend.live.health;
          registry.adopt([backend]);
          for (const [step, flag, ms] of steps) {
            passes = flag;
            clock.advance(ms);
            if (step === 'ok') registry.reportSuccess(backend);
            else if (step === 'fail') registry.reportFailure(backend, 'reset');
            else if (step === 'probe') await registry.checkOne(backend);
            else registry.adopt([(backend = { ...backend, drain: flag })]);
            await Promise.resolve();
            for (const [from, to] of seen.splice(0)) {
              expect([from, from === to]).toEqual([shown, false]);
              shown = to;
            }
            expect(backend.live.health).toBe(shown);
            expect(backend.live.available).toBe(shown !== 'down');
          }
          await registry.close();
        },
      ),
    );
  });
});

describe('adoption', () => {
  it('keeps the live part and state of an unchanged backend, and starts a moved one afresh', async () => {
    const { registry, make, probed } = setUp();
    const url = (await server()).url;
    const first = make({ name: 'a', url });
    registry.adopt([first]);
    await probed(first, 1);
    const again = make({ name: 'a', url });
    const moved = make({ name: 'a', url: (await server()).url });
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
    const { registry, clock, make } = setUp();
    const one = await server('hang');
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
    const { registry, make, probed } = setUp();
    const one = await server();
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
    const { registry, clock, make } = setUp({
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
    const { registry, make } = setUp();
    const up = make({ name: 'up', url: (await server()).url });
    const bad = make({ name: 'bad', url: (await server('status:500')).url });
    const off = make({ name: 'off', url: (await server()).url, disabled: true });
    registry.adopt([up, bad, off]);
    const report = await registry.checkAll([up, bad, off]);
    expect(report.pass).toEqual([{ name: 'up', url: up.origin.origin, healthy: true }]);
    expect(report.fail).toEqual([
      { name: 'bad', url: bad.origin.origin, healthy: false, error: 'status 500 is not in 200-399' },
    ]);
    expect(report.duration).toBeGreaterThan(0);
    await registry.checkOne(bad);
    expect([up.live.health, bad.live.health]).toEqual(['healthy', 'down']);
    expect((await registry.checkOne(off)).pass).toHaveLength(1);
    expect(off.live.health).toBe('unknown');
  });

  it('end at once when the registry is closed', async () => {
    const { registry, make } = setUp();
    const hung = await server('hang');
    const backend = make({ url: hung.url });
    registry.adopt([backend]);
    const report = registry.checkAll([backend]);
    await until(() => hung.requests.length === 1);
    await registry.close();
    expect((await report).fail[0]?.error).toBe('the probe was stopped');
  });
});
