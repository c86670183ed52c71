/** Narrows edits of a YAML text to the part they are about: a change of one site does not read the other thousands. */
import { ProblemError } from '../../../shared/problem.ts';
import type { Edit } from '../../../shared/protocol.ts';
import { runAtOnce } from '../turns.ts';
import type { Steps } from '../turns.ts';
import { editYaml } from './edit-yaml.ts';
import { parseText } from './parse.ts';
import { findSiteLines } from './yaml-lines.ts';
import type { SiteLines } from './yaml-lines.ts';

interface Window {
  /** A config by itself. */
  text: string;
  edits: Edit[];
  /** The whole text with the edited window in it; undefined where that does not fit. */
  putBack: (edited: string) => string | undefined;
}

/** Edits of sites further apart are made one after the other. */
const MAX_SPAN = 50;

/** Whatever may be an anchor or an alias, which edits of one site may carry over to another. */
const ANCHOR = /(?:^|[\s,:?[{-])[&*][^\s,[\]{}]/m;

/** Undefined where the text, or an edit, has to be looked at as a whole; also for one that cannot be made. */
export function* editInWindows(text: string, edits: readonly Edit[]): Steps<string | undefined> {
  let current: string | undefined = text;
  for (const run of runsOf(edits)) {
    const lines: SiteLines | undefined = yield* findSiteLines(current);
    const window: Window | undefined = lines && (siteWindow(current, lines, run) ?? outerWindow(current, lines, run));
    yield;
    current = window && (yield* editWindow(window));
    yield;
    if (current === undefined) return undefined;
  }
  return current;
}

function* editWindow({ text, edits, putBack }: Window): Steps<string | undefined> {
  if (!parseText(text, 'yaml').ok) return undefined;
  yield;
  try {
    return putBack(yield* editYaml(text, edits));
  } catch (error) {
    if (error instanceof ProblemError) return undefined; // its places are those of the window
    throw error;
  }
}

/** Edits that follow one another and are about sites near one another, or about none. */
function runsOf(edits: readonly Edit[]): Edit[][] {
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

const isOfSites = ({ path }: Edit): boolean => path[0] === 'server';

/** Of the sites that an edit is about; NaN for one of all of them. */
function indexesOf(edit: Edit): number[] {
  const index = Number.isInteger(edit.path[1]) ? Number(edit.path[1]) : Number.NaN;
  return edit.op === 'move' && edit.path.length === 2 ? [index, edit.to] : [index];
}

/** The sites that the edits are about, with a neighbour at each side: comments between two sites belong to the second. */
function siteWindow(text: string, { key, from, starts, end }: SiteLines, edits: readonly Edit[]): Window | undefined {
  const indexes = edits.flatMap(indexesOf);
  const shifted = edits.filter(({ path }) => path.length === 2).length;
  const first = Math.max(0, Math.min(...indexes) - 1);
  const last = Math.min(starts.length, Math.max(...indexes) + 2 + shifted);
  if (!edits.every(isOfSites) || !(first < last)) return undefined;
  const begin = first === 0 ? from : starts[first]!;
  const stop = starts[last] ?? end;
  const head = text.slice(key, from);
  const part = text.slice(begin, stop);
  if (ANCHOR.test(part)) return undefined;
  return {
    text: head + part,
    edits: edits.map((edit) => moved(edit, -first)),
    putBack(edited) {
      if (!edited.startsWith(head) || (stop < text.length && !edited.endsWith('\n'))) return undefined;
      return text.slice(0, begin) + edited.slice(head.length) + text.slice(stop);
    },
  };
}

function moved(edit: Edit, by: number): Edit {
  const [top, index, ...inSite] = edit.path;
  const path = [top!, Number(index) + by, ...inSite];
  return edit.op === 'move' && edit.path.length === 2 ? { ...edit, path, to: edit.to + by } : { ...edit, path };
}

/** The config with its last site alone, which comments behind it may belong to. */
function outerWindow(text: string, lines: SiteLines, edits: readonly Edit[]): Window | undefined {
  if (edits.some(isOfSites)) return undefined;
  const begin = lines.starts[0]!;
  const stop = lines.starts.at(-1)!;
  const sites = text.slice(begin, stop);
  if (ANCHOR.test(sites)) return undefined;
  return {
    text: text.slice(0, begin) + text.slice(stop),
    edits: [...edits],
    putBack(edited) {
      const now = runAtOnce(findSiteLines(edited));
      if (now?.starts.length !== 1 || now.indent !== lines.indent) return undefined;
      return edited.slice(0, now.starts[0]) + sites + edited.slice(now.starts[0]);
    },
  };
}
