/** Whether the config on disk was refused, and the first mistake that stands in its way. */
import type { Problem } from '../../shared/problem.ts';
import type { Snapshot } from '../../shared/state.ts';

export const isOfFile = (item: Problem): boolean => item.at !== undefined || item.code.startsWith('CONFIG_');

export const refusal = (snapshot: Snapshot | undefined): Problem | undefined =>
  snapshot?.problems.find((item) => item.severity === 'error' && isOfFile(item));

export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
