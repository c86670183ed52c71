/** What changed between two texts, by lines, with a little of what stands around it. */

export interface DiffLine {
  kind: 'same' | 'removed' | 'added';
  text: string;
  /** In the text it stands in; counts from 1. */
  line: number;
}

/** Lines shown around a change. */
const AROUND = 2;
/** A longer change is told as removed and added whole. */
const COMPARED_MAX = 400;

/** Runs of lines with a change in them; empty when the texts are alike. */
export function diffLines(before: string, after: string): DiffLine[][] {
  const old = before.split('\n');
  const next = after.split('\n');
  const shorter = Math.min(old.length, next.length);
  let start = 0;
  while (start < shorter && old[start] === next[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === next[next.length - 1 - end]) end += 1;
  const changes = compare(old.slice(start, old.length - end), next.slice(start, next.length - end), start);
  if (changes.length === 0) return [];
  const same = (from: number, to: number): DiffLine[] =>
    next
      .slice(Math.max(0, from), to)
      .map((text, index) => ({ kind: 'same', text, line: Math.max(0, from) + index + 1 }));
  const tail = next.length - end;
  return hunks([...same(start - AROUND, start), ...changes, ...same(tail, Math.min(next.length, tail + AROUND))]);
}

function compare(old: string[], next: string[], offset: number): DiffLine[] {
  const removed = (index: number): DiffLine => ({ kind: 'removed', text: old[index]!, line: offset + index + 1 });
  const added = (index: number): DiffLine => ({ kind: 'added', text: next[index]!, line: offset + index + 1 });
  if (old.length > COMPARED_MAX || next.length > COMPARED_MAX)
    return [...old.map((_, index) => removed(index)), ...next.map((_, index) => added(index))];
  const common = commonLengths(old, next);
  const out: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < next.length) {
    if (i < old.length && j < next.length && old[i] === next[j]) {
      out.push({ kind: 'same', text: next[j]!, line: offset + j + 1 });
      i += 1;
      j += 1;
    } else if (j >= next.length || (i < old.length && common[i + 1]![j]! >= common[i]![j + 1]!)) out.push(removed(i++));
    else out.push(added(j++));
  }
  return out;
}

/** Of the longest common run of lines from each pair of places on. */
function commonLengths(old: string[], next: string[]): number[][] {
  const table = Array.from({ length: old.length + 1 }, () => new Array<number>(next.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = next.length - 1; j >= 0; j -= 1)
      table[i]![j] = old[i] === next[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
  return table;
}

/** Long runs of lines that stay are left out. */
function hunks(lines: DiffLine[]): DiffLine[][] {
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ kind }) => kind !== 'same');
  const out: DiffLine[][] = [];
  let last = -2;
  lines.forEach((line, index) => {
    if (!isNear(index)) return;
    if (index !== last + 1) out.push([]);
    out.at(-1)!.push(line);
    last = index;
  });
  return out;
}
