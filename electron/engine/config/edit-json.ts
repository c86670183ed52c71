/** Edits of JSON text: parsed, changed, and written with the indentation it had. */
import { isDeepStrictEqual } from 'node:util';
import type { ConfigPath } from '../../../shared/problem.ts';
import type { Edit } from '../../../shared/protocol.ts';
import { editPathError, indexOf } from './edit-problem.ts';
import { isPlain } from './legacy.ts';
import type { Plain } from './legacy.ts';
import { spliceLines } from './splice-lines.ts';

const DEFAULT_INDENT = '  ';

export function editJson(text: string, edits: readonly Edit[]): string {
  const root: Plain = { root: text.trim() === '' ? {} : JSON.parse(text) };
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? (text.trim() === '' || text.includes('\n') ? DEFAULT_INDENT : '');
  const end = /\s*$/.exec(text)?.[0] ?? '';
  const write = (): string => JSON.stringify(root['root'], undefined, indent) + (text.trim() === '' ? '\n' : end);
  let current = text;
  let before = write();
  for (const edit of edits) {
    applyEdit(root, edit);
    const after = write();
    current = spliceLines(current, before, after) ?? after;
    before = after;
  }
  return isSame(current, root['root']) ? current : before;
}

/** Whether the text, pieced together, says what the value is. */
function isSame(text: string, value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), value);
  } catch {
    return false; // pieces that do not go together
  }
}

function applyEdit(root: Plain, edit: Edit): void {
  const path = ['root', ...edit.path];
  const holder = findHolder(root, path, edit);
  const step = path[path.length - 1]!;
  if (edit.op === 'set' && isPlain(holder)) return define(holder, String(step), structuredClone(edit.value));
  if (edit.op === 'remove' && isPlain(holder) && Object.hasOwn(holder, step)) return void delete holder[String(step)];
  if (!Array.isArray(holder))
    throw editPathError(edit.path, isPlain(holder) ? 'there is no such key' : 'there is no such list');
  const index = indexOf(step, edit.op === 'insert' ? holder.length : holder.length - 1, edit.path);
  if (edit.op === 'set') holder[index] = structuredClone(edit.value);
  else if (edit.op === 'insert') holder.splice(index, 0, structuredClone(edit.value));
  else {
    const [item] = holder.splice(index, 1) as unknown[];
    if (edit.op === 'move') holder.splice(indexOf(edit.to, holder.length, edit.path), 0, item);
  }
}

/** What holds the last step; `set` and `insert` make what is missing on the way. */
function findHolder(root: Plain, path: ConfigPath, edit: Edit): unknown {
  let holder: unknown = root;
  for (let depth = 0; depth < path.length - 1; depth++) {
    const step = path[depth]!;
    const isKnown = typeof holder === 'object' && holder !== null && Object.hasOwn(holder, step);
    const part: unknown = isKnown ? (holder as Record<string | number, unknown>)[step] : undefined;
    if (part !== undefined && part !== null) holder = part;
    else if (isPlain(holder) && edit.op !== 'remove' && edit.op !== 'move') {
      const made = typeof path[depth + 1] === 'number' ? [] : {};
      define(holder, String(step), made);
      holder = made;
    } else throw editPathError(edit.path, `there is no ${path.slice(1, depth + 1).join('.')}`);
  }
  return holder;
}

function define(target: Plain, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
