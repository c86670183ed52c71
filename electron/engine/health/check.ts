/** Probes backends because somebody asked, and reports what each of them answered. */
import type { BackendHealth, HealthReport } from '../../../shared/state.ts';
import type { Backend } from '../generation.ts';
import type { ProbeResult } from './active.ts';

export interface CheckOptions {
  /** Probes under way at once. */
  atOnce: number;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Passed and failed backends keep the order they were given in; `duration` of the report is in milliseconds. */
export async function checkBackends(
  backends: readonly Backend[],
  probe: (backend: Backend) => Promise<ProbeResult>,
  { atOnce, now }: CheckOptions,
): Promise<HealthReport> {
  const report: HealthReport = { pass: [], fail: [], checkTime: now(), duration: 0 };
  const startedAt = performance.now();
  const results: ProbeResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < backends.length; i = next++) results[i] = await probe(backends[i] as Backend);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  backends.forEach((backend, i) => addTo(report, backend, results[i] as ProbeResult));
  report.duration = performance.now() - startedAt;
  return report;
}

function addTo(report: HealthReport, backend: Backend, found: ProbeResult): void {
  const health: BackendHealth = {
    name: backend.name,
    url: backend.origin.origin + backend.origin.basePath,
    healthy: found.ok,
    ...(found.status === undefined ? {} : { status: found.status }),
    ...(found.durationMs === undefined ? {} : { durationMs: found.durationMs }),
  };
  if (found.ok) report.pass.push(health);
  else report.fail.push({ ...health, error: found.reason });
}
