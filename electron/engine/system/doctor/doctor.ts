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
  const found = await Promise.all(checks.map((check) => findings(check, deps, deadlineMs)));
  return { at: deps.now(), durationMs: performance.now() - startedAt, findings: found.flat().sort(byWeight) };
}

async function findings({ id, title, examine: look }: Check, deps: DoctorDeps, deadlineMs: number): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(
      () => resolve({ status: 'warning', message: `No result within ${deadlineMs / 1_000}s.` }),
      deadlineMs,
    );
  });
  try {
    const outcome = await Promise.race([look(deps), late]);
    return [outcome].flat().map((item) => ({ id, title, ...item }));
  } catch (error) {
    return [
      {
        id,
        title,
        status: 'warning',
        message: `The check itself failed: ${error instanceof Error ? error.message : String(error)}.`,
      },
    ];
  } finally {
    clearTimeout(timer);
  }
}
