/** What is to be known of how this system finds names, each matter once. */
import type { Problem } from '../../shared/problem.ts';

/** Where no resolver can be told, no wildcard and no suffix is found either; what becomes of each host stands beside it. */
const FOLLOWS = new Set(['NAMES_WILDCARD', 'NAMES_LOCAL']);

export interface NamesNotes {
  notes: Problem[];
  /** The notes say already why the way was chosen. */
  hasReason: boolean;
}

export function namesNotes(problems: readonly Problem[]): NamesNotes {
  const hasReason = problems.some(({ code }) => code === 'NAMES_ZONE_UNROUTED');
  return { notes: problems.filter(({ code }) => !hasReason || !FOLLOWS.has(code)), hasReason };
}
