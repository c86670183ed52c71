import { expect, it } from 'vitest';
import { createTrafficMeter } from '../../../electron/engine/record/traffic.ts';

function meter() {
  const time = { now: 0 };
  return { time, traffic: createTrafficMeter({ now: () => time.now, date: () => 1_000 + time.now }) };
}

it('a second of traffic is rates and percentiles within a tenth', () => {
  const { time, traffic } = meter();
  for (let index = 0; index < 98; index += 1) traffic.observe(10, 200, false);
  traffic.observe(500, 502, false);
  traffic.observe(500, 0, true);
  time.now = 1_000;
  const sample = traffic.sample(3);
  expect(sample).toMatchObject({ at: 2_000, requestsPerSecond: 100, errorsPerSecond: 2, active: 3 });
  expect(sample.p50Ms).toBeGreaterThan(9);
  expect(sample.p50Ms).toBeLessThan(11);
  expect(sample.p99Ms).toBeGreaterThan(450);
  expect(sample.p99Ms).toBeLessThan(550);
});

it('each sample starts anew', () => {
  const { time, traffic } = meter();
  traffic.observe(10, 200, false);
  time.now = 500;
  expect(traffic.sample(0).requestsPerSecond).toBe(2);
  time.now = 1_500;
  expect(traffic.sample(0)).toMatchObject({ requestsPerSecond: 0, p50Ms: 0, p99Ms: 0 });
});

it('two readers close together see the same second', () => {
  const { time, traffic } = meter();
  traffic.observe(10, 200, false);
  time.now = 1_000;
  expect(traffic.sample(1).requestsPerSecond).toBe(1);
  time.now = 1_010;
  expect(traffic.sample(2)).toMatchObject({ requestsPerSecond: 1, active: 2 });
});

it('durations out of range count at the ends', () => {
  const { time, traffic } = meter();
  for (const duration of [0, -1, Number.NaN, 1e-9]) traffic.observe(duration, 200, false);
  time.now = 1_000;
  expect(traffic.sample(0).p99Ms).toBe(0.02);
  traffic.observe(1e12, 200, false);
  time.now = 2_000;
  expect(traffic.sample(0).p50Ms).toBe(2 ** 18);
});
