/** What `mogoly import` reads, and what it makes of it. */
import type { Problem } from './problem.ts';
import type { Edit } from './protocol.ts';

export const IMPORT_SOURCES = ['caddy', 'nginx', 'compose'] as const;
export type ImportSource = (typeof IMPORT_SOURCES)[number];

export interface ImportPlan {
  source: ImportSource;
  /** Names of the sites that are added. */
  sites: string[];
  /** What has to be done to the config; empty where there is nothing to add. */
  edits: Edit[];
  /** What could not be said, or is said in another way: warnings with file, line and column. */
  notes: Problem[];
}
