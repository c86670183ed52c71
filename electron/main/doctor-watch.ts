/** Asks the doctor now and then, for the count in the tray. */
import type { DoctorReport } from '../../shared/doctor.ts';

/** The start of the app has better things to do. */
const FIRST_MS = 20_000;
const EVERY_MS = 30 * 60_000;

export interface DoctorWatch {
  /** Findings to mend, as of the last look. */
  count: () => number;
  close: () => void;
}

export const countFindings = ({ findings }: Pick<DoctorReport, 'findings'>): number =>
  findings.filter(({ status }) => status === 'bad' || status === 'warning').length;

export function watchDoctor(
  examine: () => Promise<DoctorReport>,
  onChange: () => void,
  onBug: (error: unknown) => void,
): DoctorWatch {
  let count = 0;
  let isClosed = false;
  const look = (): void => {
    void examine()
      .then((report) => {
        const next = countFindings(report);
        if (isClosed || next === count) return;
        count = next;
        onChange();
      })
      .catch(onBug)
      .finally(() => plan(EVERY_MS));
  };
  let timer: NodeJS.Timeout | undefined;
  const plan = (waitMs: number): void => {
    if (!isClosed) timer = setTimeout(look, waitMs);
  };
  plan(FIRST_MS);
  return {
    count: () => count,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
