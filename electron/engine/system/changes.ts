/** Makes changes to the system and takes them back: recorded first, with the rights they need, one after the other. */
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { SystemChange, SystemStep } from '../../../shared/system-change.ts';
import type { RunCommand } from './command.ts';
import { runInOrder, type Elevation } from './elevate.ts';
import { isOpen, type Ledger } from './ledger.ts';

export interface SystemChanges {
  /** Stops at the first step that fails; those before it stay, recorded. */
  make: (area: string, steps: readonly SystemStep[]) => Promise<Result<undefined>>;
  /** Errors: SYSTEM_CHANGE_UNKNOWN, and what its commands run into. */
  undo: (id: number) => Promise<Result<undefined>>;
  /** The newest first; one that fails does not keep the others. */
  undoAll: (area?: string) => Promise<Result<undefined>>;
  /** Notes as undone what needs an administrator: for a package that has taken it back as root while it was removed. */
  settlePrivileged: () => Promise<void>;
  list: () => Promise<SystemChange[]>;
}

export interface ChangesDeps {
  ledger: Ledger;
  elevation: Elevation;
  run: RunCommand;
}

export function createSystemChanges({ ledger, elevation, run }: ChangesDeps): SystemChanges {
  const act = (step: Pick<SystemStep, 'privileged'>, commands: SystemStep['commands']): Promise<Result<undefined>> =>
    step.privileged ? elevation.runPrivileged(commands) : runInOrder(run, commands);

  /** One question for all that follow each other and need rights. */
  const makeBatch = async (area: string, steps: readonly SystemStep[]): Promise<Result<undefined>> => {
    const intended: SystemChange[] = [];
    for (const step of steps) intended.push(await ledger.intend(area, step));
    const made = await act(
      steps[0]!,
      steps.flatMap(({ commands }) => commands),
    );
    if (!made.ok) {
      // Nothing has run then, so nothing is to be taken back.
      if (isRefused(made)) for (const { id } of intended) await ledger.undone(id);
      return made;
    }
    for (const { id } of intended) await ledger.done(id);
    return made;
  };
  const takeBack = async (changes: readonly SystemChange[]): Promise<Result<undefined>> => {
    const undone = await act(
      changes[0]!.step,
      changes.flatMap(({ step }) => step.undo),
    );
    if (undone.ok) for (const { id } of changes) await ledger.undone(id);
    return undone;
  };
  /** One question for all; after a failure each by itself, so that it does not keep the others. */
  const takeBackAll = async (changes: readonly SystemChange[]): Promise<Problem[]> => {
    const together = await takeBack(changes);
    if (together.ok) return [];
    if (changes.length === 1 || isRefused(together)) return together.problems;
    const alone: Problem[] = [];
    for (const change of changes) alone.push(...problemsOf(await takeBack([change])));
    return alone;
  };

  return {
    async make(area, steps) {
      for (const batch of batches(steps, (step) => step)) {
        const made = await makeBatch(area, batch);
        if (!made.ok) return made;
      }
      return success(undefined);
    },
    async undo(id) {
      const found = (await ledger.list()).find((item) => item.id === id && item.state !== 'undone');
      if (found !== undefined) return takeBack([found]);
      return failure(
        problem('SYSTEM_CHANGE_UNKNOWN', `There is no change ${id} to take back.`, {
          fix: 'Look at the list of changes.',
        }),
      );
    },
    async undoAll(area) {
      const problems: Problem[] = [];
      const open = (await ledger.list()).filter((item) => isOpen(item) && (area === undefined || item.area === area));
      for (const batch of batches(open.reverse(), ({ step }) => step)) problems.push(...(await takeBackAll(batch)));
      return problems.length === 0 ? success(undefined) : failure(...problems);
    },
    settlePrivileged: () => settlePrivileged(ledger),
    list: () => ledger.list(),
  };
}

async function settlePrivileged(ledger: Ledger): Promise<void> {
  const open = (await ledger.list()).filter((item) => isOpen(item) && item.step.privileged);
  for (const { id } of open) await ledger.undone(id);
}

const problemsOf = (result: Result<unknown>): Problem[] => (result.ok ? [] : result.problems);

const isRefused = (result: Result<unknown>): boolean =>
  problemsOf(result).some(({ code }) => code === 'SYSTEM_ELEVATION_REFUSED');

/** Runs of steps that need the same rights; those without run one by one, so that each is recorded by itself. */
function batches<T>(items: readonly T[], stepOf: (item: T) => SystemStep): T[][] {
  const found: T[][] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last !== undefined && stepOf(item).privileged && stepOf(last[0]!).privileged) last.push(item);
    else found.push([item]);
  }
  return found;
}
