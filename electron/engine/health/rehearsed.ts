/** Probes of a backend whose failure is rehearsed: they find what a request would. */
import { isExpected, rangesOf, spoken, type Probe, type ProbeResult } from './active.ts';
import type { Backend, HealthPolicy, RehearsedFault } from '../generation.ts';

/** `probe` is asked wherever nothing is rehearsed, and by a slow backend in the end. */
export const rehearsedProbe =
  (faultOf: (backend: Backend) => RehearsedFault | undefined, probe: Probe): Probe =>
  (backend, policy, signal) => {
    const fault = faultOf(backend);
    if (fault === undefined) return probe(backend, policy, signal);
    if (fault.kind === 'slow') return lateProbe(fault, policy, signal, () => probe(backend, policy, signal));
    return Promise.resolve(foundBy(fault, policy));
  };

function foundBy({ kind, status }: RehearsedFault, { expect }: HealthPolicy): ProbeResult {
  if (kind === 'kill') return { ok: false, reason: 'connection refused (rehearsed)' };
  if (isExpected(status, expect)) return { ok: true, durationMs: 0 };
  return { ok: false, reason: `status ${status} is not in ${rangesOf(expect)} (rehearsed)` };
}

function lateProbe(
  { delayMs, wait }: RehearsedFault,
  { timeoutMs }: HealthPolicy,
  signal: AbortSignal,
  probe: () => Promise<ProbeResult>,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const forget = wait(Math.min(delayMs, timeoutMs), () => {
      signal.removeEventListener('abort', abort);
      const isTooLate = timeoutMs <= delayMs && performance.now() - startedAt >= timeoutMs - 1;
      resolve(isTooLate ? { ok: false, reason: `no answer within ${spoken(timeoutMs)} (rehearsed)` } : probe());
    });
    const abort = (): void => {
      forget();
      resolve({ ok: false, reason: 'the probe was stopped' });
    };
    signal.addEventListener('abort', abort, { once: true });
  });
}
