/** The one way an edit fails: its path leads nowhere. */
import { problem, ProblemError } from '../../../shared/problem.ts';
import type { ConfigPath } from '../../../shared/problem.ts';

/** Caught in editText(). */
export function editPathError(path: ConfigPath, why: string): ProblemError {
  const fix = 'Read the config again; it may have changed meanwhile.';
  return new ProblemError([
    problem('CONFIG_EDIT_PATH', `The edit of ${path.join('.')} cannot be made: ${why}.`, { path, fix }),
  ]);
}

/** Index of a list step; `length` itself is one past the end. */
export function indexOf(step: string | number | undefined, length: number, path: ConfigPath): number {
  if (typeof step !== 'number' || step > length)
    throw editPathError(path, `the list has ${length} ${length === 1 ? 'item' : 'items'}`);
  return step;
}
