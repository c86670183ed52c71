import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createEventBus } from '../../electron/engine/events.ts';
import { EVERY_MS, FIRST_MS, watchDoctor } from '../../electron/main/doctor-watch.ts';
import type { DoctorReport } from '../../shared/doctor.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A doctor that finds so many things to mend, and tells it as the engine's does. */
function watched(toMend: number) {
  const bus = createEventBus();
  const bugs: unknown[] = [];
  let looks = 0;
  const examine = (): Promise<DoctorReport> => {
    looks += 1;
    if (toMend < 0) return Promise.reject(new Error('no doctor'));
    bus.emit('doctor.examined', { toMend });
    return Promise.resolve({ at: 0, durationMs: 0, findings: [] });
  };
  const watch = watchDoctor(examine, bus.on, (error) => bugs.push(error));
  return { bus, watch, bugs, looks: () => looks };
}

it('looks a while after the start, then now and then, and not once it is closed', async () => {
  const { watch, looks } = watched(3);
  expect(watch.count()).toBe(0);
  await vi.advanceTimersByTimeAsync(FIRST_MS);
  expect([looks(), watch.count()]).toEqual([1, 3]);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(looks()).toBe(2);
  watch.close();
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(looks()).toBe(2);
});

it('counts what another look found, and then has no need of its own', async () => {
  const { bus, watch, looks } = watched(3);
  await vi.advanceTimersByTimeAsync(FIRST_MS - 1);
  bus.emit('doctor.examined', { toMend: 1 });
  expect(watch.count()).toBe(1);
  await vi.advanceTimersByTimeAsync(EVERY_MS - 1);
  expect(looks()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect([looks(), watch.count()]).toEqual([1, 3]);
  watch.close();
});

it('a look that fails is reported, and the next one is made all the same', async () => {
  const { watch, bugs, looks } = watched(-1);
  await vi.advanceTimersByTimeAsync(FIRST_MS + EVERY_MS);
  expect([looks(), bugs.length]).toEqual([2, 2]);
  watch.close();
});
