/** The window of a YAML text that holds what edits are about. */
import type { Edit } from '../../../shared/protocol.ts';
import { runAtOnce } from '../turns.ts';
import type { Steps } from '../turns.ts';
import { isOfSites, moved, sitesAround } from './edit-runs.ts';
import type { Window } from './edit-runs.ts';
import { findSiteLines } from './yaml-lines.ts';
import type { SiteLines } from './yaml-lines.ts';

/** Whatever may be an anchor or an alias, which edits of one site may carry over to another. */
const ANCHOR = /(?:^|[\s,:?[{-])[&*][^\s,[\]{}]/m;
/** The signs are looked for first: the pattern takes twenty times as long, and the loop waits. */
const hasAnchor = (text: string): boolean => (text.includes('&') || text.includes('*')) && ANCHOR.test(text);

export function* yamlWindow(text: string, edits: readonly Edit[]): Steps<Window | undefined> {
  const lines = yield* findSiteLines(text);
  return lines && (siteWindow(text, lines, edits) ?? outerWindow(text, lines, edits));
}

/** The sites that the edits are about, with a neighbour at each side: comments between two sites belong to the second. */
function siteWindow(text: string, { key, from, starts, end }: SiteLines, edits: readonly Edit[]): Window | undefined {
  const around = sitesAround(edits, starts.length);
  if (around === undefined) return undefined;
  const { first, last } = around;
  const begin = first === 0 ? from : starts[first]!;
  const stop = starts[last] ?? end;
  const head = text.slice(key, from);
  const part = text.slice(begin, stop);
  if (hasAnchor(part)) return undefined;
  return {
    text: head + part,
    edits: edits.map((edit) => moved(edit, -first)),
    putBack(edited) {
      if (!edited.startsWith(head) || (stop < text.length && !edited.endsWith('\n'))) return undefined;
      return text.slice(0, begin) + edited.slice(head.length) + text.slice(stop);
    },
  };
}

/** The config with its last site alone, which comments behind it may belong to. */
function outerWindow(text: string, lines: SiteLines, edits: readonly Edit[]): Window | undefined {
  if (edits.some(isOfSites)) return undefined;
  const begin = lines.starts[0]!;
  const stop = lines.starts.at(-1)!;
  const sites = text.slice(begin, stop);
  if (hasAnchor(sites)) return undefined;
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
