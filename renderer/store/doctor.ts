/** The doctor's last report, and when it is asked for another: at the start, and after changes, though not often by itself. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import type { DoctorReport } from '../../shared/doctor.ts';
import type { Problem } from '../../shared/problem.ts';
import { liveStore } from './live.ts';

/** The window shows itself first. */
const FIRST_MS = 2_000;
/** Between two runs that nobody asked for: each starts programs of the system. */
const APART_MS = 180_000;

export interface DoctorState {
  report: DoctorReport | undefined;
  problems: readonly Problem[];
  running: boolean;
}

export const doctorStore = createStore<DoctorState>(() => ({ report: undefined, problems: [], running: false }));

let underWay: Promise<void> | undefined;
let lastRunAt = -Infinity;

/** Joins a run that is under way. */
export function runDoctor(): Promise<void> {
  underWay ??= run().finally(() => (underWay = undefined));
  return underWay;
}

async function run(): Promise<void> {
  lastRunAt = performance.now();
  doctorStore.setState({ running: true });
  const answer = await bridge.call('doctor.run', {});
  doctorStore.setState(
    answer.ok ? { report: answer.value, problems: [], running: false } : { problems: answer.problems, running: false },
  );
}

/** Also the revision and the listeners of the engine may change what is wrong. */
export function startDoctor(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const plan = (): void => {
    clearTimeout(timer);
    const due = (): number => lastRunAt + APART_MS - performance.now();
    // Somebody may have asked for a run meanwhile.
    timer = setTimeout(() => (due() > 0 ? plan() : void runDoctor()), Math.max(FIRST_MS, due()));
  };
  let seen: string | undefined;
  const look = (): void => {
    const { snapshot } = liveStore.getState();
    const now = snapshot === undefined ? undefined : `${snapshot.revision} ${snapshot.status}`;
    if (now === undefined || now === seen) return;
    seen = now;
    plan();
  };
  liveStore.subscribe(look);
  look();
}
