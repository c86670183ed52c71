/** Examines this machine: all checks at once, each with a deadline, none able to break the report. */
import { byWeight, type DoctorReport, type Finding } from '../../../../shared/doctor.ts';
import type { Check, DoctorDeps, Outcome } from './check.ts';
import { CHECKS } from './checks.ts';

/** A program that hangs does not hang the doctor. */
const DEADLINE_MS = 8_000;

export async function examine(
  deps: DoctorDeps,
  { checks = CHECKS, deadlineMs = DEADLINE_MS }: { checks?: readonly Check[]; deadlineMs?: number } = {},
): Promise<DoctorReport> {
  const startedAt = performance.now();
  const shared = askedOnce(deps);
  const found = await Promise.all(checks.map((check) => findings(check, shared, deadlineMs)));
  return { at: deps.now(), durationMs: performance.now() - startedAt, findings: found.flat().sort(byWeight) };
}

/** What several checks ask for and is slow to tell. */
const askedOnce = (deps: DoctorDeps): DoctorDeps => ({
  ...deps,
  listen: once(deps.listen),
  namesStatus: once(deps.namesStatus),
  namesCheck: once(deps.namesCheck),
});

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}

async function findings({ id, title, look }: Check, deps: DoctorDeps, deadlineMs: number): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome[]>((resolve) => {
    const message = `No result within ${deadlineMs / 1_000}s.`;
    timer = setTimeout(
      () => resolve([{ status: 'warning', message, remedy: { title: 'Run the doctor again.' } }]),
      deadlineMs,
    );
  });
  try {
    const outcomes = await Promise.race([look(deps), late]);
    return outcomes.map((item) => ({ id, title, ...item }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ id, title, status: 'warning', message: `The check itself failed: ${why}.` }];
  } finally {
    clearTimeout(timer);
  }
}
