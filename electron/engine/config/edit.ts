/** Changes a config text by path and leaves the rest of it as it was. */
import { failure, success } from '../../../shared/problem.ts';
import type { Result } from '../../../shared/problem.ts';
import { ProblemError } from '../../../shared/problem.ts';
import type { Edit } from '../../../shared/protocol.ts';
import { runAtOnce } from '../turns.ts';
import type { Steps } from '../turns.ts';
import { editJson } from './edit-json.ts';
import { editInWindows } from './edit-window.ts';
import { editYaml } from './edit-yaml.ts';
import { parseText } from './parse.ts';
import type { ConfigFormat } from './parse.ts';

const BOM = '\uFEFF';

/**
 * Edits are made in order, each on the outcome of the one before; all or none. A path that is not there is
 * `CONFIG_EDIT_PATH`; `set` makes the maps on its way, `insert` the list. A byte order mark and CRLF line ends stay.
 */
export const editText = (text: string, format: ConfigFormat, edits: readonly Edit[]): Result<string> =>
  runAtOnce(editSteps(text, format, edits));

export function* editSteps(text: string, format: ConfigFormat, edits: readonly Edit[]): Steps<Result<string>> {
  const hasBom = text.startsWith(BOM);
  const usesCrlf = text.includes('\r\n');
  const plain = (hasBom ? text.slice(1) : text).replaceAll('\r\n', '\n');
  const finish = (edited: string): Result<string> =>
    success((hasBom ? BOM : '') + (usesCrlf ? edited.replaceAll('\n', '\r\n') : edited));
  const narrowed = yield* editInWindows(plain, format, edits);
  if (narrowed !== undefined) return finish(narrowed);
  const parsed = parseText(text, format);
  if (!parsed.ok) return parsed;
  try {
    return finish(format === 'json' ? editJson(plain, edits) : yield* editYaml(plain, edits));
  } catch (error) {
    if (error instanceof ProblemError) return failure(...error.problems);
    throw error;
  }
}
