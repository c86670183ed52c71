/** What the doctor says of this machine, and what it can mend. */
import { z } from 'zod';

/** `skipped`: it does not matter here. */
export type FindingStatus = 'good' | 'warning' | 'bad' | 'skipped';

/** What the doctor mends by itself when it is told to; the rest are commands of the contract with plans of their own. */
export const mendSchema = z.discriminatedUnion('kind', [
  /** Asks the process to end, if it still holds the port. */
  z.strictObject({
    kind: z.literal('port.free'),
    port: z.number().int().min(1).max(65_535),
    pid: z.number().int().positive(),
  }),
  /** Closes what is open to others in the home folder. */
  z.strictObject({ kind: z.literal('files.close') }),
]);
export type Mend = z.infer<typeof mendSchema>;

export type RemedyAction =
  Mend | { kind: 'trust.install'; store: string } | { kind: 'names.install' } | { kind: 'root.renew' };

/** What mends it. */
export interface Remedy {
  /** One sentence in the imperative. */
  title: string;
  /** A command to copy: what the action does, where there is one. */
  line?: string;
  /** What the window can do itself. */
  action?: RemedyAction;
}

export interface Finding {
  /** Of the check; one check may find several things. */
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

/** What was done. */
export interface Mended {
  message: string;
}

const ORDER: Record<FindingStatus, number> = { bad: 0, warning: 1, good: 2, skipped: 3 };

export const byWeight = (a: Finding, b: Finding): number => ORDER[a.status] - ORDER[b.status];

export const isWrong = ({ status }: Finding): boolean => status === 'bad' || status === 'warning';
