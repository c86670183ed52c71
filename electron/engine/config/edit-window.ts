/** Narrows edits of a config text to the part they are about: a change of one site does not read the other thousands. */
import { ProblemError } from '../../../shared/problem.ts';
import type { Edit } from '../../../shared/protocol.ts';
import type { Steps } from '../turns.ts';
import { editJson } from './edit-json.ts';
import { runsOf } from './edit-runs.ts';
import type { Window } from './edit-runs.ts';
import { editYaml } from './edit-yaml.ts';
import { jsonWindow } from './json-window.ts';
import { parseText } from './parse.ts';
import type { ConfigFormat } from './parse.ts';
import { yamlWindow } from './yaml-window.ts';

/** Undefined where the text, or an edit, has to be looked at as a whole; also for one that cannot be made. */
export function* editInWindows(text: string, format: ConfigFormat, edits: readonly Edit[]): Steps<string | undefined> {
  let current: string | undefined = text;
  for (const run of runsOf(edits)) {
    const window: Window | undefined = yield* format === 'json' ? jsonWindow(current, run) : yamlWindow(current, run);
    yield;
    current = window && (yield* editWindow(window, format));
    yield;
    if (current === undefined) return undefined;
  }
  return current;
}

function* editWindow({ text, edits, putBack }: Window, format: ConfigFormat): Steps<string | undefined> {
  if (!parseText(text, format).ok) return undefined;
  yield;
  try {
    return putBack(format === 'json' ? editJson(text, edits) : yield* editYaml(text, edits));
  } catch (error) {
    if (error instanceof ProblemError) return undefined; // its places are those of the window
    throw error;
  }
}
