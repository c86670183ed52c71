/** Makes changes to the system and takes them back: recorded first, with the rights they need, one after the other. */
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { SystemChange, SystemStep } from '../../../shared/system-change.ts';
import type { RunCommand } from './command.ts';
import { runInOrder, type Elevation } from './elevate.ts';
import type { Ledger } from './ledger.ts';

export interface SystemChanges {
  /** Stops at the first step that fails; those before it stay, recorded. */
  make: (area: string, steps: readonly SystemStep[]) => Promise<Result<undefined>>;
  /** Errors: SYSTEM_CHANGE_UNKNOWN, and what its commands run into. */
  undo: (id: number) => Promise<Result<undefined>>;
  /** The newest first; one that fails does not keep the others. */
  undoAll: (area?: string) => Promise<Result<undefined>>;
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
    if (!made.ok) return made;
    for (const { id } of intended) await ledger.done(id);
    return made;
  };
  const takeBack = async ({ id, step }: SystemChange): Promise<Result<undefined>> => {
    const undone = await act(step, step.undo);
    if (undone.ok) await ledger.undone(id);
    return undone;
  };

  return {
    async make(area, steps) {
      for (const batch of batches(steps)) {
        const made = await makeBatch(area, batch);
        if (!made.ok) return made;
      }
      return success(undefined);
    },
    async undo(id) {
      const found = (await ledger.list()).find((item) => item.id === id && item.state !== 'undone');
      if (found !== undefined) return takeBack(found);
      return failure(
        problem('SYSTEM_CHANGE_UNKNOWN', `There is no change ${id} to take back.`, {
          fix: 'Look at the list of changes.',
        }),
      );
    },
    async undoAll(area) {
      const problems: Problem[] = [];
      const open = (await ledger.list()).filter(
        (item) => item.state !== 'undone' && (area === undefined || item.area === area),
      );
      for (const item of open.reverse()) {
        const undone = await takeBack(item);
        if (!undone.ok) problems.push(...undone.problems);
      }
      return problems.length === 0 ? success(undefined) : failure(...problems);
    },
    list: () => ledger.list(),
  };
}

/** Runs of steps that need the same rights; those without run one by one, so that each is recorded by itself. */
function batches(steps: readonly SystemStep[]): SystemStep[][] {
  const found: SystemStep[][] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (step.privileged && last?.[0]?.privileged) last.push(step);
    else found.push([step]);
  }
  return found;
}
