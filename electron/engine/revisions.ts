/** Writes each accepted config into the history, with one line on what it changed. */
import type { Config } from '../../shared/config.ts';
import { failure, problem, success, type Result } from '../../shared/problem.ts';
import type { Candidate } from './apply.ts';
import { summariseChange, type openHistory } from './config/history.ts';

export interface Revisions {
  /** Its number. Error: HISTORY_SAVE_FAILED. */
  add: (candidate: Candidate, before: Config | undefined, after: Config) => Promise<Result<number>>;
  /** What an apply changed. */
  summaryOf: (before: Config | undefined, after: Config) => string;
}

export function createRevisions(history: Pick<ReturnType<typeof openHistory>, 'add'>): Revisions {
  /** Of the apply under way: very many sites are compared once, and not right after the swap. */
  let written: { after: Config; summary: string } | undefined;
  return {
    async add({ text, format, source }, before, after) {
      const summary = summariseChange(before, after);
      written = { after, summary };
      try {
        return success(await history.add({ text, format, source, summary }));
      } catch (error) {
        return failure(
          problem('HISTORY_SAVE_FAILED', `The revision cannot be saved: ${(error as Error).message}.`, {
            fix: 'Make room on the disk, or make the home folder writable.',
          }),
        );
      }
    },
    summaryOf(before, after) {
      const known = written?.after === after ? written.summary : undefined;
      written = undefined;
      return known ?? summariseChange(before, after);
    },
  };
}
