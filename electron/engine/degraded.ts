/** What works less well than the config asks for, until it does again: shown among the problems of the snapshot. */
import type { Problem } from '../../shared/problem.ts';

/** Undefined takes it back. */
export type TellDegraded = (problem: Problem | undefined) => void;

export interface Degraded {
  /** For one who tells; each has one problem at a time. */
  teller: () => TellDegraded;
  /** Takes back what it told; it is heard no more. */
  dismiss: (tell: TellDegraded) => void;
  /** Each once, whoever told it. */
  list: () => Problem[];
}

/** A module that never takes back what it told does not fill the memory; the oldest goes first. */
const MAX_TOLD = 1_000;

/** `changed` is called when the list is another one. */
export function createDegraded(changed: (problems: Problem[]) => void): Degraded {
  const told = new Map<TellDegraded, Problem>();
  const dismissed = new WeakSet<TellDegraded>();
  const list = (): Problem[] => [
    ...new Map([...told.values()].map((item) => [`${item.code} ${item.message}`, item])).values(),
  ];
  let last = '';
  const settle = (): void => {
    const problems = list();
    const now = JSON.stringify(problems);
    if (now === last) return;
    last = now;
    changed(problems);
  };
  return {
    list,
    teller: () => {
      const tell: TellDegraded = (problem) => {
        if (dismissed.has(tell)) return;
        if (problem === undefined) told.delete(tell);
        else told.set(tell, problem);
        for (const oldest of told.keys()) {
          if (told.size <= MAX_TOLD) break;
          told.delete(oldest);
        }
        settle();
      };
      return tell;
    },
    dismiss: (tell) => {
      tell(undefined);
      dismissed.add(tell);
    },
  };
}
