/** The window of a JSON text that holds what edits are about. */
import type { Edit } from '../../../shared/protocol.ts';
import { runAtOnce } from '../turns.ts';
import type { Steps } from '../turns.ts';
import { isOfSites, moved, sitesAround } from './edit-runs.ts';
import type { Window } from './edit-runs.ts';
import { findSites } from './json-sites.ts';
import { endOfValue, skipSpace } from './json-text.ts';

/** Each site from `starts[i]` up to `ends[i]`. */
interface SitePlaces {
  starts: number[];
  ends: number[];
}

export function* jsonWindow(text: string, edits: readonly Edit[]): Steps<Window | undefined> {
  const places = yield* findPlaces(text);
  return places && (siteWindow(text, places, edits) ?? outerWindow(text, places, edits));
}

/** Undefined where the text is no JSON, or has no site. */
function* findPlaces(text: string): Steps<SitePlaces | undefined> {
  const open = findSites(text);
  if (open === undefined) return undefined;
  const places: SitePlaces = { starts: [], ends: [] };
  for (let at = skipSpace(text, open); ; at = skipSpace(text, at + 1)) {
    const end = endOfValue(text, at);
    if (end === at) return undefined;
    places.starts.push(at);
    places.ends.push(end);
    at = skipSpace(text, end);
    if (text[at] === ']') return places;
    if (text[at] !== ',') return undefined;
    yield;
  }
}

/** The config with the sites that the edits are about, and a neighbour at each side for the commas between. */
function siteWindow(text: string, { starts, ends }: SitePlaces, edits: readonly Edit[]): Window | undefined {
  const around = sitesAround(edits, starts.length);
  if (around === undefined) return undefined;
  const [begin, stop] = [starts[around.first]!, ends[around.last - 1]!];
  const [head, tail] = [text.slice(0, starts[0]), text.slice(ends.at(-1))];
  return {
    text: head + text.slice(begin, stop) + tail,
    edits: edits.map((edit) => moved(edit, -around.first)),
    putBack(edited) {
      const now = runAtOnce(findPlaces(edited));
      if (!now || !edited.startsWith(head) || !edited.endsWith(tail)) return undefined;
      return text.slice(0, begin) + edited.slice(now.starts[0], now.ends.at(-1)) + text.slice(stop);
    },
  };
}

/** The config with its last site alone. */
function outerWindow(text: string, { starts, ends }: SitePlaces, edits: readonly Edit[]): Window | undefined {
  if (edits.some(isOfSites)) return undefined;
  const site = text.slice(starts.at(-1), ends.at(-1));
  return {
    text: text.slice(0, starts[0]) + site + text.slice(ends.at(-1)),
    edits: [...edits],
    putBack(edited) {
      const now = runAtOnce(findPlaces(edited));
      if (now?.starts.length !== 1 || edited.slice(now.starts[0], now.ends[0]) !== site) return undefined;
      return edited.slice(0, now.starts[0]) + text.slice(starts[0], ends.at(-1)) + edited.slice(now.ends[0]);
    },
  };
}
