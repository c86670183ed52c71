/** How the registry follows probes and requests over real servers: taking out, bringing back, and saying so. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../kit/free-port.ts';
import { setUpRegistry, startServer } from '../../kit/health-registry.ts';
import { healthPolicy } from '../../kit/health.ts';
import { until } from '../../kit/wait.ts';

describe('probing', () => {
  it('asks all new backends at once, and a dead one again soon', async () => {
    const { registry, clock, changes, make, probed } = setUpRegistry();
    const up = make({ name: 'up', url: (await startServer()).url });
    const failing = make({ name: 'failing', url: (await startServer('status:500')).url });
    const refused = make({ name: 'refused', url: `http://127.0.0.1:${await freePort()}` });
    const hung = make({
      name: 'hung',
      url: (await startServer('hang')).url,
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
    const { registry, changes, make, probed } = setUpRegistry();
    const flapping = await startServer();
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
    const { registry, make, probed, changes } = setUpRegistry();
    const off = await startServer();
    const leaving = await startServer();
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
    const { registry, clock, make, probed } = setUpRegistry();
    const one = await startServer();
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
    const { registry, clock, make, probed } = setUpRegistry();
    const policy = healthPolicy({ intervalMs: 86_400_000 });
    const backend = make({ url: (await startServer()).url, policy });
    registry.adopt([backend]);
    await probed(backend, 1);
    delete backend.live.checkedAt;
    clock.jump(jumpMs);
    await probed(backend, 1);
  });
});

describe('requests', () => {
  it('take a backend out, which stays out until the cooldown is over and a probe passes', async () => {
    const { registry, changes, make, probed } = setUpRegistry();
    const backend = make({ name: 'a', url: (await startServer()).url });
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
    const { registry, clock, changes, make } = setUpRegistry();
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
    const { registry, clock, make, probed } = setUpRegistry();
    const one = await startServer();
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
          const { registry, clock, make } = setUpRegistry({
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
