/** Edits in runs that one window of a text can hold: those that are near one another. */
import type { Edit } from '../../../shared/protocol.ts';

/** A part of a config text that edits are about, as a config by itself. */
export interface Window {
  text: string;
  edits: Edit[];
  /** The whole text with the edited window in it; undefined where that does not fit. */
  putBack: (edited: string) => string | undefined;
}

/** Edits of sites further apart are made one after the other. */
const MAX_SPAN = 50;

/** Edits that follow one another and are about sites near one another, or about none. */
export function runsOf(edits: readonly Edit[]): Edit[][] {
  const runs: Edit[][] = [];
  for (const edit of edits) {
    const last = runs.at(-1);
    if (last !== undefined && spanOf([...last, edit]) <= MAX_SPAN) last.push(edit);
    else runs.push([edit]);
  }
  return runs;
}

/** 0 where no edit is about a site, Infinity where only some are. */
function spanOf(edits: readonly Edit[]): number {
  const ofSites = edits.filter(isOfSites);
  if (ofSites.length === 0) return 0;
  if (ofSites.length < edits.length) return Infinity;
  const indexes = ofSites.flatMap(indexesOf);
  return Math.max(...indexes) - Math.min(...indexes);
}

export const isOfSites = ({ path }: Edit): boolean => path[0] === 'server';

/** Of the sites that an edit is about; NaN for one of all of them. */
function indexesOf(edit: Edit): number[] {
  const index = Number.isInteger(edit.path[1]) ? Number(edit.path[1]) : Number.NaN;
  return edit.op === 'move' && edit.path.length === 2 ? [index, edit.to] : [index];
}

/** Of `count` sites those that the edits are about, with a neighbour at each side; undefined where they are about others, too. */
export function sitesAround(edits: readonly Edit[], count: number): { first: number; last: number } | undefined {
  if (!edits.every(isOfSites)) return undefined;
  const indexes = edits.flatMap(indexesOf);
  const shifted = edits.filter(({ path }) => path.length === 2).length;
  const first = Math.max(0, Math.min(...indexes) - 1);
  const last = Math.min(count, Math.max(...indexes) + 2 + shifted);
  return first < last ? { first, last } : undefined;
}

/** The same edit in a list of sites that begins `by` sites later. */
export function moved(edit: Edit, by: number): Edit {
  const [top, index, ...inSite] = edit.path;
  const path = [top!, Number(index) + by, ...inSite];
  return edit.op === 'move' && edit.path.length === 2 ? { ...edit, path, to: edit.to + by } : { ...edit, path };
}
