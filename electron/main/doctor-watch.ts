/** The doctor's count for the tray: of the last look, whoever asked for it; now and then it asks itself. */
import type { DoctorReport } from '../../shared/doctor.ts';
import type { EventBus } from '../engine/events.ts';

/** The start of the app has better things to do; a window that opens with it asks earlier. */
export const FIRST_MS = 20_000;
export const EVERY_MS = 30 * 60_000;

export interface DoctorWatch {
  /** Findings to mend, as of the last look. */
  count: () => number;
  close: () => void;
}

export function watchDoctor(
  examine: () => Promise<DoctorReport>,
  on: EventBus['on'],
  onBug: (error: unknown) => void,
): DoctorWatch {
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  const plan = (waitMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(look, waitMs);
  };
  const look = (): void => {
    plan(EVERY_MS);
    void examine().catch(onBug);
  };
  // The event also has the tray drawn anew, as every other does.
  const off = on('doctor.examined', ({ toMend }) => {
    count = toMend;
    plan(EVERY_MS);
  });
  plan(FIRST_MS);
  return {
    count: () => count,
    close() {
      off();
      clearTimeout(timer);
    },
  };
}
