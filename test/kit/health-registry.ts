/** A health registry on a clock the test moves, and backends for it; all is closed after each test. */
import { afterEach } from 'vitest';
import { createHealthRegistry } from '../../electron/engine/health/registry.ts';
import type { HealthRegistry, HealthRegistryOptions } from '../../electron/engine/health/registry.ts';
import type { Backend } from '../../electron/engine/generation.ts';
import { startBackend } from './backend.ts';
import type { BackendMode, TestBackend } from './backend.ts';
import { FakeClock } from './clock.ts';
import { healthBackend } from './health.ts';
import type { HealthBackendOptions } from './health.ts';
import { until } from './wait.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

export interface RegistrySetup {
  registry: HealthRegistry;
  clock: FakeClock;
  changes: string[];
  make: (options: HealthBackendOptions) => Backend;
  /** Moves the clock, then waits for that backend to be probed anew. */
  probed: (backend: Backend, advanceMs: number) => Promise<void>;
}

export function setUpRegistry(options: Partial<HealthRegistryOptions> = {}): RegistrySetup {
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

export async function startServer(mode: BackendMode = 'ok'): Promise<TestBackend> {
  const backend = await startBackend();
  closers.push(() => backend.kill());
  backend.setMode(mode);
  return backend;
}
