/** What the doctor says of this machine. */

/** `skipped`: the check has no meaning here. */
export type FindingStatus = 'good' | 'warning' | 'bad' | 'skipped';

/** What mends it: a line to copy, or a command of the contract that the window can run. */
export interface Remedy {
  title: string;
  line?: string;
  action?: 'trust.install' | 'names.install' | 'root.renew';
}

export interface Finding {
  id: string;
  title: string;
  status: FindingStatus;
  /** What is so, and why it matters. */
  message: string;
  remedy?: Remedy;
}

export interface DoctorReport {
  /** Milliseconds since 1970. */
  at: number;
  durationMs: number;
  /** The worst first. */
  findings: Finding[];
}

const ORDER: Record<FindingStatus, number> = { bad: 0, warning: 1, good: 2, skipped: 3 };

export const byWeight = (a: Finding, b: Finding): number => ORDER[a.status] - ORDER[b.status];
